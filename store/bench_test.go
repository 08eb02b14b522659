//go:build linux && !android

package store

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkAppend is one durable append at a time, beside one raw
// write+fdatasync of as many bytes to the same disk in the same loop.
// "x/raw" is the quotient of the totals.
func BenchmarkAppend(b *testing.B) {
	d := newDevice(b)
	path := filepath.Join(b.TempDir(), "journal")
	s := d.open(b, path)
	raw, err := os.Create(filepath.Join(filepath.Dir(path), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	var ours, theirs time.Duration
	n := 0
	for b.Loop() {
		start := time.Now()
		e, err := s.Append(context.Background(), draft(n))
		if err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		b.StopTimer()
		encoded, err := e.MarshalBinary()
		if err != nil {
			b.Fatal(err)
		}
		start = time.Now()
		if _, err := raw.Write(encoded); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(raw.Fd())); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(start)
		n++
		b.StartTimer()
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x/raw")
	b.ReportMetric(float64(s.Stats().Bytes)/float64(n), "bytes/entry")
}

// BenchmarkAppendBurst is 100 appends that arrive at once; the time is that of
// one entry.
func BenchmarkAppendBurst(b *testing.B) {
	const size = 100
	d := newDevice(b)
	o := d.options()
	o.MaxSize = defaultMaxSize
	s, err := Open(filepath.Join(b.TempDir(), "journal"), o)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var n atomic.Int64
	bursts := 0
	for b.Loop() {
		var all sync.WaitGroup
		for range size {
			all.Go(func() {
				if _, err := s.Append(context.Background(), draft(int(n.Add(1)))); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		bursts++
	}
	entries := float64(n.Load())
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/entries, "ns/entry")
	b.ReportMetric(float64(d.signs)/float64(bursts), "commits/burst")
	b.ReportMetric(float64(s.Stats().Bytes)/entries, "bytes/entry")
}
