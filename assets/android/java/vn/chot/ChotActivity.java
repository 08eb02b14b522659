package vn.chot;

import android.app.Activity;
import android.content.res.Configuration;
import android.media.AudioManager;
import android.os.*;
import android.view.WindowManager;
import org.gioui.*;

/** The one screen: a window that Go draws, and what Android tells of its life. */
public final class ChotActivity extends Activity {
	private GioView view;

	@Override protected void onCreate(Bundle state) {
		super.onCreate(state);
		// Nobody keeps a picture of the screen until Go says that it shows nobody.
		getWindow().addFlags(WindowManager.LayoutParams.FLAG_SECURE);
		setVolumeControlStream(AudioManager.STREAM_MUSIC);
		Gio.init(getApplicationContext()); // loads the library and starts the program
		Device.attach(this);
		view = new GioView(this);
		if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) view.setSecure(true); // it does not follow the window there
		setContentView(view);
		view.requestFocus(); // else nobody has it (Android 9 on), and what a scanner types is nobody's
	}

	@Override protected void onStart() { super.onStart(); view.start(); }
	@Override protected void onResume() { super.onResume(); view.resume(); Device.front(true); ScanReceiver.start(this); }
	@Override protected void onPause() {
		ScanReceiver.stop(this);
		Device.front(false);
		SyncJob.schedule(this, 0); // what waits is sent when nobody looks
		view.pause();
		super.onPause();
	}
	@Override protected void onStop() { view.stop(); super.onStop(); }
	@Override protected void onDestroy() { view.destroy(); super.onDestroy(); }
	@Override public void onConfigurationChanged(Configuration c) { super.onConfigurationChanged(c); view.configurationChanged(); }
	@Override public void onLowMemory() { super.onLowMemory(); GioView.onLowMemory(); }

	/** Back is the program's own; what it makes nothing of leads nowhere. */
	@Override @SuppressWarnings("deprecation") public void onBackPressed() { view.backPressed(); }
}
