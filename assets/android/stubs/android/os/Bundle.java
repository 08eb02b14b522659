package android.os;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

public final class Bundle implements Parcelable {
	private final Map<String, Object> values = new HashMap<>();

	public Set<String> keySet() { return values.keySet(); }

	/** Deprecated since API 33. What cannot be read back, as a class that is not there, fails here in Android too. */
	@Deprecated public Object get(String key) {
		Object value = values.get(key);
		if (value instanceof RuntimeException) throw (RuntimeException) value;
		if (value instanceof Error) throw (Error) value;
		return value;
	}

	public String[] getStringArray(String key) { return (String[]) values.get(key); }
	public void putStringArray(String key, String[] value) { values.put(key, value); }
	public void putSerializable(String key, Serializable value) { values.put(key, value); }
}
