package android.os;

public class BatteryManager {
	public static final String EXTRA_PLUGGED = "plugged";
	public static final int BATTERY_PROPERTY_CAPACITY = 4;
	public native boolean isCharging();
	public native int getIntProperty(int id);
}
