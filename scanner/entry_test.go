package scanner_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
)

func sampleEntry() scanner.Entry {
	return scanner.Entry{
		Seq:        41,
		At:         scanner.Instant{Boot: [16]byte{1, 2, 3}, Since: 90 * time.Second, Wall: noon, Trust: scanner.Plausible},
		Checkpoint: "Chốt Cầu Mẫu", Lane: "1", Direction: scanner.Out, Outcome: scanner.Admit, Reason: scanner.Listed,
		Scheme: credential.CCCD, List: "demo", Version: 3, Operator: "ca 1", Input: "camera", Watch: true,
		Segment: 40, Encapsulation: []byte{9}, Sealed: []byte{7, 7},
	}
}

func TestEntryRoundTrip(t *testing.T) {
	for _, e := range []scanner.Entry{sampleEntry(), {At: scanner.Instant{Wall: time.Unix(0, 0).UTC()}}} {
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		got, err := scanner.ParseEntry(b)
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("got %+v, %v; want %+v", got, err, e)
		}
	}
	e := sampleEntry()
	plain, err := e.Plain()
	if err != nil || bytes.Contains(plain, []byte{0x42, 7, 7}) {
		t.Errorf("the plain part still holds the sealed one (%v)", err)
	}
	e.Input = strings.Repeat("x", scanner.MaxEntry)
	if _, err := e.MarshalBinary(); err == nil {
		t.Error("an entry over the limit was encoded")
	}
}

func FuzzParseEntry(f *testing.F) {
	b, _ := sampleEntry().MarshalBinary()
	f.Add(b)
	f.Add([]byte{0xa0})
	f.Add([]byte{0xbf, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := scanner.ParseEntry(b)
		if err != nil {
			return
		}
		if again, err := e.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x parsed but encodes as %x (%v)", b, again, err)
		}
	})
}

func TestPersonalRoundTripAndCut(t *testing.T) {
	p := scanner.Personal{Subject: "vn.id:001190123456", Name: "Nguyễn Thị Ví Dụ", Birth: "1990-01-15", Purpose: "market", Plate: "29A-123.45", HeadCount: 3}
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := scanner.ParsePersonal(b); err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("got %+v, %v", got, err)
	}
	p.Name = strings.Repeat("Ẩ", 200)
	b, _ = p.MarshalBinary()
	got, err := scanner.ParsePersonal(b)
	if err != nil || got.Name != strings.Repeat("Ẩ", 85) {
		t.Errorf("a long name came back as %d bytes (%v)", len(got.Name), err)
	}
}

func TestCatalogueNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range scanner.Reasons() {
		name := r.String()
		if name == "" || seen[name] {
			t.Errorf("reason %d has the name %q, empty or used twice", r, name)
		}
		seen[name] = true
		if back, err := scanner.ParseReason(name); err != nil || back != r {
			t.Errorf("%q parses as %v, %v", name, back, err)
		}
	}
	if len(scanner.Faults()) == 0 || scanner.Fault("unheard of").Severity() != scanner.Stopped {
		t.Error("an unknown fault must stop")
	}
}
