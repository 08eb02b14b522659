package intent

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

const own = OwnAction

// The kinds of extras, as a scanner service puts them.
func text(key, value string) Extra {
	return Extra{Key: key, Kind: Text, Size: uint32(len(value)), Value: []byte(value)}
}
func raw(key, value string) Extra {
	return Extra{Key: key, Kind: Bytes, Size: uint32(len(value)), Value: []byte(value)}
}
func number(key string, n int64) Extra {
	return Extra{Key: key, Kind: Number, Size: 8, Value: binary.BigEndian.AppendUint64(nil, uint64(n))}
}

// card is of nobody: the form of a citizen's card, with letters no code page has.
const card = "001190123456|012345678|Nguyễn Thị Ví Dụ|15011990|Nữ|Ấp Đỗ Xá, Xã Thử|20052021"

func TestOpen(t *testing.T) {
	const (
		zebraRaw  = "com.symbol.datawedge.decode_data"
		zebraText = "com.symbol.datawedge.data_string"
		honeywell = "com.honeywell.intent.action.SCAN_RESULT"
		newland   = "nlscan.action.SCANNER_RESULT"
		sunmi     = "com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED"
		bluebird  = "kr.co.bluebird.android.bbapi.action.BARCODE_CALLBACK_DECODING_DATA"
		lecom     = "scan.rcv.message"
		seuic     = "com.android.server.scannerservice.broadcast"
		urovo     = "android.intent.ACTION_DECODE_DATA"
	)
	ok, one := text("SCAN_STATE", "ok"), text("SCAN_BARCODE1", card)
	garbled := strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r > 0x7f {
			return '?'
		}
		return r
	}, card), "?")
	most := strings.Repeat("x", MaxPayload)
	long := Extra{Key: "source_byte", Kind: Bytes, Size: MaxPayload + 1, Value: []byte(most)}
	for _, c := range []struct {
		name   string
		action string
		extras []Extra
		maker  Maker
		want   string
		symbol string
		err    error
	}{
		{"Zebra", own, []Extra{raw(zebraRaw, card), text(zebraText, garbled), text("com.symbol.datawedge.label_type", "LABEL-TYPE-QRCODE")}, Zebra, card, "LABEL-TYPE-QRCODE", nil},
		{"Zebra, text alone", own, []Extra{text(zebraText, card)}, Zebra, card, "", nil},
		{"Zebra, binary", own, []Extra{raw(zebraRaw, "\x00\xff\x0d")}, Zebra, "\x00\xff\x0d", "", nil},
		{"Zebra, another symbology", own, []Extra{raw(zebraRaw, "893"), text("com.symbol.datawedge.label_type", "LABEL-TYPE-EAN13")}, Zebra, "893", "LABEL-TYPE-EAN13", nil},
		{"Honeywell's Data Intent", own, []Extra{raw("dataBytes", card), text("data", garbled), text("aimId", "]Q1")}, Honeywell, card, "]Q1", nil},
		{"Honeywell", honeywell, []Extra{text("decode_rslt", card)}, Honeywell, card, "", nil},
		{"Newland", newland, []Extra{one, ok, number("SCAN_BARCODE_TYPE", 258)}, Newland, card, "258", nil},
		{"Newland, an empty second code", newland, []Extra{one, ok, text("SCAN_BARCODE2", "")}, Newland, card, "", nil},
		{"Newland, two codes", newland, []Extra{one, ok, text("SCAN_BARCODE2", "2")}, Newland, "", "", ErrSeveral},
		{"Newland, nothing read", newland, []Extra{one, text("SCAN_STATE", "fail")}, Newland, "", "", ErrFailed},
		{"Newland, no state", newland, []Extra{one}, Newland, "", "", ErrFailed},
		{"Newland, a state that is no text", newland, []Extra{one, raw("SCAN_STATE", "ok")}, Newland, "", "", ErrFailed},
		{"Sunmi", sunmi, []Extra{text("data", garbled), raw("source_byte", card)}, Sunmi, card, "", nil},
		{"Sunmi, text alone", sunmi, []Extra{text("data", card)}, Sunmi, card, "", nil},
		{"Bluebird", bluebird, []Extra{raw("EXTRA_BARCODE_DECODING_DATA", card), number("EXTRA_INT_DATA2", -1)}, Bluebird, card, "-1", nil},
		{"LECOM", lecom, []Extra{raw("barocode", card+"\x00\x00rubbish"), number("length", int64(len(card))), number("barcodeType", 28)}, LECOM, card, "28", nil},
		{"LECOM, without a length", lecom, []Extra{raw("barocode", card)}, LECOM, card, "", nil},
		{"LECOM, text: its length is in letters", lecom, []Extra{text("barocode", card), number("length", 3)}, LECOM, card, "", nil},
		{"LECOM, a buffer longer than what counts", lecom, []Extra{{Key: "barocode", Kind: Bytes, Size: 1 << 20, Value: []byte(most)}, number("length", 12)}, LECOM, most[:12], "", nil},
		{"LECOM, length 0", lecom, []Extra{raw("barocode", card), number("length", 0)}, LECOM, "", "", ErrEmpty},
		{"LECOM, a length over the buffer", lecom, []Extra{raw("barocode", card), number("length", 4096)}, LECOM, "", "", ErrLength},
		{"LECOM, a length below nothing", lecom, []Extra{raw("barocode", card), number("length", -1)}, LECOM, "", "", ErrLength},
		{"LECOM, a length that is no number", lecom, []Extra{raw("barocode", card), text("length", "12")}, LECOM, "", "", ErrLength},
		{"SEUIC", seuic, []Extra{text("scannerdata", card)}, SEUIC, card, "", nil},
		{"Urovo", urovo, []Extra{text("barcode_string", garbled), raw("barcode", card), number("length", int64(len(card)))}, Urovo, card, "", nil},
		{"Urovo, text alone", urovo, []Extra{text("barcode_string", card), number("length", 5)}, Urovo, card, "", nil},

		{"the longest", sunmi, []Extra{raw("source_byte", most)}, Sunmi, most, "", nil},
		{"one byte more", sunmi, []Extra{long, text("data", "short")}, Sunmi, "", "", ErrOverlong},
		{"a text of a megabyte", seuic, []Extra{{Key: "scannerdata", Kind: Text, Size: 1 << 20}}, SEUIC, "", "", ErrOverlong},
		{"empty", seuic, []Extra{text("scannerdata", "")}, SEUIC, "", "", ErrEmpty},
		{"a number is no code", seuic, []Extra{number("scannerdata", 12)}, SEUIC, "", "", ErrNoCode},
		{"no extras", seuic, nil, SEUIC, "", "", ErrNoCode},
		{"another maker's extras", seuic, []Extra{one, ok}, SEUIC, "", "", ErrNoCode},
		{"our action, nobody's extras", own, []Extra{text("x", "y")}, Zebra, "", "", ErrNoCode},
		{"our action, Honeywell's empty", own, []Extra{raw("dataBytes", "")}, Honeywell, "", "", ErrEmpty},
		{"another action", "com.example.SCAN", []Extra{one, ok}, "", "", "", ErrStranger},
		{"no action", "", nil, "", "", "", ErrStranger},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := Parse(Broadcast{Action: c.action, Sender: "com.example.scanner", Extras: c.extras}.Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(b)
			if s.Maker != c.maker || string(s.Payload) != c.want || s.Symbology != c.symbol || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Errorf("got %s %.40q %q, %v; want %s %.40q %q, %v", s.Maker, s.Payload, s.Symbology, err, c.maker, c.want, c.symbol, c.err)
			}
			if c.maker != "" && s.Sender != "com.example.scanner" {
				t.Errorf("sender %q", s.Sender)
			}
		})
	}
}

// TestEveryFormIsAskedFor holds what a receiver is told against the table, in
// bounds that it counts on.
func TestEveryFormIsAskedFor(t *testing.T) {
	asked := map[string]string{}
	for line := range strings.SplitSeq(Wanted(), "\n") {
		action, keys, _ := strings.Cut(line, " ")
		if asked[action] != "" {
			t.Errorf("%s is asked for twice", action)
		}
		if n := len(strings.Fields(keys)); n == 0 || n > maxExtras {
			t.Errorf("%s with %d keys", action, n)
		}
		asked[action] = " " + keys + " "
	}
	makers := map[Maker]bool{}
	for _, f := range forms {
		makers[f.maker] = true
		for _, key := range f.keys() {
			if !strings.Contains(asked[f.action], " "+key+" ") {
				t.Errorf("%s: %s of %s is not asked for", f.maker, key, f.action)
			}
		}
	}
	if len(makers) != 8 {
		t.Errorf("%d makers, want 8", len(makers))
	}
	for m := range makers {
		if len(names[m]) == 0 {
			t.Errorf("no device is known to be %s's", m)
		}
	}
}
