package org.json;

import java.util.Collection;

public class JSONArray {
	public JSONArray() {}
	public JSONArray(Collection<?> all) {}
	public native JSONArray put(Object value);
}
