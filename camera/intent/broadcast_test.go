package intent

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rubbish is what another app may send: a megabyte of it.
func rubbish() []byte {
	b := make([]byte, 1<<20)
	r := rand.NewChaCha8([32]byte{7})
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b
}

// TestRubbish: a megabyte never reaches the scanner and costs no memory.
func TestRubbish(t *testing.T) {
	junk := rubbish()
	for _, begin := range [][]byte{nil, {version}, Broadcast{Action: OwnAction}.Append(nil)} {
		message := append(bytes.Clone(begin), junk...)
		if _, err := Parse(message); err != ErrForm {
			t.Errorf("a megabyte after %d bytes that are right: %v", len(begin), err)
		}
		if n := testing.AllocsPerRun(20, func() { Parse(message) }); n != 0 {
			t.Errorf("%v allocations for a megabyte of rubbish", n)
		}
		// The most a receiver would hand over of it.
		message = message[:MaxMessage]
		if b, err := Parse(message); err == nil {
			if s, err := Open(b); err == nil {
				t.Errorf("rubbish is a scan of %d bytes", len(s.Payload))
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	long := strings.Repeat("k", maxName+1)
	head := Broadcast{Action: "a"}.Append(nil)
	with := func(extras ...Extra) []byte { return Broadcast{Action: "a", Extras: extras}.Append(nil) }
	many := make([]Extra, maxExtras+1)
	for i := range many {
		many[i] = number(fmt.Sprint(i), 1)
	}
	for name, message := range map[string][]byte{
		"nothing":               nil,
		"another version":       append([]byte{2}, head[1:]...),
		"cut in the head":       head[:len(head)-1],
		"cut in an extra":       with(number("n", 1))[:len(head)+5],
		"a byte after the last": append(with(number("n", 1)), 0),
		"too many extras":       with(many...),
		"a key twice":           with(number("n", 1), text("n", "x")),
		"an action too long":    Broadcast{Action: long}.Append(nil),
		"a sender too long":     Broadcast{Action: "a", Sender: long}.Append(nil),
		"an action not UTF-8":   Broadcast{Action: "\xff"}.Append(nil),
		"no kind":               with(Extra{Key: "k"}),
		"an unknown kind":       with(Extra{Key: "k", Kind: 4}),
		"a text not UTF-8":      with(text("k", "\xff")),
		"a part of a text":      with(Extra{Key: "k", Kind: Text, Size: 3, Value: []byte("ab")}),
		"more than there is":    with(Extra{Key: "k", Kind: Bytes, Size: 1, Value: []byte("ab")}),
		"bytes too long":        with(raw("k", strings.Repeat("x", MaxPayload+1))),
		"a short number":        with(Extra{Key: "k", Kind: Number, Size: 4, Value: make([]byte, 4)}),
	} {
		if b, err := Parse(message); err != ErrForm {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
	if _, err := Parse(with(many[:maxExtras]...)); err != nil {
		t.Errorf("as many extras as may be: %v", err)
	}
}

var writeSeeds = flag.Bool("write-seeds", false, "write testdata/fuzz/FuzzBroadcast anew")

const seedFolder = "testdata/fuzz/FuzzBroadcast"

// seeds are one broadcast of each form, and some that are wrong.
func seeds() [][]byte {
	var all [][]byte
	for _, f := range forms {
		b := Broadcast{Action: f.action}
		for i, key := range f.payload {
			b.Extras = append(b.Extras, []Extra{raw(key, card), text(key, card)}[i%2])
		}
		for _, x := range []Extra{number(f.length, int64(len(card))), number(f.symbol, 258), text(f.state, "ok"), text(f.second, "")} {
			if x.Key != "" {
				b.Extras = append(b.Extras, x)
			}
		}
		all = append(all, b.Append(nil))
	}
	b := Broadcast{Action: forms[0].action, Sender: "com.symbol.datawedge", Extras: []Extra{raw(forms[0].payload[0], "\x00\xff"), text(forms[0].symbol, "LABEL-TYPE-QRCODE")}}
	whole := b.Append(nil)
	return append(all, whole, whole[:len(whole)-3], rubbish()[:512], nil)
}

func FuzzBroadcast(f *testing.F) {
	if *writeSeeds {
		if err := os.MkdirAll(seedFolder, 0o755); err != nil {
			f.Fatal(err)
		}
		for i, s := range seeds() {
			if err := os.WriteFile(filepath.Join(seedFolder, fmt.Sprintf("%02d", i)), fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", s), 0o644); err != nil {
				f.Fatal(err)
			}
		}
	}
	if found, err := os.ReadDir(seedFolder); err != nil || len(found) < len(seeds()) {
		f.Fatalf("%d seeds in %s, want %d: go test ./camera/intent -run Fuzz -write-seeds", len(found), seedFolder, len(seeds()))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		before := bytes.Clone(message)
		b, err := Parse(message)
		if err != nil {
			return
		}
		if again := b.Append(nil); !bytes.Equal(again, message) {
			t.Fatalf("% x became % x", message, again)
		}
		s, err := Open(b)
		if !bytes.Equal(message, before) {
			t.Fatal("the message was changed")
		}
		switch {
		case err == nil && (len(s.Payload) == 0 || len(s.Payload) > MaxPayload || s.Maker == "" || !bytes.Contains(message, s.Payload)):
			t.Fatalf("not a scan: %+v", s)
		case err != nil && (s.Payload != nil || err.Error() == ""):
			t.Fatalf("refused, but %+v (%v)", s, err)
		}
		if _, counts := (Enrolled{}).Take(s, Scene{}); counts {
			t.Fatal("it counts where nobody is enrolled and nobody tests")
		}
	})
}
