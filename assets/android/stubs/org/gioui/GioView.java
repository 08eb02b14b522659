package org.gioui;

import android.content.Context;
import android.view.SurfaceView;

public final class GioView extends SurfaceView {
	public GioView(Context c) {}
	public native void start();
	public native void resume();
	public native void pause();
	public native void stop();
	public native void destroy();
	public native void configurationChanged();
	public native boolean backPressed();
	public static native void onLowMemory();
}
