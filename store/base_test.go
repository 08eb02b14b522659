package store

import (
	"context"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// TestBase: after every purge the frontier is the one of the log before the
// first entry kept, and with what follows it comes out as the head's root; the
// receipt is the last one, and both survive a restart and a rewind.
func TestBase(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	if first, frontier, last, err := s.Base(); err != nil || first != 0 || len(frontier) != 0 || last != nil {
		t.Fatalf("of a new journal: %d, %d bytes, %q, %v", first, len(frontier), last, err)
	}
	var hashes []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = hashes[x]
		}
		return out, nil
	})
	for i := range 130 {
		e, err := s.Append(context.Background(), draft(i))
		if err != nil {
			t.Fatal(err)
		}
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		more, err := tlog.StoredHashes(int64(i), b, read)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, more...)
	}
	if err := s.Acknowledge(100, []byte("receipt"), morning.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	purges := 0
	check := func() {
		t.Helper()
		first, frontier, last, err := s.Base()
		if err != nil || string(last) != "receipt" || first != s.Stats().Pruned {
			t.Fatalf("first %d, receipt %q, %v", first, last, err)
		}
		var at []tlog.Hash
		for b := frontier; len(b) > 0; b = b[tlog.HashSize:] {
			at = append(at, tlog.Hash(b))
		}
		root, err := tlog.TreeHash(int64(first), read)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := (&peaks{first, at}).root(); err != nil || got != root {
			t.Errorf("the frontier at %d does not come out as the root there: %v", first, err)
		}
	}
	for i := 1; i < 100; i += 7 {
		n, err := s.Purge(draft(i).Entry.At.Wall)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			purges++
		}
		check()
	}
	if purges < 10 {
		t.Fatalf("%d purges", purges)
	}
	first, _, _, _ := s.Base()
	if err := s.Rewind(first - 1); err == nil {
		t.Error("rewound to what was purged")
	}
	if err := s.Rewind(first); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = d.open(t, path)
	check()
	if from, entries, _, err := s.Unsent(1 << 20); err != nil || from != first || len(entries) != 130-int(first) {
		t.Errorf("from %d, %d entries, %v", from, len(entries), err)
	}
}
