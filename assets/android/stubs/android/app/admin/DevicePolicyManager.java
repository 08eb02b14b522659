package android.app.admin;

public class DevicePolicyManager {
	public native boolean isLockTaskPermitted(String pkg);
}
