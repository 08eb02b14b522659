package android.content;

import java.io.File;

public abstract class Context {
	public static final int RECEIVER_EXPORTED = 2; // API 33
	public native Context getApplicationContext();
	public native String getPackageName();
	public native File getFilesDir();
	public final native <T> T getSystemService(Class<T> of);
	public native int checkSelfPermission(String permission);
	public native void startActivity(Intent i);
	public native Intent registerReceiver(BroadcastReceiver r, IntentFilter f);
	public native Intent registerReceiver(BroadcastReceiver r, IntentFilter f, int flags); // API 26
	public native void unregisterReceiver(BroadcastReceiver r);
}
