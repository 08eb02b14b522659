package downlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner/roster"
)

// A slowLink is a modem's: 40 kbit/s, half a second until anything comes, and a
// connection that breaks after some 20 seconds.
type slowLink struct {
	Source
	served int64 // bytes, of all files
	cuts   int
	flip   int64 // every so many bytes of a list one is changed, once; 0 none
	flips  map[int64]bool
}

const (
	slowRate  = 5000 // bytes a second
	slowDelay = 500 * time.Millisecond
	slowCut   = 20 * time.Second
)

func (s *slowLink) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	time.Sleep(slowDelay)
	r, err := s.Source.Fetch(ctx, path, offset)
	if err != nil {
		return nil, err
	}
	// Not always at the same byte: a link has no manners.
	until := time.Now().Add(slowCut + time.Duration(s.cuts%7-3)*time.Second)
	return &slowReader{r, s, until, strings.HasSuffix(path, ".roster"), offset}, nil
}

type slowReader struct {
	io.ReadCloser
	link  *slowLink
	until time.Time
	whole bool // it is a list, not a delta or metadata
	at    int64
}

func (r *slowReader) Read(b []byte) (int, error) {
	if !time.Now().Before(r.until) {
		r.link.cuts++
		return 0, errors.New("connection reset by peer")
	}
	n, err := r.ReadCloser.Read(b[:min(len(b), 1000)])
	r.link.served += int64(n)
	if at := r.at + int64(n); r.whole && r.link.flip > 0 && r.at/r.link.flip != at/r.link.flip && !r.link.flips[at/r.link.flip] {
		b[0] ^= 1
		r.link.flips[at/r.link.flip] = true
	}
	r.at += int64(n)
	time.Sleep(time.Duration(n) * time.Second / slowRate)
	return n, err
}

// TestSlowLink: a list of a megabyte arrives in little more than what its bytes
// take, none is sent twice, and the next version comes in seconds. So does a long
// delta over several cuts. Where the link also changes bytes, their pages are sent
// again and nothing else. It never starts from zero.
func TestSlowLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows := many(90_000)
	m := w.list(gate, 1, start, rows...)
	link := &slowLink{Source: Folder(w.Repository())}
	d := device(t, w, link, gate)
	refresh := func(want uint64) (took time.Duration, served int64) {
		before := link.served
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			if u := mustRefresh(t, d, start); u.Lists[0].Version != want {
				t.Errorf("version %d, want %d", u.Lists[0].Version, want)
			}
			took = time.Since(begun)
		})
		return took, link.served - before
	}

	took, served := refresh(1)
	ideal := time.Duration(m.Size) * time.Second / slowRate
	t.Logf("whole list: %d bytes in %v, %d bytes came, %d times cut; the bytes alone take %v", m.Size, took, served, link.cuts, ideal)
	if link.cuts < 5 {
		t.Errorf("cut only %d times", link.cuts)
	}
	const metadata = 20_000 // at most
	if served < m.Size || served > m.Size+metadata {
		t.Errorf("%d bytes came for a list of %d: some came twice", served, m.Size)
	}
	if took > ideal+ideal/5+30*time.Second {
		t.Errorf("it took %v, the bytes alone take %v", took, ideal)
	}

	w.list(gate, 2, start, rows[:len(rows)-90]...)
	took, served = refresh(2)
	t.Logf("next version: %d bytes in %v", served, took)
	if served > metadata || took > 15*time.Second {
		t.Errorf("a delta took %d bytes and %v", served, took)
	}

	// A delta of so many rows that the link is cut while it comes, several times.
	var rest []string
	for i, row := range rows {
		if i%3 > 0 || row == ann {
			rest = append(rest, row)
		}
	}
	rest = append(rest, others(30_000)...)
	w.list(gate, 3, start, rest...)
	delta := int64(0)
	for _, f := range w.deltaFiles() {
		if strings.Contains(f, ".gate.2.delta") {
			info, err := os.Stat(f)
			w.check(err)
			delta = info.Size()
		}
	}
	before := link.cuts
	took, served = refresh(3)
	t.Logf("a delta of %d bytes: %d bytes in %v, %d times cut", delta, served, took, link.cuts-before)
	if delta < 2*slowRate*int64(slowCut/time.Second) || link.cuts-before < 2 {
		t.Errorf("control: a delta of %d bytes was cut %d times", delta, link.cuts-before)
	}
	if served < delta || served > delta+metadata {
		t.Errorf("%d bytes came for a delta of %d", served, delta)
	}

	// Another device, on a link that changes a byte every 100 kB.
	link = &slowLink{Source: Folder(w.Repository()), flip: 100_000, flips: map[int64]bool{}}
	d = device(t, w, link, gate)
	list, err := os.Stat(slices.MaxFunc(w.listFiles(), func(a, b string) int { return modified(a).Compare(modified(b)) }))
	w.check(err)
	took, served = refresh(3)
	extra := served - list.Size()
	t.Logf("whole list, %d bytes changed on the way: %d bytes in %v, %d more than it has, %d times cut", len(link.flips), served, took, extra, link.cuts)
	if len(link.flips) < 5 || extra < 0 || extra > int64(len(link.flips))*(roster.PageSize+1000)+metadata {
		t.Errorf("%d bytes came for a list of %d with %d wrong pages", served, list.Size(), len(link.flips))
	}
}

// others are n more subjects.
func others(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("vn.id:0791901%05d", i))
	}
	return all
}

func (w *world) listFiles() []string {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.Repository(), "targets/lists/province/*.roster"))
	if err != nil || len(files) == 0 {
		w.t.Fatal("no list is published", err)
	}
	return files
}

func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
