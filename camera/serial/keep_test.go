package serial

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// port is a port that works for a while.
type port time.Duration

func (p port) Run(ctx context.Context, fn func(Line) error) error {
	if err := fn(Line{Bytes: []byte("line")}); err != nil {
		return err
	}
	time.Sleep(time.Duration(p))
	return fmt.Errorf("serial port: %w", ErrUnplugged)
}

func TestKeepOpensAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		attempt := 0
		open := func() (runner, error) {
			switch attempt++; attempt {
			case 1, 5:
				return port(time.Minute), nil
			case 7:
				cancel()
			}
			return nil, fmt.Errorf("serial port: %w", ErrNoPort)
		}
		var got []string
		lines := 0
		err := keep(ctx, open, func(Line) error { lines++; return nil }, func(s State) {
			if s.Up {
				got = append(got, "up")
			} else {
				got = append(got, s.Retry.String())
			}
		})
		want := "[up 250ms 500ms 1s 1s up 250ms 500ms]"
		if !errors.Is(err, context.Canceled) || fmt.Sprint(got) != want || lines != 2 {
			t.Errorf("%v, %d lines, ended with %v; want %s", got, lines, err, want)
		}
	})
}

// A port that opens and fails at once must not be hammered.
func TestKeepBacksOffFromAFlappingPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		n := 0
		err := keep(ctx, func() (runner, error) { n++; return port(0), nil }, func(Line) error { return nil }, nil)
		if !errors.Is(err, context.DeadlineExceeded) || n > 3700 { // once a second
			t.Errorf("opened %d times in an hour, ended with %v", n, err)
		}
	})
}

func TestKeepEnds(t *testing.T) {
	stop := errors.New("the consumer's")
	if err := keep(t.Context(), func() (runner, error) { return port(0), nil }, func(Line) error { return stop }, nil); err != stop {
		t.Errorf("ended with %v", err)
	}
	for _, useless := range []error{ErrUnsupported, ErrBaud} {
		err := keep(t.Context(), func() (runner, error) { return nil, useless }, nil, nil)
		if !errors.Is(err, useless) {
			t.Errorf("ended with %v", err)
		}
	}
}
