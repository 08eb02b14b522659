package android.os;

public final class VibrationAttributes { // API 30
	public static final int USAGE_ALARM = 17;
	public static native VibrationAttributes createForUsage(int usage); // API 33
}
