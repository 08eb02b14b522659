package scanner_test

import (
	"bytes"
	"encoding/hex"
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
	several := sampleEntry()
	several.Lists = []scanner.Consulted{{List: "province/stop", Version: 7, State: scanner.Asked}, {List: "ward/visitors"}}
	for _, e := range []scanner.Entry{sampleEntry(), several, {At: scanner.Instant{Wall: time.Unix(0, 0).UTC()}}} {
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

// A device with one list writes what it wrote before there were several.
func TestEntryOfOneListIsAsEver(t *testing.T) {
	const before = "b3011829025001020300000000000000000000000000031a00015f90041b000001a206c67880050106724368e1bb91742043e1baa775204de1baab75076131" +
		"080109020a181f0b010c6464656d6f0d030e64636120310f6663616d65726110f511182812410913420707"
	b, err := sampleEntry().MarshalBinary()
	if err != nil || hex.EncodeToString(b) != before {
		t.Errorf("%x, %v", b, err)
	}
}

// Every text at its longest, and as many lists as a policy may name, make an
// entry that can still be kept.
func TestLongestEntryFits(t *testing.T) {
	long := strings.Repeat("x", 256)
	personal, err := scanner.Personal{Subject: long, Name: long, Birth: long, Purpose: long, Plate: long, HeadCount: 1 << 30}.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	e := sampleEntry()
	e.Seq, e.Segment, e.Version = 1<<62, 1<<62, 1<<62
	e.Checkpoint, e.Lane, e.Operator, e.Input = long, long, long, long
	e.Encapsulation, e.Sealed = make([]byte, 1120), make([]byte, len(personal)+16)
	for range scanner.MaxLists {
		e.Lists = append(e.Lists, scanner.Consulted{List: long[:scanner.MaxListNames/scanner.MaxLists], Version: 1 << 62, State: scanner.TooOld})
	}
	e.List = long[:129] // <authority>/<name> at its longest
	b, err := e.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d bytes", len(b), scanner.MaxEntry)
	e.Lists = append(e.Lists, scanner.Consulted{})
	if _, err := e.MarshalBinary(); err == nil {
		t.Error("an entry of more lists than a policy may name was encoded")
	}
}

func FuzzParseEntry(f *testing.F) {
	several := sampleEntry()
	several.Lists = []scanner.Consulted{{List: "province/stop", Version: 7, State: scanner.TooOld}}
	for _, e := range []scanner.Entry{sampleEntry(), several} {
		b, err := e.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
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
