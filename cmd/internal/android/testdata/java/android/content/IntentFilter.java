package android.content;

public final class IntentFilter {
    public void addAction(String action) { }

    public void addCategory(String category) { }
}
