package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"chot/scanner/seal"
)

// The test binary runs itself again as the process that is killed.
const (
	childJournal = "CHOT_STORE_CHILD_JOURNAL"
	childMode    = "CHOT_STORE_CHILD_MODE"
	childTrace   = "CHOT_STORE_CHILD_TRACE"

	honest = "acknowledge after Append"
	hasty  = "acknowledge before Append" // the control
)

// child appends from four goroutines and prints each sequence it acknowledges.
func child(path, mode string) int {
	trace, err := seal.ParseTraceKey(os.Getenv(childTrace))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	s, err := Open(path, deviceNamed("one", trace).options())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	var mu sync.Mutex // one line a write
	acknowledge := func(seq uint64) {
		mu.Lock()
		defer mu.Unlock()
		os.Stdout.WriteString(strconv.FormatUint(seq, 10) + "\n")
	}
	next := s.Stats().Size
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				if mode == hasty {
					mu.Lock()
					seq := next
					next++
					mu.Unlock()
					acknowledge(seq)
				}
				e, err := s.Append(context.Background(), draft(0))
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(3)
				}
				if mode == honest {
					acknowledge(e.Seq)
				}
			}
		})
	}
	all.Wait()
	return 0
}

// killed runs a child until it has acknowledged `after` entries, kills it and
// returns every sequence it acknowledged.
func killed(t *testing.T, path, mode string, d *device, after int) []uint64 {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childJournal+"="+path, childMode+"="+mode, childTrace+"="+d.trace.Text())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []uint64
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		seq, err := strconv.ParseUint(lines.Text(), 10, 64)
		if err != nil {
			t.Fatalf("child printed %q", lines.Text())
		}
		if acknowledged = append(acknowledged, seq); len(acknowledged) == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(acknowledged) < after {
		t.Fatalf("child ended by itself after %d entries: %v", len(acknowledged), err)
	}
	return acknowledged
}

// missing returns how many acknowledged sequences are not in the journal.
func missing(t *testing.T, path string, d *device, acknowledged []uint64) (n int) {
	t.Helper()
	s, err := Open(path, d.options())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	verify(t, s)
	there := map[uint64]bool{}
	for _, e := range entries(t, s, 0) {
		there[e.Seq] = true
	}
	for _, seq := range acknowledged {
		if !there[seq] {
			n++
		}
	}
	return n
}

const kills = 20

func TestKilledProcessKeepsWhatItAcknowledged(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	random := rand.New(rand.NewPCG(20, 26))
	var acknowledged []uint64
	for i := range kills {
		acknowledged = append(acknowledged, killed(t, path, honest, d, 1+random.IntN(60))...)
		if n := missing(t, path, d, acknowledged); n > 0 {
			t.Fatalf("after kill %d: %d of %d acknowledged entries are missing", i+1, n, len(acknowledged))
		}
	}
	t.Logf("%d kills, %d acknowledged entries, all there", kills, len(acknowledged))
}

// TestKillFindsHastyAcknowledgement is the control: the same test must find a
// journal that says yes too early.
func TestKillFindsHastyAcknowledgement(t *testing.T) {
	d := newDevice(t)
	random := rand.New(rand.NewPCG(20, 26))
	for range kills {
		path := journalPath(t)
		if missing(t, path, d, killed(t, path, hasty, d, 1+random.IntN(60))) > 0 {
			return
		}
	}
	t.Error("acknowledging before Append was never noticed: the kill test proves nothing")
}
