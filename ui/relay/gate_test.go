package relay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// lamp notes when it was switched, since its making, and fails when told to.
type lamp struct {
	began time.Time
	log   []string
	fails map[string]error
}

func (l *lamp) Set(on bool) error {
	what := "off"
	if on {
		what = "on"
	}
	l.log = append(l.log, fmt.Sprintf("%s %v", what, time.Since(l.began)))
	return l.fails[what]
}

// arm is turned in these spans of time.
type arm struct {
	began time.Time
	spans [][2]time.Duration
	fails error
}

func (a *arm) Get() (bool, error) {
	since := time.Since(a.began)
	return slices.ContainsFunc(a.spans, func(s [2]time.Duration) bool { return s[0] <= since && since < s[1] }), a.fails
}

const ms = time.Millisecond

func TestAdmit(t *testing.T) {
	cable := errors.New("the cable")
	for _, c := range []struct {
		name  string
		spans [][2]time.Duration // nil: no input
		fails error              // of the input
		onErr error              // of switching on
		stop  time.Duration      // when the context ends; 0: never
		want  Passage
		err   error
		took  time.Duration
		log   string
	}{
		{name: "no input", took: 500 * ms, want: Unknown, log: "[on 0s off 500ms]"},
		{name: "turned after the pulse", spans: [][2]time.Duration{{time.Second, 2 * time.Second}}, want: Turned, took: time.Second, log: "[on 0s off 500ms]"},
		{name: "turned in the pulse", spans: [][2]time.Duration{{100 * ms, 200 * ms}}, want: Turned, took: 500 * ms, log: "[on 0s off 500ms]"},
		{name: "a short turn", spans: [][2]time.Duration{{700 * ms, 706 * ms}}, want: Turned, took: 700 * ms, log: "[on 0s off 500ms]"},
		{name: "not turned", spans: [][2]time.Duration{}, want: NotTurned, took: 3 * time.Second, log: "[on 0s off 500ms]"},
		{name: "turned too late", spans: [][2]time.Duration{{3 * time.Second, 4 * time.Second}}, want: Turned, took: 3 * time.Second, log: "[on 0s off 500ms]"},
		{name: "still turned by the one before", spans: [][2]time.Duration{{0, 300 * ms}}, want: NotTurned, took: 3 * time.Second, log: "[on 0s off 500ms]"},
		{name: "and then by this one", spans: [][2]time.Duration{{0, 300 * ms}, {900 * ms, time.Second}}, want: Turned, took: 900 * ms, log: "[on 0s off 500ms]"},
		{name: "the sensor hangs", spans: [][2]time.Duration{{0, time.Hour}}, want: Unknown, err: ErrStuck, took: 3 * time.Second, log: "[on 0s off 500ms]"},
		{name: "the sensor is gone", spans: [][2]time.Duration{}, fails: cable, want: Unknown, err: cable, took: 500 * ms, log: "[on 0s off 500ms]"},
		{name: "cannot be switched on", onErr: cable, want: Unknown, err: cable, log: "[on 0s off 0s]"},
		{name: "the program ends in the pulse", stop: 123 * ms, want: Unknown, err: context.DeadlineExceeded, took: 123 * ms, log: "[on 0s off 123ms]"},
		{name: "the program ends after it", spans: [][2]time.Duration{}, stop: time.Second, want: Unknown, err: context.DeadlineExceeded, took: time.Second, log: "[on 0s off 500ms]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.stop > 0 {
					var cancel func()
					ctx, cancel = context.WithTimeout(ctx, c.stop)
					defer cancel()
				}
				began := time.Now()
				out := &lamp{began: began, fails: map[string]error{"on": c.onErr}}
				g := Gate{Open: out, Within: 3 * time.Second}
				if c.spans != nil {
					g.Arm = &arm{began, c.spans, c.fails}
				}
				p, err := g.Admit(ctx)
				if p != c.want || !errors.Is(err, c.err) || c.err == nil && err != nil {
					t.Errorf("%v, %v", p, err)
				}
				if took := time.Since(began); took != c.took || fmt.Sprint(out.log) != c.log {
					t.Errorf("took %v: %v, want %v: %s", took, out.log, c.took, c.log)
				}
			})
		})
	}
}

func TestRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open, shut := &lamp{began: time.Now()}, &lamp{began: time.Now()}
		g := Gate{Open: open, Shut: shut, Pulse: time.Second, Arm: &arm{fails: errors.New("not looked at")}}
		if err := g.Refuse(t.Context()); err != nil || fmt.Sprint(shut.log, open.log) != "[on 0s off 1s] []" {
			t.Errorf("%v, refuse %v, admit %v", err, shut.log, open.log)
		}
	})
}

func TestNothingThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p, err := Gate{}.Admit(t.Context())
		if p != Unknown || err != nil || Gate.Refuse(Gate{}, t.Context()) != nil || time.Since(began) != 0 {
			t.Errorf("%v, %v after %v", p, err, time.Since(began))
		}
		// A barrier that opens by other means, with an input.
		p, err = Gate{Arm: &arm{time.Now(), [][2]time.Duration{{time.Second, 2 * time.Second}}, nil}}.Admit(t.Context())
		if p != Turned || err != nil {
			t.Errorf("%v, %v", p, err)
		}
	})
}

func TestStaysOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		weld := errors.New("welded")
		out := &lamp{began: time.Now(), fails: map[string]error{"off": weld}}
		if _, err := (Gate{Open: out}).Admit(t.Context()); !errors.Is(err, weld) {
			t.Errorf("a relay that stays on gives %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		never := &lamp{began: time.Now()}
		if _, err := (Gate{Open: never}).Admit(ctx); !errors.Is(err, context.Canceled) || never.log != nil {
			t.Errorf("after the end: %v, %v", err, never.log)
		}
	})
}
