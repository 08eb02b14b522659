package android.view;

public class View {
	public final native boolean requestFocus();
	public native void announceForAccessibility(CharSequence text);
}
