package scanner

import (
	"bytes"
	"testing"
	"time"
)

func outlined() []Entry {
	e := Entry{
		Seq: 1<<40 + 3, At: Instant{Boot: [16]byte{1}, Since: time.Hour, Wall: time.UnixMilli(1_770_000_000_123).UTC()},
		Checkpoint: "Cầu Mẫu", Lane: "1", Outcome: Admit, Reason: 3, Scheme: 1, List: "people", Version: 300, Input: "camera",
		Segment: 77, Sealed: bytes.Repeat([]byte{7}, 130),
	}
	first := e
	first.Encapsulation = bytes.Repeat([]byte{9}, 1120)
	short := Entry{Sealed: []byte{1}, At: Instant{Wall: time.UnixMilli(-5).UTC()}, Watch: true, Operator: "o"}
	several := first
	several.Lists = []Consulted{{"province/stop", 7, Asked}, {"factory/people", 1 << 33, TooOld}, {"ward/visitors", 0, NoList}}
	several.Lane, several.Operator, several.Watch = "2", "o", true // every key there is
	return []Entry{e, first, short, several}
}

func TestOutlineIsTheEntrys(t *testing.T) {
	for i, e := range outlined() {
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		o, ok := OutlineOf(b)
		if !ok || o.Seq != e.Seq || o.Segment != e.Segment || o.Wall != e.At.Wall.UnixMilli() || string(o.Checkpoint) != e.Checkpoint || o.Watch != e.Watch ||
			!bytes.Equal(o.Encapsulation, e.Encapsulation) || !bytes.Equal(o.Sealed, e.Sealed) {
			t.Fatalf("entry %d: %+v %v", i, o, ok)
		}
		plain, err := e.Plain()
		if err != nil || !bytes.Equal(o.AppendPlain(nil), plain) {
			t.Errorf("entry %d: what it is bound to differs: %v", i, err)
		}
		for n := range b {
			if _, ok := OutlineOf(b[:n]); ok {
				t.Errorf("entry %d cut to %d bytes has an outline", i, n)
			}
		}
	}
	if _, ok := OutlineOf([]byte{0xa1, 1, 0}); ok {
		t.Error("an entry without a seal has an outline")
	}
}

// FuzzOutline holds the quick reading against the strict one.
func FuzzOutline(f *testing.F) {
	for _, e := range outlined() {
		b, err := e.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, ok := OutlineOf(b)
		if ok {
			o.AppendPlain(nil)
		}
		e, err := ParseEntry(b)
		if err != nil || len(e.Sealed) == 0 {
			return
		}
		plain, err := e.Plain()
		if err != nil || !ok || !bytes.Equal(o.AppendPlain(nil), plain) || o.Seq != e.Seq || o.Segment != e.Segment {
			t.Fatalf("an entry reads as %+v, %v", o, ok)
		}
	})
}
