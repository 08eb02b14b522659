package android.view;

public class View {
	public native void announceForAccessibility(CharSequence text);
}
