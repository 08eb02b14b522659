package vn.chot;

import android.os.Bundle;
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
        print("newland", NEWLAND, null, new Bundle().with("SCAN_BARCODE1", CARD).with("SCAN_BARCODE_TYPE", 258).with("SCAN_STATE", "ok").with("rubbish", megabyte));
        print("seuic", SEUIC, null, new Bundle().with("scannerdata", CARD));
        print("sunmi", SUNMI, null, new Bundle().with("source_byte", card).with("data", "?"));
        print("lecom", LECOM, null, new Bundle().with("barocode", Arrays.copyOf(card, 8192)).with("length", card.length).with("barcodeType", (byte) 28));
        print("zebra", OWN, "com.symbol.datawedge", new Bundle().with("com.symbol.datawedge.decode_data", Arrays.asList(first, rest)).with("com.symbol.datawedge.label_type", "LABEL-TYPE-QRCODE"));
        print("text of a megabyte", SEUIC, null, new Bundle().with("scannerdata", text));
        print("bytes of a megabyte", SUNMI, null, new Bundle().with("source_byte", megabyte));
        print("a list of a megabyte", OWN, null, new Bundle().with("com.symbol.datawedge.decode_data", Collections.nCopies(1024, new byte[1024])));
        print("a list of texts", OWN, null, new Bundle().with("com.symbol.datawedge.decode_data", Arrays.asList("a", "b")));
        print("letters of three bytes", SEUIC, null, new Bundle().with("scannerdata", "ấ".repeat(2000)));
        print("another kind", SEUIC, null, new Bundle().with("scannerdata", new int[] {1}));
        print("a class that is not there", SEUIC, null, new Bundle().with("scannerdata", new RuntimeException("ClassNotFoundException")));
        print("no extras", SEUIC, "x".repeat(1000), null);
        print("everything at its longest", NEWLAND, null, new Bundle().with("SCAN_BARCODE1", "x".repeat(5906)).with("SCAN_BARCODE_TYPE", "x".repeat(5906)).with("SCAN_STATE", "x".repeat(5906)).with("SCAN_BARCODE2", "x".repeat(5906)));
    }

    private static void print(String name, String[] words, String sender, Bundle extras) {
        byte[] message;
        try {
            message = ScanReceiver.flatten(words, sender, extras);
        } catch (RuntimeException e) {
            message = ScanReceiver.flatten(words, sender, null); // as onReceive does
        }
        StringBuilder line = new StringBuilder(name).append(": ");
        for (byte b : message) line.append(String.format("%02x", b));
        System.out.println(line);
    }
}
