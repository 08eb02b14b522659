package android.app;

import android.content.Context;
import android.content.res.Configuration;
import android.os.Bundle;
import android.view.View;
import android.view.Window;
import android.view.WindowManager;

public class Activity extends Context {
	protected native void onCreate(Bundle state);
	protected native void onStart();
	protected native void onResume();
	protected native void onPause();
	protected native void onStop();
	protected native void onDestroy();
	public native void onConfigurationChanged(Configuration c);
	public native void onLowMemory();
	@Deprecated public native void onBackPressed(); // since API 33
	public native Window getWindow();
	public native WindowManager getWindowManager();
	public native void setContentView(View v);
	public final native void setVolumeControlStream(int stream);
	public final native void runOnUiThread(Runnable r);
	public native void startLockTask();
	public native void stopLockTask();
	public native boolean moveTaskToBack(boolean nonRoot);
	public native boolean shouldShowRequestPermissionRationale(String permission);
	public final native void requestPermissions(String[] permissions, int code);
}
