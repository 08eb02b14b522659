package android.os;

import java.util.Set;

public final class Bundle implements Parcelable {
	public native Set<String> keySet();
	@Deprecated public native Object get(String key); // since API 33
	public native String[] getStringArray(String key);
	public native void putStringArray(String key, String[] value);
}
