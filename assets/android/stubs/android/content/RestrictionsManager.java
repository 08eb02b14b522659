package android.content;

import android.os.Bundle;

public class RestrictionsManager {
	public native Bundle getApplicationRestrictions();
}
