package store

import (
	"flag"
	"os"
	"testing"
)

var capacity = flag.Int("capacity", 20_000, "how many unacknowledged entries TestCapacity puts in; BenchmarkCapacity always 500,000")

// hold fills a journal of 256 MB with n unacknowledged entries, in the largest
// shares a transaction takes.
func hold(t testing.TB, s *Store, from, n int) {
	t.Helper()
	s.writer <- struct{}{}
	defer func() { <-s.writer }()
	for n > 0 {
		share := min(n, maxShared)
		offers := make([]*offer, share)
		for i := range offers {
			offers[i] = &offer{draft: draft(from + i), done: make(chan struct{})}
		}
		s.commit(offers)
		for _, o := range offers {
			if o.err != nil {
				t.Fatal(o.err)
			}
		}
		from, n = from+share, n-share
	}
}

// TestCapacity: what an entry costs on disk, once the first few have paid for
// the file itself, is at most 400 bytes, so 256 MB hold half a million and
// more. Measured as the growth of the pages in use over the entries added; the
// subjects' passages, which count too, are forgotten after a day.
func TestCapacity(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	o := d.options()
	o.MaxSize = defaultMaxSize
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if testing.Short() {
		*capacity = min(*capacity, 5000)
	}
	hold(t, s, 0, *capacity/10)
	before := s.Stats()
	hold(t, s, *capacity/10, *capacity-*capacity/10)
	after := s.Stats()
	each := float64(after.Bytes-before.Bytes) / float64(after.Size-before.Size)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d entries, %.0f bytes each, a file of %d kB, room for %d more", after.Size, each, info.Size()>>10, after.Room)
	if each > 400 {
		t.Errorf("an entry takes %.0f bytes, want 400 at most", each)
	}
	if all := after.Size + after.Room; after.Unsent() != after.Size || all < 500_000 {
		t.Errorf("256 MB hold %d entries", all)
	}
	if info.Size() > o.MaxSize {
		t.Errorf("the file has %d bytes", info.Size())
	}
}
