package vn.chot;

import android.content.*;
import android.os.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.*;

/** Hands what scan keys broadcast to Go, in the form and within the bounds of camera/intent's Parse. */
final class ScanReceiver extends BroadcastReceiver {
    private static final int MAX_VALUE = 5906, MAX_MESSAGE = 32 << 10;
    private static ScanReceiver listening;
    private final Bundle wanted = new Bundle();

    /** Listens until stop; the library must be loaded. Any app may send: Go decides whose counts. */
    static void start(Context context) {
        stop(context);
        listening = new ScanReceiver();
        IntentFilter filter = new IntentFilter();
        for (String line : new String(wanted(), StandardCharsets.UTF_8).split("\n")) {
            String[] words = line.split(" ");
            filter.addAction(words[0]);
            listening.wanted.putStringArray(words[0], words);
        }
        filter.addCategory(Intent.CATEGORY_DEFAULT); // DataWedge may be set to name it
        Intent sticky = Build.VERSION.SDK_INT < 33 ? context.registerReceiver(listening, filter)
            : context.registerReceiver(listening, filter, Context.RECEIVER_EXPORTED);
    }

    static void stop(Context context) {
        if (listening != null) context.unregisterReceiver(listening);
        listening = null;
    }

    @Override
    public void onReceive(Context context, Intent intent) {
        String sender = Build.VERSION.SDK_INT >= 34 ? getSentFromPackage() : null;
        received(message(wanted.getStringArray(intent.getAction()), sender, intent));
    }

    /** What an intent says. Classes that are not there, sizes no memory has, or more than fits: rubbish, whose sender counts. */
    static byte[] message(String[] words, String sender, Intent intent) {
        try {
            return flatten(words, sender, intent.getExtras());
        } catch (RuntimeException | Error e) {
            return flatten(words, sender, null);
        }
    }

    /** Copies the extras that words names after the action, and no more of them than a scan can hold. */
    @SuppressWarnings("deprecation") // get: a key's kind differs by maker; typed getters came with API 33
    static byte[] flatten(String[] words, String sender, Bundle extras) {
        ByteBuffer out = ByteBuffer.allocate(MAX_MESSAGE).put((byte) 1);
        name(out, words[0]);
        name(out, sender == null ? "" : sender.substring(0, Math.min(sender.length(), 150)));
        for (String key : extras == null ? new String[0] : Arrays.copyOfRange(words, 1, words.length)) {
            Object value = extras.get(key);
            if (value instanceof String) {
                String text = (String) value;
                byte[] utf8 = text.length() > MAX_VALUE ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
                put(out, key, 1, Math.max(text.length(), utf8.length), utf8);
            } else if (value instanceof Number) {
                put(out, key, 3, 8, ByteBuffer.allocate(8).putLong(((Number) value).longValue()).array());
            } else if (value instanceof byte[]) {
                put(out, key, 2, ((byte[]) value).length, (byte[]) value);
            } else if (value instanceof List) { // DataWedge: a byte[] for each part
                ByteBuffer whole = ByteBuffer.allocate(MAX_MESSAGE);
                for (Object part : (List<?>) value) whole.put((byte[]) part);
                put(out, key, 2, whole.position(), whole.array());
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void name(ByteBuffer out, String s) {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) utf8.length).put(utf8);
    }

    private static void put(ByteBuffer out, String key, int kind, int size, byte[] value) {
        name(out, key);
        int copied = size <= MAX_VALUE ? size : kind == 1 ? 0 : MAX_VALUE; // a part of a text is none
        out.put((byte) kind).putInt(size).putShort((short) copied).put(value, 0, copied);
    }

    private static native byte[] wanted();
    private static native void received(byte[] message);
}
