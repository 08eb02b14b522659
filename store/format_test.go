package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"chot/scanner/seal"
)

// testdata/format-1.db.gz is a journal as the first version of this program
// left it: 60 entries, 30 of them receipted, 10 purged, 77 more in a burst, a
// list, trust and a setting. Its device is deviceNamed("one"); whom it is
// sealed to is below, a key for tests only.
const (
	oldJournal = "testdata/format-1.db.gz"
	oldTrace   = "chot-trace-key-1:tvOxKstiHStQ3CbR4nPq6AKFiCRbgIx1iKCyja7Oxi2tNE_w"
)

func oldFile(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open(oldJournal)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFormat1: what the first version wrote opens, verifies, opens with the
// trace key, and goes on.
func TestFormat1(t *testing.T) {
	trace, err := seal.ParseTraceKey(oldTrace)
	if err != nil {
		t.Fatal(err)
	}
	d := deviceNamed("one", trace)
	path := journalPath(t)
	write(t, path, oldFile(t))
	s := d.open(t, path)
	verify(t, s)
	if st := s.Stats(); st.Size != 137 || st.Acknowledged != 30 || st.Pruned != 10 || string(st.Receipt) != "receipt" || !st.ReceiptAt.Equal(morning.Add(time.Hour)) {
		t.Errorf("%+v", st)
	}
	for i, e := range entries(t, s, 0)[:50] {
		// All but what the journal fills in is the draft's.
		want := draft(10 + i).Entry
		want.Seq, want.Segment, want.Encapsulation, want.Sealed = e.Seq, e.Segment, e.Encapsulation, e.Sealed
		got, err1 := e.MarshalBinary()
		wanted, err2 := want.MarshalBinary()
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(got, wanted) || e.Seq != uint64(10+i) {
			t.Fatalf("entry %d: %+v, want %+v (%v)", 10+i, e, want, err)
		}
	}
	lists, err := s.Lists()
	if err != nil || len(lists) != 1 || lists[0].Version != 3 {
		t.Errorf("lists %+v, %v", lists, err)
	}
	if hub, err := s.Setting("hub"); err != nil || string(hub) != "https://192.0.2.1" {
		t.Errorf("setting %q, %v", hub, err)
	}
	if p := prior(t, s, 136); !p.Seen {
		t.Error("prior use is forgotten")
	}
	appendN(t, s, 137, 3)
	burst(t, s, 140, 200)
	verify(t, s)
	s.Close()
	s = d.open(t, path)
	verify(t, s)
	all := entries(t, s, 137)
	if len(all) != 203 {
		t.Fatalf("%d new entries", len(all))
	}
	if people := openAll(t, trace, all); people[0].Subject != person(137).String() {
		t.Errorf("entry 137 opens as another subject")
	}
}
