package android.os;

import java.util.HashMap;

/** What ScanReceiver asks of Android's, over a map: it runs in any Java. */
public final class Bundle {
    private final HashMap<String, Object> values = new HashMap<>();

    /** Deprecated since API 33. Rubbish of a class that is not there fails as Android's does. */
    @Deprecated
    public Object get(String key) {
        Object value = values.get(key);
        if (value instanceof RuntimeException) throw (RuntimeException) value;
        return value;
    }

    public Bundle with(String key, Object value) {
        values.put(key, value);
        return this;
    }

    public String[] getStringArray(String key) {
        return (String[]) values.get(key);
    }

    public void putStringArray(String key, String[] value) {
        values.put(key, value);
    }
}
