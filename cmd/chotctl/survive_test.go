package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"chot/scanner"
	"chot/sync/hub"
)

// A typist feeds numbers to a running chotctl scan --typed --json and reads
// the verdicts back.
type typist struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Scanner
	stderr strings.Builder
}

func (s demoSite) typist(t *testing.T, args ...string) *typist {
	t.Helper()
	p := &typist{t: t, cmd: chotctl(append([]string{"scan", "--site", s.path("device"), "--typed", "--json"}, args...)...)}
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	return p
}

// scan types one number and returns the sequence number that was acknowledged.
func (p *typist) scan(n int) uint64 {
	p.t.Helper()
	fmt.Fprintf(p.in, "%012d\n", 1_190_000_000+n)
	l, ok := p.next()
	if !ok || l.Seq == nil {
		p.t.Fatalf("scan %d was not acknowledged: %+v %s", n, l, p.stderr.String())
	}
	return *l.Seq
}

func (p *typist) next() (scanLine, bool) {
	var l scanLine
	if !p.out.Scan() {
		return l, false
	}
	return l, json.Unmarshal(p.out.Bytes(), &l) == nil
}

func (p *typist) end() {
	p.t.Helper()
	p.in.Close()
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("scan ended with %v: %s", err, p.stderr.String())
	}
}

// atHub returns the entries the hub holds of the site's one device, and checks
// that its log is whole.
func (s demoSite) atHub(t *testing.T) []scanner.Entry {
	t.Helper()
	h, err := hub.Open(s.path("hub"), hub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	st, err := h.Status(context.Background())
	if err != nil || len(st.Devices) != 1 {
		t.Fatalf("hub status: %d devices, %v", len(st.Devices), err)
	}
	if st.Quarantined > 0 || st.Evidence > 0 {
		t.Errorf("the hub quarantined %d entries and kept %d refused bundles", st.Quarantined, st.Evidence)
	}
	id := st.Devices[0].ID
	if st.Entries > 0 {
		if _, err := h.Audit(context.Background(), id); err != nil {
			t.Errorf("audit: %v", err)
		}
	}
	raw, err := h.Entries(context.Background(), id, 0, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]scanner.Entry, len(raw))
	for i, b := range raw {
		if entries[i], err = scanner.ParseEntry(b); err != nil {
			t.Fatalf("entry %d at the hub: %v", i, err)
		}
	}
	return entries
}

// exactlyOnce checks that the hub holds sequence numbers 0 to n-1, each once.
func exactlyOnce(t *testing.T, entries []scanner.Entry, n uint64) {
	t.Helper()
	if uint64(len(entries)) != n {
		t.Fatalf("the hub holds %d entries, want %d", len(entries), n)
	}
	for i, e := range entries {
		if e.Seq != uint64(i) {
			t.Fatalf("entry %d at the hub has sequence number %d", i, e.Seq)
		}
	}
}

// TestHubAwayForTheMiddleThird kills the hub for the middle third of a run:
// scanning goes on, and at the end every entry is at the hub exactly once.
func TestHubAwayForTheMiddleThird(t *testing.T) {
	const third = 40
	site := newSite(t)
	running := site.hub(t)
	p := site.typist(t, "--drain", "90s")
	n := 0
	typeThird := func() {
		for range third {
			if seq := p.scan(n); seq != uint64(n) {
				t.Fatalf("scan %d got sequence number %d", n, seq)
			}
			n++
		}
	}
	typeThird()
	running.Process.Kill()
	running.Wait()
	before := uint64(len(site.atHub(t)))
	typeThird()
	if held := uint64(len(site.atHub(t))); held != before || held >= 2*third {
		t.Fatalf("the hub took entries while it was dead: %d, before %d", held, before)
	}
	running = site.hub(t)
	typeThird()
	p.end()
	stop(t, running)
	exactlyOnce(t, site.atHub(t), 3*third)
	if st := site.verified(t); st.Acknowledged != 3*third {
		t.Errorf("the device has receipts for %d of %d", st.Acknowledged, 3*third)
	}
}

// TestKillNine kills a scanning process at 20 random moments: every sequence
// number it acknowledged is there afterwards, and all of them reach the hub.
func TestKillNine(t *testing.T) {
	const moments = 20
	site := newSite(t)
	running := site.hub(t)
	r := rand.New(rand.NewPCG(2021, 9))
	var acknowledged uint64 // sequence numbers below it were
	for moment := range moments {
		p := site.typist(t)
		go func() {
			// More than will be read, so that the kill falls into the middle of work.
			for i := range 400 {
				if _, err := fmt.Fprintf(p.in, "%012d\n", 1_190_000_000+moment*1000+i); err != nil {
					return
				}
			}
		}()
		for range 1 + r.IntN(40) {
			l, ok := p.next()
			if !ok || l.Seq == nil {
				t.Fatalf("moment %d: no acknowledgement: %s", moment, p.stderr.String())
			}
			acknowledged = *l.Seq + 1
		}
		if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// What was printed before the kill arrived counts too.
		for l, ok := p.next(); ok; l, ok = p.next() {
			if l.Seq != nil {
				acknowledged = *l.Seq + 1
			}
		}
		p.cmd.Wait()
		if st := site.verified(t); st.Size < acknowledged {
			t.Fatalf("moment %d: %d sequence numbers were acknowledged, the journal holds %d", moment, acknowledged, st.Size)
		}
	}
	p := site.typist(t, "--drain", "60s")
	p.end()
	stop(t, running)
	st := site.verified(t)
	if st.Acknowledged != st.Size || st.Size < acknowledged {
		t.Errorf("journal %+v, acknowledged to the typist %d", st, acknowledged)
	}
	exactlyOnce(t, site.atHub(t), st.Size)
}

// TestNothingReadableIsKept looks through everything a device and a hub have
// on disk after the samples were scanned: no name and no number that was on a
// card, in any encoding a thief would look for first.
func TestNothingReadableIsKept(t *testing.T) {
	site := newSite(t)
	running := site.hub(t)
	done(t, chotctl("scan", "--site", site.path("device"), "--frames", site.path("samples")))
	stop(t, running)
	personal := []string{"001190123456", "190123456", "Nguyễn Thị Ví Dụ", "NGUYEN THI VI DU", "Trần Văn Mẫu", "079092007788", "1990-01-15", "15011990"}
	found := func(folder string, also ...string) (hits []string, files int) {
		err := filepath.WalkDir(site.path(folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			for _, p := range append(personal, also...) {
				if bytes.Contains(b, []byte(p)) {
					hits = append(hits, filepath.Base(path)+" holds "+p)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return hits, files
	}
	for _, folder := range []string{"device", "hub"} {
		hits, files := found(folder)
		if len(hits) > 0 || files < 4 {
			t.Errorf("%s, %d files: %v", folder, files, hits)
		}
	}
	// The control: what is kept in the clear, the checkpoint's name, is found.
	if hits, _ := found("device", "Chốt Cầu Mẫu"); len(hits) == 0 {
		t.Error("the search finds nothing at all")
	}
}
