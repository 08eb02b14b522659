package vn.chot;

import android.content.Intent;
import android.os.Bundle;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;

/** Prints what ScanReceiver makes of some broadcasts, one a line in hexadecimal, each after its name. */
final class Flatten {
    private static final String CARD = "001190123456|012345678|Nguyễn Thị Ví Dụ|15011990|Nữ|Ấp Đỗ Xá|20052021";
    private static final String[] NEWLAND = {"nlscan.action.SCANNER_RESULT", "SCAN_BARCODE1", "SCAN_BARCODE_TYPE", "SCAN_STATE", "SCAN_BARCODE2"};
    private static final String[] SEUIC = {"com.android.server.scannerservice.broadcast", "scannerdata"};
    private static final String[] SUNMI = {"com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED", "source_byte", "data"};
    private static final String[] LECOM = {"scan.rcv.message", "barocode", "length", "barcodeType"};
    private static final String[] OWN = {"vn.chot.scanner.SCAN", "com.symbol.datawedge.decode_data", "com.symbol.datawedge.data_string", "com.symbol.datawedge.label_type"};

    public static void main(String[] args) throws Exception {
        byte[] card = CARD.getBytes("UTF-8");
        byte[] first = Arrays.copyOf(card, 20), rest = Arrays.copyOfRange(card, 20, card.length);
        byte[] megabyte = new byte[1 << 20];
        Arrays.fill(megabyte, (byte) 'x');
        String text = new String(megabyte, "UTF-8");
        print("newland", NEWLAND, null, extras("SCAN_BARCODE1", CARD, "SCAN_BARCODE_TYPE", 258, "SCAN_STATE", "ok", "rubbish", megabyte));
        print("seuic", SEUIC, null, extras("scannerdata", CARD));
        print("sunmi", SUNMI, null, extras("source_byte", card, "data", "?"));
        print("lecom", LECOM, null, extras("barocode", Arrays.copyOf(card, 8192), "length", card.length, "barcodeType", (byte) 28));
        print("zebra", OWN, "com.symbol.datawedge", extras("com.symbol.datawedge.decode_data", new ArrayList<>(Arrays.asList(first, rest)), "com.symbol.datawedge.label_type", "LABEL-TYPE-QRCODE"));
        print("text of a megabyte", SEUIC, null, extras("scannerdata", text));
        print("bytes of a megabyte", SUNMI, null, extras("source_byte", megabyte));
        print("a list of a megabyte", OWN, null, extras("com.symbol.datawedge.decode_data", new ArrayList<>(Collections.nCopies(1024, new byte[1024]))));
        print("a list of texts", OWN, null, extras("com.symbol.datawedge.decode_data", new ArrayList<>(Arrays.asList("a", "b"))));
        print("letters of three bytes", SEUIC, null, extras("scannerdata", "ấ".repeat(2000)));
        print("another kind", SEUIC, null, extras("scannerdata", new int[] {1}));
        print("a class that is not there", SEUIC, null, extras("scannerdata", new RuntimeException("ClassNotFoundException")));
        print("a size no memory has", SEUIC, null, extras("scannerdata", new OutOfMemoryError()));
        print("a nest of bundles", SEUIC, null, extras("scannerdata", new StackOverflowError()));
        print("no extras", SEUIC, "x".repeat(1000), null);
        print("everything at its longest", NEWLAND, null, extras("SCAN_BARCODE1", "x".repeat(5906), "SCAN_BARCODE_TYPE", "x".repeat(5906), "SCAN_STATE", "x".repeat(5906), "SCAN_BARCODE2", "x".repeat(5906)));
    }

    private static Bundle extras(Serializable... namesAndValues) {
        Bundle b = new Bundle();
        for (int i = 0; i < namesAndValues.length; i += 2) b.putSerializable((String) namesAndValues[i], namesAndValues[i + 1]);
        return b;
    }

    private static void print(String name, String[] words, String sender, Bundle extras) {
        byte[] message = ScanReceiver.message(words, sender, new Intent(words[0]).putExtras(extras));
        StringBuilder line = new StringBuilder(name).append(": ");
        for (byte b : message) line.append(String.format("%02x", b));
        System.out.println(line);
    }
}
