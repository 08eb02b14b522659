package vn.chot;

import android.app.job.*;
import android.content.*;
import android.net.ConnectivityManager;
import android.os.BatteryManager;
import java.nio.charset.StandardCharsets;

/** Sends what waits and fetches what is needed when there is a network and nobody looks; Go decides what. */
public final class SyncJob extends JobService {
    static { System.loadLibrary("gio"); }
    /** Has the job run once there is a network, not before so many milliseconds, also after a restart. */
    static void schedule(Context context, long delay) {
        JobInfo.Builder job = new JobInfo.Builder(1, new ComponentName(context, SyncJob.class)).setPersisted(true).setMinimumLatency(delay);
        job.setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY).setBackoffCriteria(60_000, JobInfo.BACKOFF_POLICY_EXPONENTIAL);
        context.getSystemService(JobScheduler.class).schedule(job.build());
    }

    @Override
    public boolean onStartJob(JobParameters job) {
        new Thread(() -> {
            BatteryManager battery = getSystemService(BatteryManager.class);
            int left = battery.getIntProperty(BatteryManager.BATTERY_PROPERTY_CAPACITY); // in percent, below 1 where nobody knows
            boolean low = !battery.isCharging() && left > 0 && left <= 15;
            boolean metered = getSystemService(ConnectivityManager.class).isActiveNetworkMetered();
            long next = sync(getFilesDir().getAbsolutePath().getBytes(StandardCharsets.UTF_8), metered, low);
            jobFinished(job, next < 0);
            if (next >= 0) schedule(this, next);
        }).start();
        return true;
    }

    @Override
    public native boolean onStopJob(JobParameters job);

    // Milliseconds until the next is due, or -1 to be called again soon, with growing pauses.
    private native long sync(byte[] files, boolean metered, boolean batteryLow);
}
