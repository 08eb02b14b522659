package vn.chot;

import android.app.Activity;
import android.util.Log;
import android.view.WindowManager;

/** What Go asks of Android. Every call may come from any thread; what the screen does is posted to the main one. */
final class Device {
	private Device() {}

	static native void attach(Activity a);

	static native void front(boolean yes);

	static void keepAwake(Activity a, boolean on) {
		flag(a, WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON, on);
	}

	private static void flag(Activity a, int flag, boolean on) {
		post(a, () -> a.getWindow().setFlags(on ? flag : 0, flag));
	}

	private static void post(Activity a, Runnable r) {
		a.runOnUiThread(() -> {
			try {
				r.run();
			} catch (RuntimeException e) {
				Log.w("chot", e);
			}
		});
	}
}
