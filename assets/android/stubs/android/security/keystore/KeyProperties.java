package android.security.keystore;

public abstract class KeyProperties {
	public static final int PURPOSE_ENCRYPT = 1;
	public static final int PURPOSE_DECRYPT = 2;
}
