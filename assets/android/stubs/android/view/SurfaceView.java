package android.view;

public class SurfaceView extends View {
	public native void setSecure(boolean yes);
}
