//go:build linux && !android

package store

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"chot/scanner"
)

// limitFiles lets this process write no file beyond size bytes: the kernel
// then fails writes as a full disk does, in the middle of a transaction.
func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(err)
	}
	l.Cur = min(size, l.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(err)
	}
}

const unlimited = ^uint64(0)

// limited marks the process that runs under the limit: the test runs in one of
// its own, because the limit would hit the test tool's files too.
const limited = "CHOT_STORE_LIMITED"

func TestDiskRefusesWrites(t *testing.T) {
	if os.Getenv(limited) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestDiskRefusesWrites$", "-test.v")
		cmd.Env = append(os.Environ(), limited+"=yes")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestDiskRefusesWrites") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { limitFiles(t, unlimited); signal.Reset(syscall.SIGXFSZ) })
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	n, refusals := 0, 0
	for round := range 30 {
		appendN(t, s, n, 7)
		n += 7
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		// From the whole file down to its first meta page.
		limitFiles(t, uint64(info.Size())*uint64(30-round)/31)
		for range 3 {
			e, err := s.Append(context.Background(), draft(n))
			if err == nil { // a free page below the limit took it
				if e.Seq != uint64(n) {
					t.Fatalf("entry %d has sequence %d", n, e.Seq)
				}
				n++
				continue
			}
			refusals++
			if errors.Is(err, scanner.ErrJournalFull) || errors.Is(err, ErrDamaged) {
				t.Fatalf("a disk error is reported as %v", err)
			}
		}
		// Reading goes on meanwhile.
		if p, err := s.Prior(person(0)); err != nil || !p.Seen {
			t.Fatalf("prior: %+v, %v", p, err)
		}
		limitFiles(t, unlimited)
	}
	if refusals < 30 {
		t.Errorf("only %d writes were refused", refusals)
	}
	appendN(t, s, n, 1)
	verify(t, s)
	openAll(t, d.trace, entries(t, s, 0))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = d.open(t, path)
	if got := s.Stats().Size; got != uint64(n+1) {
		t.Errorf("%d entries, want %d", got, n+1)
	}
	verify(t, s)
}

// TestDiskVanishes takes the file's end away under an open journal: reading a
// mapped page then faults. It must be an error, and the journal must work
// again once the disk is back.
func TestDiskVanishes(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	appendN(t, s, 0, 200)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, left := range []int64{2 * pageSize, 0, 8 * pageSize} {
		if err := f.Truncate(left); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := s.Append(context.Background(), draft(200)); err == nil {
				t.Fatal("appended to a file that is gone")
			}
			if err := s.Verify(); err == nil {
				t.Fatal("verified a file that is gone")
			}
		}
		if _, err := f.WriteAt(whole, 0); err != nil {
			t.Fatal(err)
		}
	}
	appendN(t, s, 200, 5)
	if got := s.Stats().Size; got != 205 {
		t.Errorf("%d entries", got)
	}
	verify(t, s)
	openAll(t, d.trace, entries(t, s, 0))
}
