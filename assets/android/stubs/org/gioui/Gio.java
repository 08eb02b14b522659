package org.gioui;

import android.content.Context;

public final class Gio {
	public static native void init(Context c);
}
