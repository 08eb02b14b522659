package downlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"chot/scanner/roster"
)

// A worn source flips bytes of the list on the way, and counts what it gives.
type worn struct {
	Source
	mu     sync.Mutex
	flips  map[int64]int // offset: so many times, -1 for ever
	served int64         // bytes of targets
	high   int64         // the furthest byte of a target that was given
	end    int64         // what lies from here on is not counted as far
}

func (w *worn) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	r, err := w.Source.Fetch(ctx, path, offset)
	if err != nil || !strings.HasSuffix(path, ".roster") {
		return r, err
	}
	return &wornReader{r, w, offset}, nil
}

type wornReader struct {
	io.ReadCloser
	of *worn
	at int64
}

func (r *wornReader) Read(b []byte) (int, error) {
	n, err := r.ReadCloser.Read(b[:min(len(b), 8<<10)])
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	for at, times := range r.of.flips {
		if at >= r.at && at < r.at+int64(n) && times != 0 {
			b[at-r.at] ^= 0x40
			r.of.flips[at] = times - 1
		}
	}
	r.at, r.of.served = r.at+int64(n), r.of.served+int64(n)
	if r.at <= r.of.end {
		r.of.high = max(r.of.high, r.at)
	}
	return n, err
}

// large is a published list of some 140 kB, and a device that takes it by pieces.
func large(t *testing.T, flips map[int64]int) (*world, roster.Manifest, *worn, *Downlink) {
	t.Helper()
	w := newWorld(t)
	m := w.list(gate, 1, start, many(13_000)...)
	offset, _ := roster.PageHashes(m)
	src := &worn{Source: Folder(w.Repository()), flips: flips, end: offset}
	d := device(t, w, src, gate)
	d.piecewise = 1
	return w, m, src, d
}

const slack = 8<<10 + roster.PageSize // what is under way when a bad page shows

// A byte that came wrong early is found long before the end, and only its page is
// fetched again. Checked as a whole, it is found at the end.
func TestBadPieceIsFetchedAlone(t *testing.T) {
	t.Parallel()
	for _, at := range []int64{0, 5000, 40_000, 100_000} {
		_, m, src, d := large(t, map[int64]int{at: 1})
		if l := mustRefresh(t, d, start).Lists[0]; !admits(t, l, ann) {
			t.Fatal("not the list published")
		}
		if extra := src.served - m.Size; extra <= 0 || extra > slack {
			t.Errorf("flipped at %d: %d bytes came for %d", at, src.served, m.Size)
		}
		if parts, _ := filepath.Glob(filepath.Join(d.parts(), "*")); len(parts) > 0 {
			t.Errorf("left behind: %q", parts)
		}

		_, m, src, d = large(t, map[int64]int{at: 1})
		d.piecewise = m.Size + 1
		if _, err := d.Refresh(context.Background(), start); CauseOf(err) != ErrDamaged || src.served < m.Size {
			t.Errorf("control, checked as a whole: %v after %d bytes of %d", err, src.served, m.Size)
		}
	}
}

// A page that always comes wrong (a stick's bad sector) is given up soon, with a
// sentence that says where; and what came before it serves the next source.
func TestBadPieceForEver(t *testing.T) {
	t.Parallel()
	w, m, src, d := large(t, map[int64]int{50_000: -1})
	wantCause(t, d, start, ErrDamaged)
	_, err := d.Refresh(context.Background(), start)
	bad := int64(50_000 / roster.PageSize * roster.PageSize) // where the page begins
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("bytes %d to %d are not what was signed", bad, bad+roster.PageSize-1)) || !strings.Contains(err.Error(), ".roster") {
		t.Errorf("the sentence: %v", err)
	}
	if src.high > 50_000+slack {
		t.Errorf("byte %d was fetched of a list that is wrong at 50000", src.high)
	}
	good := &worn{Source: Folder(w.Repository())}
	u, err := d.RefreshFrom(context.Background(), good, start)
	if err != nil || !admits(t, u.Lists[0], ann) {
		t.Fatalf("from another source: %v", err)
	}
	if most := m.Size - bad; good.served > most {
		t.Errorf("the other source gave %d bytes, %d were missing", good.served, most)
	}
}

// Pages that a power cut left wrong in the part are fetched again, and no others.
func TestPartWithHoles(t *testing.T) {
	t.Parallel()
	w, m, src, d := large(t, map[int64]int{120_000: -1})
	wantCause(t, d, start, ErrDamaged)
	const here = 120_000 / roster.PageSize // pages
	delete(src.flips, 120_000)
	part, _ := filepath.Glob(filepath.Join(d.parts(), "*.part"))
	if len(part) != 1 {
		t.Fatalf("parts %q", part)
	}
	for _, hole := range []int64{3, 17} {
		f, err := os.OpenFile(part[0], os.O_RDWR, 0)
		w.check(err)
		_, err = f.WriteAt(make([]byte, roster.PageSize), hole*roster.PageSize)
		w.check(errors.Join(err, f.Close()))
	}
	src.served = 0
	d = boot(t, d.config) // after the power cut
	d.piecewise = 1
	if l := mustRefresh(t, d, start).Lists[0]; !admits(t, l, ann) {
		t.Error("not the list published")
	}
	offset, _ := roster.PageHashes(m)
	want := offset - here*roster.PageSize + 2*roster.PageSize
	if src.served < want || src.served > want+2*slack {
		t.Errorf("%d bytes came, %d were missing", src.served, want)
	}
}

// The page hashes themselves come wrong: once, for ever; and a source that keeps
// them back cannot slip another list in.
func TestPageHashesComeWrong(t *testing.T) {
	t.Parallel()
	_, m, src, d := large(t, nil)
	offset, length := roster.PageHashes(m)
	src.flips = map[int64]int{offset + 40: 1}
	mustRefresh(t, d, start)
	if extra := src.served - m.Size; extra != length {
		t.Errorf("%d bytes came twice, the page hashes are %d", extra, length)
	}

	_, m, src, d = large(t, map[int64]int{offset + 40: -1})
	wantCause(t, d, start, ErrDamaged)
	if src.high > 0 || src.served > strikes*length {
		t.Errorf("%d bytes came though the page hashes are wrong", src.served)
	}
	_ = m

	w, _, _, d := large(t, nil)
	blobs, _ := filepath.Glob(filepath.Join(w.Repository(), "targets/lists/province/*.roster"))
	for cut, want := range map[int64]Cause{offset + 31: ErrDamaged, offset: ErrDamaged, 0: ErrDamaged} {
		w.check(os.Truncate(blobs[0], cut))
		wantCause(t, d, start, want)
	}
}

// A server that does not know Range sends the list as a whole.
func TestPiecesWithoutRange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.list(gate, 1, start, many(13_000)...)
	s := newSite(t, w.Repository())
	s.answer(func(rw http.ResponseWriter, r *http.Request) bool {
		r.Header.Del("Range")
		return false
	})
	d := device(t, w, s.source(t), gate)
	d.piecewise = 1
	if l := mustRefresh(t, d, start).Lists[0]; l.Manifest != m {
		t.Errorf("installed %+v", l)
	}
	if asked := s.asked("targets/lists"); len(asked) != 2 {
		t.Errorf("asked %q, want for the end and for the whole", asked)
	}
	// The same over a server that does: the end, then the rest in one go.
	s.answer(nil)
	d = device(t, w, s.source(t), gate)
	d.piecewise = 1
	mustRefresh(t, d, start)
	if asked := s.asked("targets/lists"); len(asked) != 2 || !strings.Contains(asked[0], " from ") {
		t.Errorf("asked %q", asked)
	}
}
