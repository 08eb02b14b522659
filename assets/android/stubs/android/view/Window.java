package android.view;

public abstract class Window {
	public abstract View getDecorView();
	public native void addFlags(int flags);
	public native void setFlags(int flags, int mask);
}
