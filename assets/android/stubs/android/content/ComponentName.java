package android.content;

public final class ComponentName {
	public ComponentName(Context c, Class<?> of) {}
}
