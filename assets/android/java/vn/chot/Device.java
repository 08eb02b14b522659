package vn.chot;

import android.Manifest;
import android.app.Activity;
import android.app.admin.DevicePolicyManager;
import android.content.*;
import android.content.pm.PackageManager;
import android.net.Uri;
import android.os.*;
import android.provider.Settings;
import android.security.keystore.*;
import android.util.Log;
import java.io.IOException;
import java.security.*;
import java.util.Arrays;
import javax.crypto.*;
import javax.crypto.spec.GCMParameterSpec;
import org.json.*;

/** What Go asks of Android. Calls come from any thread; what belongs to the screen is posted to the main one. */
final class Device {
	private static final String ALIAS = "vn.chot.keeper";
	private static final int IV = 12; // bytes, as the Keystore makes it for GCM

	static native void attach(Activity a);
	static native void front(boolean yes);

	static void flag(Activity a, int flag, boolean on) { post(a, () -> a.getWindow().setFlags(on ? flag : 0, flag)); }

	private static void post(Activity a, Runnable r) {
		a.runOnUiThread(() -> {
			try { r.run(); }
			catch (RuntimeException e) { Log.w("chot", e); }
		});
	}

	/** Only where the device's owner allows it: Android would put a question to the operator elsewhere. */
	private static boolean mayLock(Activity a) {
		return a.getSystemService(DevicePolicyManager.class).isLockTaskPermitted(a.getPackageName());
	}
	static void lock(Activity a) { if (mayLock(a)) post(a, a::startLockTask); }
	static void leave(Activity a) {
		if (mayLock(a)) post(a, a::stopLockTask);
		post(a, () -> a.moveTaskToBack(true));
	}

	static void say(Activity a, String words) { post(a, () -> a.getWindow().getDecorView().announceForAccessibility(words)); }
	@SuppressWarnings("deprecation") // its successor is API 30
	static int rotation(Activity a) { return a.getWindowManager().getDefaultDisplay().getRotation(); }

	static boolean vibrates(Context c) { return c.getSystemService(Vibrator.class).hasVibrator(); }
	@SuppressWarnings("deprecation") // VibrationEffect is API 26
	static void vibrate(Context c, long[] timings, int[] strengths) {
		Vibrator v = c.getSystemService(Vibrator.class);
		if (Build.VERSION.SDK_INT < Build.VERSION_CODES.O) v.vibrate(timings, -1);
		else if (Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU) v.vibrate(VibrationEffect.createWaveform(timings, strengths, -1));
		else v.vibrate(VibrationEffect.createWaveform(timings, strengths, -1), // felt also where the battery is spared
			VibrationAttributes.createForUsage(VibrationAttributes.USAGE_ALARM));
	}

	static boolean granted(Context c) { return c.checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED; }
	static boolean rationale(Activity a) { return a.shouldShowRequestPermissionRationale(Manifest.permission.CAMERA); }
	static void ask(Activity a) { post(a, () -> a.requestPermissions(new String[] {Manifest.permission.CAMERA}, 1)); }
	static void settings(Activity a, String action) {
		Intent i = new Intent(action);
		if (action.equals(Settings.ACTION_APPLICATION_DETAILS_SETTINGS)) i.setData(Uri.fromParts("package", a.getPackageName(), null));
		post(a, () -> a.startActivity(i));
	}

	static boolean charging(Context c) {
		Intent battery = c.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
		return battery != null && battery.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0;
	}

	static String restrictions(Context c) throws JSONException {
		Bundle set = c.getSystemService(RestrictionsManager.class).getApplicationRestrictions();
		return set == null ? "{}" : json(set).toString();
	}
	@SuppressWarnings("deprecation") // Bundle.get: nobody knows the values' types beforehand
	private static JSONObject json(Bundle b) throws JSONException {
		JSONObject o = new JSONObject();
		for (String key : b.keySet()) {
			Object v = b.get(key);
			if (v instanceof String[]) v = new JSONArray(Arrays.asList((String[]) v));
			if (v instanceof Parcelable[]) {
				JSONArray all = new JSONArray();
				for (Parcelable p : (Parcelable[]) v) all.put(json((Bundle) p));
				v = all;
			}
			o.put(key, v instanceof Bundle ? json((Bundle) v) : v);
		}
		return o;
	}

	static byte[] wrap(Context c, byte[] secret) throws GeneralSecurityException, IOException {
		Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
		Key key = store().getKey(ALIAS, null);
		cipher.init(Cipher.ENCRYPT_MODE, key == null ? make(Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) : key);
		byte[] sealed = cipher.doFinal(secret), all = Arrays.copyOf(cipher.getIV(), IV + sealed.length);
		System.arraycopy(sealed, 0, all, IV, sealed.length);
		return all;
	}
	static byte[] unwrap(Context c, byte[] wrapped) throws GeneralSecurityException, IOException {
		Key key = store().getKey(ALIAS, null);
		if (key == null) return null; // destroyed
		Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
		cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(128, wrapped, 0, IV));
		try { return cipher.doFinal(wrapped, IV, wrapped.length - IV); }
		catch (AEADBadTagException e) { return null; } // by a key that is no more
	}
	static void destroy(Context c) throws GeneralSecurityException, IOException { store().deleteEntry(ALIAS); }

	private static KeyStore store() throws GeneralSecurityException, IOException {
		KeyStore s = KeyStore.getInstance("AndroidKeyStore");
		s.load(null);
		return s;
	}
	private static Key make(boolean strong) throws GeneralSecurityException {
		KeyGenParameterSpec.Builder b = new KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT | KeyProperties.PURPOSE_DECRYPT)
			.setKeySize(256).setBlockModes("GCM").setEncryptionPaddings("NoPadding");
		KeyGenerator g = KeyGenerator.getInstance("AES", "AndroidKeyStore");
		g.init((strong ? b.setIsStrongBoxBacked(true) : b).build());
		try { return g.generateKey(); }
		catch (ProviderException e) { if (!strong) throw e; } // there is no StrongBox, or none that takes it
		return make(false);
	}
}
