package store

import (
	"bytes"
	"context"
	"testing"
	"time"

	"chot/scanner"

	"golang.org/x/mod/sumdb/tlog"
)

// TestNextAlarm proves each hit against the journal's own signed head, also
// after a purge has left only the frontier of what was before.
func TestNextAlarm(t *testing.T) {
	d := newDevice(t)
	s := d.open(t, journalPath(t))
	hits := []uint64{5, 70, 71, 129}
	for i := range 130 {
		dr := draft(i)
		for _, h := range hits {
			dr.Entry.Watch = dr.Entry.Watch || uint64(i) == h
		}
		if _, err := s.Append(context.Background(), dr); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Acknowledge(67, []byte("receipt"), morning.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Purge(draft(50).Entry.At.Wall); err != nil || n == 0 {
		t.Fatalf("purged %d, %v", n, err)
	}
	var got []uint64
	from := uint64(0)
	for {
		index, entry, proof, head, encapsulation, err := s.NextAlarm(from)
		if err != nil {
			t.Fatal(err)
		}
		if entry == nil {
			if index != 130 {
				t.Errorf("it looked no further than %d", index)
			}
			break
		}
		e, err := scanner.ParseEntry(entry)
		if err != nil || e.Seq != index || !e.Watch || !bytes.Equal(head, s.Head()) {
			t.Fatalf("hit %d: %+v %v", index, e, err)
		}
		if len(encapsulation) != 0 { // the first entry's, which is acknowledged
			t.Errorf("hit %d comes with what the hub has", index)
		}
		record := make(tlog.RecordProof, len(proof))
		for i, h := range proof {
			record[i] = h
		}
		root := tlog.Hash(head[len("test head ")+8:][:32])
		if err := tlog.CheckRecord(record, 130, root, int64(index), tlog.RecordHash(entry)); err != nil {
			t.Errorf("hit %d: %v", index, err)
		}
		got, from = append(got, index), index+1
	}
	if len(got) != 3 || got[0] != 70 || got[1] != 71 || got[2] != 129 {
		t.Errorf("hits %v, want those after the cursor", got)
	}
}
