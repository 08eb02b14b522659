package intent

import (
	"slices"
	"strings"
)

// A Maker is whose scanner service broadcasts, by name. The zero value is nobody.
type Maker string

// The makers whose broadcasts are understood.
const (
	Zebra     Maker = "Zebra"
	Honeywell Maker = "Honeywell"
	Newland   Maker = "Newland"
	Sunmi     Maker = "Sunmi"
	Bluebird  Maker = "Bluebird"
	LECOM     Maker = "LECOM"
	SEUIC     Maker = "SEUIC"
	Urovo     Maker = "Urovo"
)

// OwnAction is the action to set where a scanner service lets one be chosen:
// Zebra's DataWedge (intent output, by broadcast) and Honeywell's Data Intent.
const OwnAction = "vn.chot.scanner.SCAN"

// A form is how one maker puts a scan into a broadcast.
type form struct {
	maker    Maker
	action   string
	payload  []string // keys, the best first
	length   string   // key of how much of a byte array counts; "" for all of it
	symbol   string   // key of the symbology, "" where none is told
	state    string   // key that must be "ok", "" where there is none
	second   string   // key of a second code, which must be empty
	packages []string // the documented senders, where Android names one
}

var forms = []form{
	{maker: Zebra, action: OwnAction, payload: []string{"com.symbol.datawedge.decode_data", "com.symbol.datawedge.data_string"}, symbol: "com.symbol.datawedge.label_type", packages: []string{"com.symbol.datawedge"}},
	{maker: Honeywell, action: OwnAction, payload: []string{"dataBytes", "data"}, symbol: "aimId"},
	{maker: Honeywell, action: "com.honeywell.intent.action.SCAN_RESULT", payload: []string{"decode_rslt"}},
	{maker: Newland, action: "nlscan.action.SCANNER_RESULT", payload: []string{"SCAN_BARCODE1"}, symbol: "SCAN_BARCODE_TYPE", state: "SCAN_STATE", second: "SCAN_BARCODE2"},
	{maker: Sunmi, action: "com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED", payload: []string{"source_byte", "data"}},
	{maker: Bluebird, action: "kr.co.bluebird.android.bbapi.action.BARCODE_CALLBACK_DECODING_DATA", payload: []string{"EXTRA_BARCODE_DECODING_DATA"}, symbol: "EXTRA_INT_DATA2"},
	{maker: LECOM, action: "scan.rcv.message", payload: []string{"barocode"}, length: "length", symbol: "barcodeType"},
	{maker: SEUIC, action: "com.android.server.scannerservice.broadcast", payload: []string{"scannerdata"}},
	{maker: Urovo, action: "android.intent.ACTION_DECODE_DATA", payload: []string{"barcode", "barcode_string"}, length: "length", symbol: "barcodeType"},
}

// keys are the extras a form looks at.
func (f form) keys() []string {
	keys := slices.Clone(f.payload)
	for _, k := range []string{f.length, f.symbol, f.state, f.second} {
		if k != "" {
			keys = append(keys, k)
		}
	}
	return keys
}

// Wanted tells a receiver what to listen for: one line for each action, with the
// keys of the extras to copy, apart by spaces. Nothing else of a broadcast is
// looked at.
func Wanted() string {
	var lines []string
	for i, f := range forms {
		if slices.ContainsFunc(forms[:i], func(g form) bool { return g.action == f.action }) {
			continue
		}
		line := []string{f.action}
		for _, g := range forms[i:] {
			if g.action == f.action {
				line = append(line, g.keys()...)
			}
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return strings.Join(lines, "\n")
}

// names are how makers call themselves in android.os.Build.MANUFACTURER, in
// small letters.
var names = map[Maker][]string{
	Zebra: {"zebra", "symbol", "motorola solutions"}, Honeywell: {"honeywell", "intermec"}, Newland: {"newland"}, Sunmi: {"sunmi"},
	Bluebird: {"bluebird"}, LECOM: {"lecom"}, SEUIC: {"seuic"}, Urovo: {"urovo", "ubx"},
}

// Makes reports whether a device whose Build.MANUFACTURER this is is the maker's
// own.
func (m Maker) Makes(manufacturer string) bool {
	manufacturer = strings.ToLower(strings.TrimSpace(manufacturer))
	return slices.ContainsFunc(names[m], func(name string) bool { return strings.HasPrefix(manufacturer, name) })
}
