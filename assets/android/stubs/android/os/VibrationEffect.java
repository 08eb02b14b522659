package android.os;

public abstract class VibrationEffect { // API 26
	public static native VibrationEffect createWaveform(long[] timings, int[] amplitudes, int repeat);
}
