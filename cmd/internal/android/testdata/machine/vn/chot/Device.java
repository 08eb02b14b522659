package vn.chot;

import android.app.Activity;
import android.content.Context;

/** Stands for the app's class in a desktop's machine: it answers what it is given. */
final class Device {
	static Activity screen = new Activity(), other = new Activity();

	static String text(Context c, String s) { return s == null ? null : s + "|" + s.length(); }
	static byte[] bytes(Context c, byte[] b) { return b.length == 0 ? null : b; }
	static boolean not(Context c, boolean b) { return !b; }
	static int twice(Activity a, int n) { return 2 * n; }
	static int sum(Context c, long[] l, int[] i) {
		long n = l.length * 1000L + i.length;
		for (long v : l) n += v;
		for (int v : i) n += v;
		return (int) n;
	}
	static boolean same(Activity a) { return a == screen; }
	static void fail(Context c, String why) { throw new IllegalStateException(why); }
	static void mute(Context c) { throw new Mute(); }
	static void collect(Context c) {
		screen = null;
		System.gc();
	}

	static final class Mute extends RuntimeException {
		private static final long serialVersionUID = 1;

		@Override public String toString() { throw this; }
	}
}
