//go:build linux && !android

package roster

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// BenchmarkCold looks up in a list of which nothing is in memory, and counts the
// pages that have to come from the disk, at most and on average. It says nothing
// where the temporary folder is itself in memory.
func BenchmarkCold(b *testing.B) {
	for _, n := range benchSizes(b) {
		b.Run(sizeName(n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "list")
			f, err := os.Create(path)
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			m, err := Build(f, identity(), testKey, benchRows(n))
			if err = errors.Join(err, f.Sync()); err != nil { // only clean pages can be dropped
				b.Fatal(err)
			}
			r := open(b, path, m)
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			faults := func() int64 {
				var usage unix.Rusage
				if err := unix.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
					b.Fatal(err)
				}
				return int64(usage.Majflt)
			}
			total, most := int64(0), int64(0)
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				if err := errors.Join(unix.Madvise(r.file, unix.MADV_DONTNEED), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)); err != nil {
					b.Fatal(err)
				}
				before := faults()
				b.StartTimer()
				if got, err := r.Lookup(benchSubject(i*7919%n), "", ""); err != nil || !got.Found {
					b.Fatal(got, err)
				}
				count := faults() - before
				total, most = total+count, max(most, count)
			}
			b.ReportMetric(float64(total)/float64(b.N), "faults/op")
			b.ReportMetric(float64(most), "faults-at-most")
		})
	}
}
