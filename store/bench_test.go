//go:build linux && !android

package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A rawFile is the reference: what the disk takes for a write+fdatasync of as
// many bytes as an entry has.
type rawFile struct{ *os.File }

func newRaw(b *testing.B, dir string) rawFile {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return rawFile{f}
}

func (f rawFile) write(b *testing.B, content []byte) time.Duration {
	start := time.Now()
	if _, err := f.Write(content); err != nil {
		b.Fatal(err)
	}
	if err := unix.Fdatasync(int(f.Fd())); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// single makes one append and returns how long it took and what was written.
func single(b *testing.B, s *Store, n int) (time.Duration, []byte) {
	start := time.Now()
	e, err := s.Append(context.Background(), draft(n))
	took := time.Since(start)
	if err != nil {
		b.Fatal(err)
	}
	encoded, err := e.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	return took, encoded
}

func median(of []time.Duration) float64 {
	slices.Sort(of)
	return float64(of[len(of)/2].Nanoseconds()) / 1000
}

// BenchmarkAppend is durable appends one at a time and bursts of 100 that
// arrive at once, in turns on the same disk, beside raw writes of as many
// bytes. It prints medians in µs: of a single append, of a raw write+fdatasync,
// and of an entry in a burst; "x/raw" is the first over the second, "x/burst"
// the first over the third.
func BenchmarkAppend(b *testing.B) {
	d := newDevice(b)
	dir := b.TempDir()
	o := d.options()
	o.MaxSize = defaultMaxSize
	open := func(name string) *Store {
		s, err := Open(filepath.Join(dir, name), o)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s
	}
	singly, together, raw := open("singly"), open("together"), newRaw(b, dir)
	const size, turn = 100, 20
	var ours, theirs, shared []time.Duration
	began := transactions(b, together)
	for b.Loop() {
		for range turn {
			took, encoded := single(b, singly, len(ours))
			ours, theirs = append(ours, took), append(theirs, raw.write(b, encoded))
		}
		first := len(shared) * size
		start := time.Now()
		var all sync.WaitGroup
		for i := range size {
			all.Go(func() {
				if _, err := together.Append(context.Background(), draft(first+i)); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		shared = append(shared, time.Since(start))
	}
	one, plain, each := median(ours), median(theirs), median(shared)/size
	b.ReportMetric(0, "ns/op") // of a turn: says nothing
	b.ReportMetric(one, "µs/single")
	b.ReportMetric(plain, "µs/raw")
	b.ReportMetric(each, "µs/burst-entry")
	b.ReportMetric(one/plain, "x/raw")
	b.ReportMetric(one/each, "x/burst")
	b.ReportMetric(float64(transactions(b, together)-began)/float64(len(shared)), "commits/burst")
	b.ReportMetric(float64(singly.Stats().Bytes)/float64(len(ours)), "B/entry-singly")
	b.ReportMetric(float64(together.Stats().Bytes)/float64(len(shared)*size), "B/entry-burst")
}

// BenchmarkCapacity is single appends to an empty journal and to one that holds
// 500,000 entries no hub has acknowledged, in turns, in µs (medians), "x/empty"
// the second over the first; and the size of the large one's file. It makes the
// large one first, which takes some seconds.
func BenchmarkCapacity(b *testing.B) {
	const held = 500_000
	d := newDevice(b)
	o := d.options()
	o.MaxSize = defaultMaxSize
	path := journalPath(b)
	full, err := Open(path, o)
	if err != nil {
		b.Fatal(err)
	}
	defer full.Close()
	hold(b, full, 0, held)
	empty := d.open(b, journalPath(b))
	var few, many []time.Duration
	for b.Loop() {
		for range 20 {
			took, _ := single(b, empty, len(few))
			few = append(few, took)
			took, _ = single(b, full, held+len(many))
			many = append(many, took)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	st := full.Stats()
	if st.Unsent() < held {
		b.Fatalf("%d unacknowledged entries", st.Unsent())
	}
	b.ReportMetric(0, "ns/op") // of a turn: says nothing
	b.ReportMetric(median(few), "µs/empty")
	b.ReportMetric(median(many), "µs/500k")
	b.ReportMetric(median(many)/median(few), "x/empty")
	b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
	b.ReportMetric(float64(st.Bytes)/float64(st.Size), "B/entry")
}
