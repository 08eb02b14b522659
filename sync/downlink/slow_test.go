package downlink

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// A slowLink is a modem's: 40 kbit/s, half a second until anything comes, and a
// connection that breaks after some 20 seconds.
type slowLink struct {
	Source
	served int64 // bytes, of all files
	cuts   int
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
	return &slowReader{r, s, time.Now().Add(slowCut + time.Duration(s.cuts%7-3)*time.Second)}, nil
}

type slowReader struct {
	io.ReadCloser
	link  *slowLink
	until time.Time
}

func (r *slowReader) Read(b []byte) (int, error) {
	if !time.Now().Before(r.until) {
		r.link.cuts++
		return 0, errors.New("connection reset by peer")
	}
	n, err := r.ReadCloser.Read(b[:min(len(b), 1000)])
	r.link.served += int64(n)
	time.Sleep(time.Duration(n) * time.Second / slowRate)
	return n, err
}

// TestSlowLink: a list of a megabyte arrives in little more than what its bytes
// take, none is sent twice, and the next version comes in seconds.
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
}
