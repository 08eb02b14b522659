package downlink

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A listener is an Observer made of functions.
type listener struct {
	refreshed func(Update, error, time.Duration)
	installed func(Update)
	progress  func(string, int64, int64)
}

func (l *listener) Refreshed(u Update, err error, next time.Duration) {
	if l.refreshed != nil {
		l.refreshed(u, err, next)
	}
}

func (l *listener) Installed(u Update) {
	if l.installed != nil {
		l.installed(u)
	}
}

func (l *listener) Progress(list string, done, total int64) {
	if l.progress != nil {
		l.progress(list, done, total)
	}
}

// A line is a source whose connection can be cut.
type line struct {
	Source
	down atomic.Bool
}

var errLine = errors.New("the line is dead")

func (l *line) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	if l.down.Load() {
		return nil, errLine
	}
	return l.Source.Fetch(ctx, path, offset)
}

// Three days without a connection, in virtual time: Run keeps asking, and the
// list published meanwhile arrives soon after the line is back.
func TestRunNeverGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	l := &line{Source: Folder(w.Repository())}
	c := configure(t, w, l, gate)
	c.Now = func() time.Time { return start }
	synctest.Test(t, func(t *testing.T) {
		type event struct {
			at      time.Time
			version uint64
			err     error
			next    time.Duration
		}
		var events []event
		c.Observer = &listener{refreshed: func(u Update, err error, next time.Duration) {
			e := event{time.Now(), 0, err, next}
			if len(u.Lists) > 0 {
				e.version = u.Lists[0].Version
			}
			events = append(events, e)
		}}
		d, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()

		synctest.Wait()
		if len(events) != 1 || events[0].err != nil || events[0].version != 1 {
			t.Fatalf("at once: %+v", events)
		}
		l.down.Store(true)
		w.list(gate, 2, start, binh)
		time.Sleep(72 * time.Hour)
		synctest.Wait()
		failures := events[1:]
		for i, e := range failures {
			if CauseOf(e.err) != ErrNoConnection || !errors.Is(e.err, errLine) {
				t.Fatalf("failure %d: %v", i, e.err)
			}
		}
		if n := len(failures); n < 200 || n > 500 { // some 4 an hour
			t.Errorf("%d attempts in three days", n)
		}
		if f := failures[0].next; f < firstRetry*3/4 || f > firstRetry*5/4 {
			t.Errorf("first retry after %v, want about %v", f, firstRetry)
		}
		waits := map[time.Duration]bool{}
		for _, e := range failures[8:] {
			if e.next < defaultEvery*3/4 || e.next > defaultEvery*5/4 {
				t.Fatalf("later retry after %v, want about %v", e.next, defaultEvery)
			}
			waits[e.next] = true
		}
		if len(waits) < 10 {
			t.Error("the retries have no jitter")
		}

		l.down.Store(false)
		time.Sleep(defaultEvery * 5 / 4)
		synctest.Wait()
		if e := events[len(events)-1]; e.err != nil || e.version != 2 || e.next < defaultEvery*3/4 {
			t.Errorf("after the line is back: %+v", e)
		}

		before := len(events)
		d.Nudge()
		synctest.Wait()
		if len(events) != before+1 {
			t.Error("a nudge did not refresh at once")
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
}

// A connection that says nothing, or drips, is cut; Run goes on.
func TestStalledConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	for name, every := range map[string]time.Duration{"silent": 0, "dripping": 30 * time.Second} {
		c := configure(t, w, nil, gate)
		synctest.Test(t, func(t *testing.T) {
			c.Source = &dripping{Source: Folder(w.Repository()), every: every}
			d, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			_, err = d.Refresh(t.Context(), start)
			if CauseOf(err) != ErrNoConnection {
				t.Errorf("%s: %v, want no-connection", name, err)
			}
			if took := time.Since(begin); took > time.Hour {
				t.Errorf("%s: held for %v", name, took)
			}
		})
	}
}

// dripping serves targets one byte at a time, or none at all.
type dripping struct {
	Source
	every time.Duration
}

func (s *dripping) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	if !strings.HasPrefix(path, "targets/") {
		return s.Source.Fetch(ctx, path, offset)
	}
	if offset > 40 {
		return nil, errLine
	}
	return &drip{ctx, s.every}, nil
}

type drip struct {
	ctx   context.Context
	every time.Duration
}

func (d *drip) Close() error { return nil }

func (d *drip) Read(b []byte) (int, error) {
	if d.every == 0 {
		<-d.ctx.Done()
		return 0, d.ctx.Err()
	}
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(d.every):
		b[0] = 'x'
		return 1, nil
	}
}

// A stick put in while a download hangs is read at once.
func TestStickTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	c := configure(t, w, nil, gate)
	synctest.Test(t, func(t *testing.T) {
		c.Source = &dripping{Source: Folder(w.Repository())}
		d, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		hanging := make(chan error, 1)
		go func() {
			_, err := d.Refresh(t.Context(), start)
			hanging <- err
		}()
		synctest.Wait()
		begin := time.Now()
		u, err := d.RefreshFrom(t.Context(), Folder(w.Repository()), start)
		if err != nil || len(u.Lists) != 1 {
			t.Errorf("from the stick: %+v, %v", u, err)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("the stick waited %v", took)
		}
		if err := <-hanging; CauseOf(err) != ErrInterrupted {
			t.Errorf("the download that hung: %v", err)
		}
	})
}

// A long download does not hold back what is there already.
func TestInstalledIsToldAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(works, 1, start, ann)
	w.list(gate, 1, start, many(4000)...)
	w.trust("one", start)
	d := device(t, w, Folder(w.Repository()), works, gate)
	var told []int
	downloading := false
	d.config.Observer = &listener{
		installed: func(u Update) {
			told = append(told, len(u.Lists))
			if len(u.Lists) == 1 && downloading {
				t.Error("the first list was told of after the second's download began")
			}
			if u.Trust.Path == "" {
				t.Error("trust came after a list")
			}
		},
		progress: func(list string, _, _ int64) { downloading = list == gate },
	}
	mustRefresh(t, d, start)
	if len(told) != 3 || told[0] != 0 || told[1] != 1 || told[2] != 2 {
		t.Errorf("told with %v lists, want 0, 1, 2", told)
	}
	told = nil
	mustRefresh(t, d, start)
	if len(told) != 0 {
		t.Errorf("told %v though nothing is new", told)
	}
}
