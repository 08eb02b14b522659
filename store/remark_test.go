package store

import (
	"context"
	"testing"
	"time"

	"chot/scanner"
)

// annul appends that the barrier did not turn after a person's admission.
func annul(t *testing.T, s *Store, n int, ref uint64, undone, before scanner.Prior) scanner.Entry {
	t.Helper()
	at := draft(n).Entry.At
	at.Wall = undone.At.Add(5 * time.Second)
	e, err := s.Append(context.Background(), scanner.Draft{
		Entry:   scanner.Entry{At: at, Checkpoint: "Chốt Thử", Kind: scanner.NotTurned, Ref: ref, Input: "relay"},
		Subject: person(n), Undone: undone, Before: before,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnnulledPassageIsForgotten(t *testing.T) {
	device, path := newDevice(t), journalPath(t)
	s := device.open(t, path)
	in := scanner.Prior{Seen: true, Direction: scanner.In, At: morning}
	passage(t, s, 1, morning, scanner.In, scanner.Admit)
	passage(t, s, 2, morning, scanner.In, scanner.Admit) // the control: nobody annuls this one
	e := annul(t, s, 1, 0, in, scanner.Prior{})
	if e.Seq != 2 || len(e.Sealed) != 0 {
		t.Errorf("the remark is %+v", e)
	}
	if p := prior(t, s, 1); p.Seen {
		t.Errorf("the journal still holds them as inside: %+v", p)
	}
	if p := prior(t, s, 2); p != in {
		t.Errorf("somebody else was forgotten: %+v", p)
	}

	// What was remembered before comes back, from the same generation and
	// from an older one.
	for hours, n := range map[int]int{1: 3, 9: 4} {
		later := morning.Add(time.Duration(hours) * time.Hour)
		passage(t, s, n, morning, scanner.Out, scanner.Admit)
		passage(t, s, n, later, scanner.In, scanner.Admit)
		before := scanner.Prior{Seen: true, Direction: scanner.Out, At: morning}
		annul(t, s, n, s.Stats().Size-1, scanner.Prior{Seen: true, Direction: scanner.In, At: later}, before)
		if p := prior(t, s, n); p != before {
			t.Errorf("after %d hours the journal remembers %+v", hours, p)
		}
	}

	// A passage since the annulled one stands.
	passage(t, s, 5, morning, scanner.In, scanner.Admit)
	passage(t, s, 5, morning.Add(time.Second), scanner.Out, scanner.Admit)
	annul(t, s, 5, s.Stats().Size-2, in, scanner.Prior{})
	if p := prior(t, s, 5); p.Direction != scanner.Out {
		t.Errorf("the later passage was forgotten: %+v", p)
	}

	if err := s.Verify(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = device.open(t, path)
	if p := prior(t, s, 1); p.Seen {
		t.Errorf("after a restart they are inside again: %+v", p)
	}
	last, kinds := scanner.Entry{}, 0
	for e, err := range s.Entries(0) {
		if err != nil {
			t.Fatal(err)
		}
		if last = e; e.Kind == scanner.NotTurned {
			kinds++
		}
	}
	if kinds != 4 || last.Kind != scanner.NotTurned || last.Ref != last.Seq-2 {
		t.Errorf("%d annulled; the last is %+v", kinds, last)
	}
}

func TestRemarkThatNoHubCouldReadIsRefused(t *testing.T) {
	s := newDevice(t).open(t, journalPath(t))
	for _, e := range []scanner.Entry{
		{At: draft(1).Entry.At, Kind: scanner.Turned, Ref: 7},
		{At: draft(1).Entry.At, Kind: 99},
		{At: draft(1).Entry.At, Kind: scanner.HandOver, Outcome: scanner.Admit},
	} {
		if _, err := s.Append(context.Background(), scanner.Draft{Entry: e}); err == nil {
			t.Errorf("%+v was written", e)
		}
	}
	passage(t, s, 1, morning, scanner.In, scanner.Admit)
	if err := s.Verify(); err != nil {
		t.Error(err)
	}
}
