package serial

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// collect keeps copies of lines, and "overlong" for one that was lost.
func collect(got *[]string) func(Line) error {
	return func(l Line) error {
		switch {
		case (l.Bytes == nil) == (l.Err == nil):
			return fmt.Errorf("bytes %v with error %v", l.Bytes, l.Err)
		case errors.Is(l.Err, ErrOverlong):
			*got = append(*got, "overlong")
		default:
			*got = append(*got, string(l.Bytes))
		}
		return nil
	}
}

func TestFramer(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for _, c := range []struct {
		name string
		in   string // ~ is silence
		want []string
	}{
		{"CR", "one\rtwo\r", []string{"one", "two"}},
		{"LF", "one\ntwo\n", []string{"one", "two"}},
		{"CR LF", "one\r\ntwo\r\n", []string{"one", "two"}},
		{"TAB", "one\ttwo\t", []string{"one", "two"}},
		{"STX ETX", "\x02one\x03\x02two\x03", []string{"one", "two"}},
		{"STX ETX CR LF", "\x02one\x03\r\n\x02two\x03\r\n", []string{"one", "two"}},
		{"STX CR", "\x02one\r\x02two\r", []string{"one", "two"}},
		{"STX inside stays", "a\x02b\x02\r\x02\x02c\r", []string{"a\x02b\x02", "\x02c"}},
		{"silence", "one~two~", []string{"one", "two"}},
		{"silence after a suffix is nothing", "one\r~~\n~", []string{"one"}},
		{"an STX alone is nothing", "\x02~\x02\r", nil},
		{"no end yet", "one\rtw", []string{"one"}},
		{"UTF-8 and other bytes stay", "Đỗ|\x00\xff\x1d\r", []string{"Đỗ|\x00\xff\x1d"}},
		{"the longest line", long + "\r", []string{long}},
		{"one more byte", long + "y\rnext\r", []string{"overlong", "next"}},
		{"much more", "\x02" + long + long + long + "\x03next~", []string{"overlong", "next"}},
		{"overlong until silence", long + "y~next\r", []string{"overlong", "next"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 7, 64, 1 << 20} {
				var f Framer
				var got []string
				emit := collect(&got)
				for i, part := range strings.Split(c.in, "~") {
					if i > 0 {
						if err := f.End(emit); err != nil {
							t.Fatal(err)
						}
					}
					for chunk := range slices.Chunk([]byte(part), size) {
						if err := f.Feed(chunk, time.Now(), emit); err != nil {
							t.Fatal(err)
						}
					}
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("in pieces of %d: %.80q, want %.80q", size, got, c.want)
				}
			}
		})
	}
}

func TestFramerTimes(t *testing.T) {
	var f Framer
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var at time.Time
	emit := func(l Line) error { at = l.At; return nil }
	f.Feed([]byte("on"), start, emit)
	if !f.Open() {
		t.Error("half a line does not count as open")
	}
	f.Feed([]byte("e"), start.Add(time.Millisecond), emit)
	f.End(emit)
	if at != start.Add(time.Millisecond) || f.Open() {
		t.Errorf("the line is of %v, open %v", at, f.Open())
	}
}

// A reader with a suffix is given time, so that half a line is no line; one
// without is not kept waiting for longer than one line.
func TestFramerPatience(t *testing.T) {
	var f Framer
	nothing := func(Line) error { return nil }
	for i, c := range []struct {
		in   string // ~ is silence
		want time.Duration
	}{
		{"half", silence}, {"~", silence}, {"one\r", hesitation}, {"\n", hesitation}, {"~~", hesitation},
		{"half", hesitation}, {"~", silence}, {"half~", silence}, {"\x02one\x03", hesitation}, {"\r\n~", hesitation},
	} {
		for _, b := range []byte(c.in) {
			if b == '~' {
				f.End(nothing)
			} else {
				f.Feed([]byte{b}, time.Now(), nothing)
			}
		}
		if got := f.Patience(); got != c.want {
			t.Errorf("step %d, %q: %v, want %v", i, c.in, got, c.want)
		}
	}
}

func TestFramerStops(t *testing.T) {
	var f Framer
	enough := errors.New("enough")
	n := 0
	err := f.Feed([]byte("a\rb\rc\r"), time.Now(), func(Line) error { n++; return enough })
	if err != enough || n != 1 {
		t.Errorf("%d lines, %v", n, err)
	}
}

func TestFramerAllocatesNothing(t *testing.T) {
	f := new(Framer)
	in := []byte("001190123456|Nguyen Thi Vi Du\r\n")
	at := time.Now()
	emit := func(Line) error { return nil }
	if a := testing.AllocsPerRun(100, func() { f.Feed(in, at, emit) }); a != 0 {
		t.Errorf("%v allocations a line", a)
	}
}

// FuzzFramer holds that lines do not depend on how the bytes arrive, that none
// is empty, too long or contains a suffix, and that no byte is made up.
func FuzzFramer(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzFramer"); err != nil || len(seeds) == 0 {
		f.Fatal("no seeds in testdata/fuzz/FuzzFramer")
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var whole, single []string
		var a, b Framer
		for _, err := range []error{a.Feed(in, time.Now(), collect(&whole)), a.End(collect(&whole))} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range in {
			if err := b.Feed(in[i:i+1], time.Now(), collect(&single)); err != nil {
				t.Fatal(err)
			}
		}
		b.End(collect(&single))
		if !slices.Equal(whole, single) {
			t.Fatalf("%q at once, %q byte by byte", whole, single)
		}
		rest := in
		for _, l := range whole {
			if l == "overlong" {
				continue
			}
			if l == "" || len(l) > maxLine || strings.ContainsAny(l, "\r\n\t\x03") {
				t.Fatalf("line %q", l)
			}
			i := bytes.Index(rest, []byte(l))
			if i < 0 {
				t.Fatalf("line %q was not sent", l)
			}
			rest = rest[i+len(l):]
		}
	})
}

func TestParseSpec(t *testing.T) {
	for _, c := range []struct {
		spec string
		want Spec
		err  error
	}{
		{"/dev/ttyUSB0", Spec{Path: "/dev/ttyUSB0", Baud: 9600}, nil},
		{"/dev/ttyACM0,115200", Spec{Path: "/dev/ttyACM0", Baud: 115200}, nil},
		{"/dev/ttyUSB0, suffix ,57600", Spec{Path: "/dev/ttyUSB0", Baud: 57600, Suffix: true}, nil},
		{"/dev/ttyUSB0,gm65", Spec{Path: "/dev/ttyUSB0", Baud: 9600, Trigger: Trigger{GM65Start(), GM65Stop()}}, nil},
		{"/dev/ttyUSB0,115200,honeywell", Spec{Path: "/dev/ttyUSB0", Baud: 115200, Trigger: Trigger{HoneywellStart(), HoneywellStop()}}, nil},
		{"/dev/ttyUSB0,", Spec{}, ErrSpec},
		{"/dev/ttyUSB0,fast", Spec{}, ErrSpec},
		{"/dev/ttyUSB0,-9600", Spec{}, ErrBaud},
		{"/dev/ttyUSB0,9601", Spec{}, ErrBaud},
		{"", Spec{}, ErrNoPort},
		{",9600", Spec{}, ErrNoPort},
	} {
		s, err := ParseSpec(c.spec)
		if !reflect.DeepEqual(s, c.want) || !errors.Is(err, c.err) {
			t.Errorf("%q gives %+v, %v", c.spec, s, err)
		}
	}
}
