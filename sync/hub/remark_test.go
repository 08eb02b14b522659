package hub

import (
	"context"
	"testing"
	"time"

	"chot/scanner"
)

// A completed and an annulled passage, a hand-over: they are received and
// receipted, not set apart, and no report counts them as scans.
func TestRemarksAreNotCounted(t *testing.T) {
	c := &clock{time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)}
	h := openHub(t, t.TempDir(), Options{Now: c.Now})
	l := enrolledAt(t, h, "north", "ward-1")
	at := scanner.Instant{Wall: c.Now().Add(-time.Hour)}
	write(t, l, scanner.Entry{At: at, Checkpoint: "north", Outcome: scanner.Admit, Reason: scanner.Listed})
	write(t, l, scanner.Entry{At: at, Checkpoint: "north", Outcome: scanner.Admit, Reason: scanner.Listed})
	for seq, kind := range []scanner.Kind{scanner.Turned, scanner.NotTurned, scanner.HandOver} {
		e := scanner.Entry{Seq: l.Size(), At: at, Checkpoint: "north", Kind: kind, Ref: uint64(min(seq, 1))}
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		l.Append(b)
	}
	if _, err := h.Take(context.Background(), l.Packed(0, 5)); err != nil {
		t.Fatal(err)
	}
	for _, by := range []By{ByCheckpoint, ByZone, ByDay, ByOutcome} {
		r, err := h.Report(context.Background(), Query{From: at.Wall.Add(-time.Hour), To: c.Now(), By: by})
		if err != nil {
			t.Fatal(err)
		}
		if r.Total.Scans != 2 || r.Total.AdmittedIn != 2 || r.Total.Refused != 0 || len(r.Rows) != 1 || r.Quarantined != 0 {
			t.Errorf("by %s: %+v", by, r)
		}
	}
	st, err := h.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range st.Counts {
		if c.Outcome != "admit" || c.Entries != 2 {
			t.Errorf("the status counts %+v", c)
		}
	}
}
