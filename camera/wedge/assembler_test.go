package wedge

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"chot/camera/internal/rig/typist"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// collect keeps copies of lines, and a lost one's reason.
func collect(got *[]string) func(Line) error {
	return func(l Line) error {
		switch {
		case (l.Bytes == nil) == (l.Err == nil):
			return fmt.Errorf("%d bytes with error %v", len(l.Bytes), l.Err)
		case l.Err != nil:
			for name, err := range map[string]error{"overlong": ErrOverlong, "unfinished": ErrUnfinished, "dropped": ErrDropped, "code": ErrCode} {
				if errors.Is(l.Err, err) {
					*got = append(*got, "! "+name)
				}
			}
		default:
			*got = append(*got, string(l.Bytes))
		}
		return nil
	}
}

// press feeds keys, a millisecond apart.
func press(t *testing.T, a *Assembler, at *time.Time, keys []typist.Key, emit func(Line) error) {
	t.Helper()
	for _, k := range keys {
		*at = at.Add(time.Millisecond)
		value := int32(keyUp)
		if k.Down {
			value = keyDown
		}
		if err := a.Feed(k.Code, value, *at, emit); err != nil {
			t.Fatal(err)
		}
	}
}

func keys(parts ...[]typist.Key) []typist.Key { return slices.Concat(parts...) }

func ascii(text string) []typist.Key { return typist.ASCII(text, nil) }

func codes(digits ...string) (all []typist.Key) {
	for _, d := range digits {
		all = append(all, typist.Code(d)...)
	}
	return all
}

// in1258 types an ALT code for each byte of a text in Windows-1258.
func in1258(t *testing.T, text string) (all []typist.Key) {
	b, err := charmap.Windows1258.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []byte(b) {
		if c < 0x80 {
			all = append(all, ascii(string(rune(c)))...)
		} else {
			all = append(all, typist.Code(fmt.Sprintf("0%d", c))...)
		}
	}
	return all
}

const (
	printable = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
	card      = "ĂÂĐÊÔƠƯ ạấổềệữợ|$<:/%*+-."
	person    = "001190123456||Nguyễn Thị Ví Dụ|15011990|Nữ|Thôn Đoài, Xã Mẫu|01012021"
)

func TestAssembler(t *testing.T) {
	enter := ascii("\r")
	long := strings.Repeat("7", maxLine)
	for _, c := range []struct {
		name    string
		keys    []typist.Key
		charset Charset
		want    []string
	}{
		{"every key", ascii(printable + "\r"), 0, []string{printable}},
		{"Enter, Tab", ascii("one\rtwo\t"), 0, []string{"one", "two"}},
		{"Enter on the keypad", keys(ascii("one"), typist.Press(keyKPEnter)), 0, []string{"one"}},
		{"CR LF as Ctrl+M Ctrl+J", keys(ascii("one"), typist.Hold(typist.Ctrl, keys(typist.Press(50), typist.Press(36))...), ascii("two\r")), 0, []string{"one", "two"}},
		{"GS as Ctrl+]", ascii("01\x1d21\r"), 0, []string{"01\x1d21"}},
		{"Enter alone is nothing", ascii("\r\r"), 0, nil},
		{"no end yet", ascii("one\rtw"), 0, []string{"one"}},
		{"Shift held over letters", keys(typist.Hold(typist.Shift, ascii("abc1")...), ascii("d\r")), 0, []string{"ABC!d"}},
		{"the right Shift", keys(typist.Hold(keyRightShift, ascii("a")...), enter), 0, []string{"A"}},
		{"both Shifts", keys(typist.Hold(keyRightShift, keys(typist.Hold(typist.Shift, ascii("a")...), ascii("b"))...), ascii("c\r")), 0, []string{"ABc"}},
		{"Caps Lock", keys(typist.Press(typist.CapsLock), ascii("aB1!"), typist.Press(typist.CapsLock), ascii("aB1!\r")), 0, []string{"Ab1!aB1!"}},
		{"keypad digits", keys(typist.Press(82), typist.Press(71), enter), 0, []string{"07"}},
		{"keys that type nothing", keys(typist.Press(59), typist.Press(600), typist.Press(125), ascii("a\r")), 0, []string{"a"}},
		{"ALT alone, ALT with a letter", keys(typist.Press(typist.Alt), typist.Hold(typist.Alt, ascii("x")...), ascii("a\r")), 0, []string{"a"}},
		{"ALT+65", keys(codes("65", "065", "0066"), enter), 0, []string{"AAB"}},
		{"ALT with the top row", keys(typist.Hold(typist.Alt, ascii("7841")...), enter), 0, []string{"ạ"}},
		{"ALT+13 ends the line", keys(ascii("one"), codes("013"), ascii("two"), codes("10")), 0, []string{"one", "two"}},
		{"Unicode", keys(typist.ASCII(card+"\r", typist.Unicode)), 0, []string{card}},
		{"Unicode, with Latin-1 in one line", keys(codes("0227", "7841"), enter), 0, []string{"ãạ"}},
		{"beyond the 16 bits", keys(codes("128512"), enter), 0, []string{"😀"}},
		{"UTF-8", keys(typist.ASCII(card+"\r", typist.UTF8)), 0, []string{card}},
		{"UTF-8 without the zero", keys(codes("225", "186", "161"), enter), 0, []string{"ạ"}},
		{"UTF-8 cut by a letter is a code page's", keys(codes("195"), ascii("a"), codes("161"), enter), Windows1252, []string{"Ãa¡"}},
		{"UTF-8 cut by the end", keys(codes("195", "161", "195"), enter), Windows1252, []string{"Ã¡Ã"}},
		{"Windows-1258", keys(in1258(t, "Đ, ơ, ư, ă, \u20ab"), enter), Windows1258, []string{"Đ, ơ, ư, ă, ₫"}},
		{"Windows-1252", keys(codes("0233", "0128", "0240"), enter), Windows1252, []string{"é€ð"}},
		{"a code that is no character", keys(ascii("a"), codes("55296"), ascii("b\rnext\r")), 0, []string{"! code", "next"}},
		{"a code too long", keys(codes("999999999999"), ascii("\rnext\r")), 0, []string{"! code", "next"}},
		{"code 0", keys(codes("0"), ascii("a\rnext\r")), 0, []string{"! code", "next"}},
		{"the longest line", ascii(long + "\r"), 0, []string{long}},
		{"one more", ascii(long + "7\rnext\r"), 0, []string{"! overlong", "next"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &Assembler{Charset: c.charset}
			var got []string
			at := start
			press(t, a, &at, c.keys, collect(&got))
			if !slices.Equal(got, c.want) {
				t.Errorf("%.200q, want %.200q", got, c.want)
			}
		})
	}
}

// A whole card in each of the ways a reader may be set to.
func TestVietnamese(t *testing.T) {
	decomposed := "" // Windows-1258 writes base letters and tone marks
	for _, r := range person {
		if _, err := charmap.Windows1258.NewEncoder().String(string(r)); err == nil {
			decomposed += string(r)
			continue
		}
		full := []rune(norm.NFD.String(string(r)))
		base, tone := string(full[0]), ""
		for _, m := range full[1:] {
			if _, err := charmap.Windows1258.NewEncoder().String(string(m)); err == nil {
				tone += string(m)
			} else {
				base += string(m)
			}
		}
		decomposed += norm.NFC.String(base) + tone
	}
	for name, k := range map[string][]typist.Key{
		"Unicode":      typist.ASCII(person+"\r", typist.Unicode),
		"UTF-8":        typist.ASCII(person+"\r", typist.UTF8),
		"Windows-1258": keys(in1258(t, decomposed), ascii("\r")),
	} {
		var got []string
		at := start
		press(t, new(Assembler), &at, k, collect(&got))
		if len(got) != 1 || norm.NFC.String(got[0]) != person {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestCharsets(t *testing.T) {
	for b := range 256 {
		for c, want := range map[Charset]*charmap.Charmap{Windows1252: charmap.Windows1252, Windows1258: charmap.Windows1258} {
			r := want.DecodeByte(byte(b))
			if r == utf8.RuneError {
				r = rune(b) // where the standard leaves the byte a control character
			}
			if got := c.decode(byte(b)); b >= 0x80 && got != r {
				t.Errorf("charset %d: %#x is %q, want %q", c, b, got, r)
			}
		}
	}
}

func TestSilence(t *testing.T) {
	var got []string
	emit := collect(&got)
	at := start
	a := &Assembler{Silence: true}
	if a.Open() {
		t.Error("a new one is open")
	}
	press(t, a, &at, ascii("one"), emit)
	if !a.Open() || a.Patience() != silence {
		t.Errorf("open %v, patience %v", a.Open(), a.Patience())
	}
	a.Pause(emit)
	a.Pause(emit)
	press(t, a, &at, ascii("two"), emit)
	at = at.Add(silence) // seen only when the next keys are read
	press(t, a, &at, ascii("three"), emit)
	a.Pause(emit)
	if want := []string{"one", "two", "three"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestUnfinished(t *testing.T) {
	var got []string
	emit := collect(&got)
	at := start
	a := new(Assembler)
	press(t, a, &at, ascii("001190"), emit)
	at = at.Add(interKey - 10*time.Millisecond)
	press(t, a, &at, ascii("123456\r"), emit)
	press(t, a, &at, ascii("001190"), emit)
	if a.Patience() != interKey {
		t.Errorf("patience %v", a.Patience())
	}
	a.Pause(emit)
	at = at.Add(interKey)
	press(t, a, &at, ascii("123456\rwhole\rhalf"), emit) // the rest of a number is no number
	at = at.Add(interKey)
	press(t, a, &at, ascii("\rwhole\rhalf"), emit)
	at = at.Add(afterwards)
	press(t, a, &at, ascii("next\r"), emit)
	if want := []string{"001190123456", "! unfinished", "! unfinished", "whole", "! unfinished", "whole", "! unfinished", "next"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestDropped(t *testing.T) {
	var got []string
	emit := collect(&got)
	at := start
	a := new(Assembler)
	press(t, a, &at, append(ascii("ab"), typist.Key{Code: typist.Shift, Down: true}), emit)
	a.Dropped(at) // with the release of Shift
	press(t, a, &at, ascii("c\rnext\r"), emit)
	a.Dropped(at) // with the Enter
	a.Pause(emit)
	at = at.Add(afterwards)
	press(t, a, &at, ascii("good\r001190"), emit)
	a.Dropped(at)
	at = at.Add(interKey - time.Millisecond*2) // a slow reader's rest is no line
	press(t, a, &at, ascii("123456\rlast\r"), emit)
	if want := []string{"! dropped", "next", "! dropped", "good", "! dropped", "last"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLineTime(t *testing.T) {
	at := start
	var of time.Time
	press(t, new(Assembler), &at, ascii("a\r"), func(l Line) error { of = l.At; return nil })
	if of != start.Add(3*time.Millisecond) {
		t.Errorf("the line is of %v", of.Sub(start))
	}
	enough := errors.New("enough")
	if err := new(Assembler).Feed(keyEnter, keyDown, at, func(Line) error { return enough }); err != nil {
		t.Errorf("an empty line was handed on: %v", err)
	}
	a := new(Assembler)
	a.Feed(keyA, keyDown, at, nil)
	if err := a.Feed(keyEnter, keyDown, at, func(Line) error { return enough }); err != enough {
		t.Errorf("the consumer's error came back as %v", err)
	}
}

func TestAssemblerAllocatesNothing(t *testing.T) {
	a := new(Assembler)
	in := typist.ASCII(person+"\r", typist.UTF8)
	emit := func(Line) error { return nil }
	if n := testing.AllocsPerRun(100, func() {
		for _, k := range in {
			value := int32(keyUp)
			if k.Down {
				value = keyDown
			}
			a.Feed(k.Code, value, start, emit)
		}
	}); n != 0 {
		t.Errorf("%v allocations a line", n)
	}
}

// FuzzAssembler holds that whatever keys come, at whatever times, lines are
// valid UTF-8 (no ALT code makes anything else), never empty, never too long and
// hold no suffix, and that Enter on quiet keys leaves nothing behind.
func FuzzAssembler(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzAssembler"); err != nil || len(seeds) == 0 {
		f.Fatal("no seeds in testdata/fuzz/FuzzAssembler")
	}
	f.Fuzz(func(t *testing.T, in []byte, silent bool, charset uint8) {
		a := &Assembler{Silence: silent, Charset: Charset(charset % 2)}
		at := start
		emit := func(l Line) error {
			switch {
			case (l.Bytes == nil) == (l.Err == nil):
				t.Fatalf("bytes %q with error %v", l.Bytes, l.Err)
			case l.Err != nil:
				return nil
			case len(l.Bytes) == 0 || utf8.RuneCount(l.Bytes) > maxLine || strings.ContainsAny(string(l.Bytes), "\r\n\t"):
				t.Fatalf("line %q", l.Bytes)
			case !utf8.Valid(l.Bytes):
				t.Fatalf("line %q is not UTF-8", l.Bytes)
			}
			return nil
		}
		for ; len(in) >= 2; in = in[2:] {
			// A key's code, its direction and now and then a pause or a loss.
			at = at.Add(time.Duration(in[1]>>4) * 5 * time.Millisecond)
			switch in[1] & 15 {
			case 15:
				a.Dropped(at)
			case 14:
				a.Pause(emit)
			default:
				a.Feed(uint16(in[0]), int32(in[1]&3), at, emit)
			}
		}
		for _, code := range []uint16{keyLeftShift, keyRightShift, keyLeftCtrl, keyRightCtrl, keyLeftAlt, keyRightAlt} {
			a.Feed(code, keyUp, at, emit)
		}
		a.Feed(keyEnter, keyDown, at, emit)
		if a.Open() {
			t.Fatal("open after Enter")
		}
	})
}
