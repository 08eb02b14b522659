// Package intent hears the scan keys of Android handhelds: scanners that decode
// by themselves and broadcast what they read to every app that listens. It
// decides without a device what such a broadcast says, and whose broadcasts
// count.
//
// # Makers
//
// Keys are tried in the order written; the first that is there is the payload.
// Raw bytes come before text: a citizen's card needs its exact UTF-8, and the
// text of some scanner services has been through another character set.
//
//	maker      action                                        payload                         symbology
//	Zebra      vn.chot.scanner.SCAN (a DataWedge profile's)  com.symbol.datawedge.decode_data  …label_type
//	                                                         com.symbol.datawedge.data_string
//	Honeywell  vn.chot.scanner.SCAN (a Data Intent's)        dataBytes, data                 aimId
//	Honeywell  com.honeywell.intent.action.SCAN_RESULT       decode_rslt
//	Newland    nlscan.action.SCANNER_RESULT                  SCAN_BARCODE1                   SCAN_BARCODE_TYPE
//	Sunmi      com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED   source_byte, data
//	Bluebird   kr.co.bluebird.android.bbapi.action.BARCODE_CALLBACK_DECODING_DATA
//	                                                         EXTRA_BARCODE_DECODING_DATA     EXTRA_INT_DATA2
//	LECOM      scan.rcv.message                              barocode (with length)          barcodeType
//	SEUIC      com.android.server.scannerservice.broadcast   scannerdata
//	Urovo      android.intent.ACTION_DECODE_DATA             barcode (with length), barcode_string  barcodeType
//
// Newland's SCAN_STATE must be "ok", and its SCAN_BARCODE2 empty: two codes in
// one picture are nobody's. A code of another symbology than QR is handed on with
// what is known of it, as any reader would: what it means is the next stage's
// business, and so are AIM identifiers and a payload sent twice.
//
// # Limits
//
// The largest QR symbol holds 2,953 bytes (ISO/IEC 18004 table 7, version 40-L in
// byte mode); a reader that sends it twice sends double. A longer payload is
// refused, and so is a flattened broadcast of more than MaxMessage bytes. The
// receiver copies nothing of what is longer: see Parse for the form.
//
// # Whose broadcasts count
//
// Android lets any app send any action, and a receiver for other apps' broadcasts
// must be open to all of them (RECEIVER_EXPORTED). No maker in the table
// documents a permission that its scanner service holds and other apps cannot
// get, so none is asked for. Since API 34 Android names a sender, but only one
// that agreed to be named (BroadcastOptions.setShareIdentityEnabled), which no
// scanner service has to.
//
// So one maker is enrolled, once, and only its broadcasts count (see Enrolled):
// the maker of the device itself, or whoever's scan key is pressed while the
// supervisor tests that source. Was a sender named then, only that one counts.
// Everybody else's are refused, counted, and shown as a fault.
//
// What remains: an app that a person has put on the device can forge the enrolled
// maker's broadcast where Android names no sender. It gains what printing a code
// and holding it up gains: signatures, lists and the journal are the same, and
// every forged scan is an entry. Whoever needs more lets no other app onto the
// device (a managed device in lock-task mode), or scans with the camera alone by
// taking "intent auto" out of chot.toml's sources.
package intent
