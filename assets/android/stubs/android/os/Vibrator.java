package android.os;

public abstract class Vibrator {
	public abstract boolean hasVibrator();
	@Deprecated public native void vibrate(long[] pattern, int repeat); // since API 26
	public native void vibrate(VibrationEffect e); // API 26
	public native void vibrate(VibrationEffect e, VibrationAttributes a); // API 33
}
