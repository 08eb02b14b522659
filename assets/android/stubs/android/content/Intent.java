package android.content;

import android.net.Uri;
import android.os.Bundle;

public class Intent {
	public static final String ACTION_BATTERY_CHANGED = "android.intent.action.BATTERY_CHANGED";
	public static final String CATEGORY_DEFAULT = "android.intent.category.DEFAULT";
	private Bundle extras;
	public Intent(String action) {}
	public native String getAction();
	public Bundle getExtras() { return extras; }
	public Intent putExtras(Bundle more) {
		extras = more;
		return this;
	}
	public native int getIntExtra(String name, int otherwise);
	public native Intent setData(Uri data);
}
