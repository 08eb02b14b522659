package android.app.job;

import android.content.ComponentName;

public class JobInfo {
	public static final int BACKOFF_POLICY_EXPONENTIAL = 1;
	public static final int NETWORK_TYPE_ANY = 1;

	public static final class Builder {
		public Builder(int id, ComponentName service) {}
		public native Builder setPersisted(boolean yes);
		public native Builder setMinimumLatency(long ms);
		public native Builder setRequiredNetworkType(int type);
		public native Builder setBackoffCriteria(long ms, int policy);
		public native JobInfo build();
	}
}
