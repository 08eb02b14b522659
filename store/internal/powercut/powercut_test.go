//go:build powercut && linux && !android

package powercut

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"chot/scanner"
	"chot/store"
)

var points = flag.Int("points", 40, "how many places of the log to cut the power at")

func needed(t *testing.T) {
	t.Helper()
	if err := Check(); err != nil {
		t.Fatal(err)
	}
}

// record has a device work on a logged disk and returns what was logged.
func record(t *testing.T, rounds int) (*device, []byte, []Write) {
	t.Helper()
	disk, err := NewDisk(t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	d := newDevice(t)
	err = d.work(journalPath(disk.Mount), rounds, disk.Mark)
	if err = errors.Join(err, disk.Close()); err != nil {
		t.Fatal(err)
	}
	first, writes, err := disk.Log()
	if err != nil {
		t.Fatal(err)
	}
	return d, first, writes
}

// A tally is how a run of power cuts came out.
type tally struct {
	points, flagged int
	mostPending     int
	promised        uint64 // entries, at the last point
	first           error  // what was flagged first
}

// cut cuts the power at n places spread over the log.
func cut(t *testing.T, d *device, first []byte, writes []Write, n int, r *rand.Rand) (sum tally) {
	t.Helper()
	dir := t.TempDir()
	p := NewPlayer(first, writes, markAt)
	for i := range n {
		at := (i*len(writes) + r.IntN(len(writes))) / n
		p.To(at)
		sum.points++
		sum.mostPending = max(sum.mostPending, p.Pending())
		m := parseMark(p.Mark())
		sum.promised = m.size
		var broken error
		if err := WithImage(dir, p.Cut(r), func(mount string) { broken = d.inspect(journalPath(mount), m) }); err != nil {
			broken = fmt.Errorf("the file system does not come back: %w", err)
		}
		if broken != nil {
			sum.flagged++
			if sum.first == nil {
				sum.first = fmt.Errorf("at write %d of %d, %d pending: %w", at, len(writes), p.Pending(), broken)
			}
		}
	}
	return sum
}

func TestPowerCuts(t *testing.T) {
	needed(t)
	began := time.Now()
	d, first, writes := record(t, 12)
	flushes := 0
	for _, w := range writes {
		if w.Flush {
			flushes++
		}
	}
	if flushes < 100 || len(d.shown) < 500 {
		t.Fatalf("%d entries made %d flushes: nothing worth cutting", len(d.shown), flushes)
	}
	sum := cut(t, d, first, writes, *points, rand.New(rand.NewPCG(uint64(*points), 1)))
	t.Logf("%d entries, %d writes, %d flushes; %d power cuts, up to %d writes pending, %d flagged; %v",
		len(d.shown), len(writes), flushes, sum.points, sum.mostPending, sum.flagged, time.Since(began).Round(time.Second/10))
	if sum.flagged > 0 {
		t.Errorf("%d of %d power cuts lost or spoilt something; %v", sum.flagged, sum.points, sum.first)
	}
	if sum.mostPending < 2 || sum.promised < 400 {
		t.Errorf("the cuts had at most %d writes to lose and %d entries promised: they test nothing", sum.mostPending, sum.promised)
	}
}

// TestControlIsFlagged cuts the power under a journal that never syncs. If the
// rig does not see that, it sees nothing.
func TestControlIsFlagged(t *testing.T) {
	needed(t)
	t.Setenv("CHOT_POWERCUT_UNSYNCED", "yes")
	d, first, writes := record(t, 12)
	os.Unsetenv("CHOT_POWERCUT_UNSYNCED") // what is found afterwards is opened as ever
	n := max(*points/5, 20)
	sum := cut(t, d, first, writes, n, rand.New(rand.NewPCG(uint64(n), 2)))
	t.Logf("%d of %d power cuts flagged, as it must be; first %v", sum.flagged, sum.points, sum.first)
	if sum.flagged < n/2 {
		t.Errorf("only %d of %d power cuts under a journal that never syncs were flagged", sum.flagged, n)
	}
}

// scans judges one typed number through the real scanner.
func scans(s *store.Store, operator string) scanner.Result {
	return scanner.New(s).Scan(context.Background(), scanner.Payload{Bytes: []byte("001190123456"), Input: "typed", Typed: true},
		scanner.Passage{Operator: operator}, scanner.Instant{Boot: [16]byte{1}, Wall: morning, Trust: scanner.Plausible})
}

func refers(t *testing.T, r scanner.Result) {
	t.Helper()
	if r.Kept || r.Verdict.Outcome != scanner.Refer || r.Verdict.Reason != scanner.NotRecorded || r.Fault != scanner.FaultJournal {
		t.Errorf("a scan that cannot be written gives %v %v, fault %q, kept %v", r.Verdict.Outcome, r.Verdict.Reason, r.Fault, r.Kept)
	}
}

// TestDiskDies takes the disk away in the middle of bursts (EIO): appends fail
// and say so, and what was acknowledged is on the disk when it comes back.
func TestDiskDies(t *testing.T) {
	needed(t)
	dir := t.TempDir()
	disk, err := NewDisk(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			disk.Close()
		}
	}()
	d := newDevice(t)
	s, err := store.Open(journalPath(disk.Mount), d.options())
	if err != nil {
		t.Fatal(err)
	}
	none := func([]byte) error { return nil }
	var bursts atomic.Int64
	failed := make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			if err := d.burst(s, fmt.Sprint(i), 16, none); err != nil {
				failed <- err
				return
			}
			bursts.Add(1)
		}
	}()
	for bursts.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	if err := disk.Kill(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-failed:
		t.Logf("after %d bursts: %v", bursts.Load(), firstLine(err))
	case <-time.After(60 * time.Second):
		t.Fatal("an append on a dead disk does not return")
	}
	refers(t, scans(s, "afterwards"))
	_ = s.Close() // its file is gone; what matters is that it returns
	closed = true
	_ = disk.Close()
	err = WithFile(dir, filepath.Join(dir, "disk.img"), func(mount string) {
		if err := d.inspect(journalPath(mount), mark{size: d.mark.size}); err != nil {
			t.Errorf("after the disk came back: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d acknowledged entries are all there", d.mark.size)
}

func firstLine(err error) string {
	b, _, _ := bytes.Cut([]byte(err.Error()), []byte("\n"))
	return string(b)
}

// TestDiskFull fills the disk in the middle of bursts (ENOSPC): scans are
// referred, and once there is room the same open journal goes on.
func TestDiskFull(t *testing.T) {
	needed(t)
	disk, err := NewDisk(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	d := newDevice(t)
	path := journalPath(disk.Mount)
	s, err := store.Open(path, d.options())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	none := func([]byte) error { return nil }
	for round := range 3 {
		filler := filepath.Join(disk.Mount, "filler")
		filled := make(chan error, 1)
		go func() { filled <- fillUp(filler) }()
		var full error
		for i := 0; full == nil && i < 5000; i++ {
			full = d.burst(s, fmt.Sprintf("%d-%d", round, i), 16, none)
		}
		if err := <-filled; !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("filling the disk: %v", err)
		}
		if full == nil {
			t.Fatal("a full disk takes every burst")
		}
		if !errors.Is(full, syscall.ENOSPC) || errors.Is(full, scanner.ErrJournalFull) {
			t.Errorf("a full disk is reported as %v", firstLine(full))
		}
		// A free page inside the file may still take one; then all are used up.
		r := scans(s, fmt.Sprintf("%d-full", round))
		for i := 0; r.Kept && i < 1000; i++ {
			d.shown[r.Entry.Seq], d.mark.size = r.Entry.Operator, r.Entry.Seq+1
			r = scans(s, fmt.Sprintf("%d-full-%d", round, i))
		}
		refers(t, r)
		if _, err := s.Prior(draft("", 0).Subject); err != nil {
			t.Errorf("reading on a full disk: %v", err)
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if err := d.burst(s, fmt.Sprintf("%d-again", round), 16, none); err != nil {
			t.Fatalf("there is room again, but: %v", err)
		}
		if err := s.Verify(); err != nil {
			t.Fatal(err)
		}
	}
	size := d.mark.size
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.inspect(path, mark{size: size}); err != nil {
		t.Error(err)
	}
	t.Logf("%d acknowledged entries are all there", size)
}

// fillUp writes a file until the disk has no room.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, size := range []int{256 << 10, 4096, 1} {
		block := bytes.Repeat([]byte{1}, size)
		for {
			if _, err = f.Write(block); err != nil {
				break
			}
		}
	}
	return err
}
