package android.content;

import android.os.Bundle;

public final class Intent {
    public static final String CATEGORY_DEFAULT = "android.intent.category.DEFAULT";

    public String getAction() {
        throw new UnsupportedOperationException();
    }

    public Bundle getExtras() {
        throw new UnsupportedOperationException();
    }
}
