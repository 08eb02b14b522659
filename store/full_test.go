package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"chot/scanner"
)

// fill appends until the journal is full and returns how many went in.
func fill(t *testing.T, s *Store, from int) int {
	t.Helper()
	for n := 0; n < 100_000; n++ {
		_, err := s.Append(context.Background(), draft(from+n))
		if errors.Is(err, scanner.ErrJournalFull) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("never full")
	return 0
}

func TestFullJournal(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	o := d.options()
	o.MaxSize = leastMaxSize
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.Close() }()
	n := fill(t, s, 0)
	if n < 200 {
		t.Fatalf("full after %d entries", n)
	}
	// Nothing unacknowledged may go, however often it is tried.
	for range 3 {
		if _, err := s.Append(context.Background(), draft(n)); !errors.Is(err, scanner.ErrJournalFull) {
			t.Fatalf("got %v", err)
		}
	}
	st := s.Stats()
	if st.Size != uint64(n) || st.Pruned != 0 || st.Room != 0 || len(entries(t, s, 0)) != n {
		t.Errorf("lost something: %+v", st)
	}
	if left, ok := st.Full(); left != 0 || !ok {
		t.Errorf("forecast %v, %v", left, ok)
	}
	verify(t, s)
	// Everything but appending still works.
	if err := errors.Join(s.Observe(morning.AddDate(0, 1, 0)), s.PutSetting("a", []byte("b"))); err != nil {
		t.Errorf("a full journal refuses small things: %v", err)
	}
	if err := s.Acknowledge(uint64(n/2), []byte("receipt"), morning); err != nil {
		t.Fatal(err)
	}
	if removed, err := s.Purge(draft(100).Entry.At.Wall); removed != 100 || err != nil {
		t.Fatalf("purged %d, %v", removed, err)
	}
	verify(t, s)
	// It works again; once more full, the acknowledged rest goes by itself.
	more := fill(t, s, n)
	st = s.Stats()
	if more < n/3 || st.Acknowledged != uint64(n/2) || st.Pruned != st.Acknowledged || st.Size != uint64(n+more) {
		t.Errorf("%d more; %+v", more, st)
	}
	if got := len(entries(t, s, 0)); got != n+more-n/2 {
		t.Errorf("%d entries kept", got)
	}
	verify(t, s)
	purges, err := s.Purges()
	if err != nil || len(purges) < 2 || purges[0] != (Purged{From: 0, To: 100, At: morning.AddDate(0, 1, 0), Before: draft(100).Entry.At.Wall, Cause: Retention}) {
		t.Errorf("purge log %+v, %v", purges, err)
	}
	next := uint64(0)
	for _, p := range purges {
		if p.From != next {
			t.Errorf("purge log has a gap at %d: %+v", next, purges)
		}
		next = p.To
	}
	if next != st.Pruned || purges[len(purges)-1].Cause != Room {
		t.Errorf("purge log ends at %d: %+v", next, purges)
	}
	s.Close()
	if s, err = Open(path, o); err != nil {
		t.Fatal(err)
	}
	verify(t, s)
	if got := s.Stats(); got.Size != st.Size || got.Bytes > o.MaxSize {
		t.Errorf("after reopening: %+v", got)
	}
	if err := s.Acknowledge(st.Size, nil, morning); err != nil {
		t.Fatal(err)
	}
	if fill := s.Stats(); fill.Unsent() != 0 {
		t.Errorf("unsent %d", fill.Unsent())
	}
	appendN(t, s, 0, 10)
	verify(t, s)
}

// TestSmallerLimit opens a journal that is already larger than it may be.
func TestSmallerLimit(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	burst(t, s, 0, 6000)
	s.Close()
	o := d.options()
	o.MaxSize = leastMaxSize
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Append(context.Background(), draft(0)); !errors.Is(err, scanner.ErrJournalFull) {
		t.Fatalf("got %v", err)
	}
	for size := uint64(100); size <= 6000; size += 1180 {
		if err := s.Acknowledge(size, make([]byte, 500), morning); err != nil {
			t.Fatal(err)
		}
	}
	appendN(t, s, 6000, 5)
	if st := s.Stats(); st.Pruned < 4000 || st.Size != 6005 {
		t.Errorf("%+v", st)
	}
	verify(t, s)
}

func TestForecast(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name string
		s    Stats
		want time.Duration
		ok   bool
	}{
		{"full", Stats{}, 0, true},
		{"nothing seen", Stats{Room: 10}, 0, false},
		{"minutes seen", Stats{Room: 10, Size: 100, Oldest: morning, Highest: morning.Add(time.Minute)}, 0, false},
		{"steady", Stats{Room: 9000, Size: 3000, Pruned: 1000, Oldest: morning, Highest: morning.Add(2 * day)}, 9 * day, true},
		{"hardly used", Stats{Room: 1 << 40, Size: 2, Oldest: morning, Highest: morning.Add(400 * day)}, 3650 * day, true},
	} {
		if got, ok := c.s.Full(); got != c.want || ok != c.ok {
			t.Errorf("%s: %v, %v", c.name, got, ok)
		}
	}
}
