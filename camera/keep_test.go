package camera

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeepOpensAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		attempt := 0
		run := func(ctx context.Context, fn func(Frame) error) error {
			attempt++
			switch attempt {
			case 1, 6: // works, then is unplugged
				if err := fn(Frame{Seq: 1}); err != nil {
					return err
				}
				time.Sleep(time.Minute)
				return fmt.Errorf("camera: %w", ErrUnplugged)
			case 7:
				<-ctx.Done()
				return ctx.Err()
			}
			return fmt.Errorf("camera: %w", ErrNoCamera)
		}
		var states []State
		err := keep(ctx, run, func(Frame) error { return nil }, func(s State) {
			states = append(states, s)
			if len(states) == 8 {
				time.AfterFunc(time.Hour, cancel)
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("ended with %v", err)
		}
		var got []time.Duration
		ups := 0
		for _, s := range states {
			if s.Up {
				ups++
				continue
			}
			got = append(got, s.Retry)
		}
		want := "[250ms 500ms 1s 1s 1s 250ms]"
		if ups != 2 || fmt.Sprint(got) != want {
			t.Errorf("came up %d times, waited %v; want 2, %s", ups, got, want)
		}
		if !errors.Is(states[1].Err, ErrUnplugged) || !errors.Is(states[2].Err, ErrNoCamera) {
			t.Errorf("reported %v, %v", states[1].Err, states[2].Err)
		}
	})
}

func TestKeepEnds(t *testing.T) {
	stop := fmt.Errorf("the consumer: %w", ErrUnplugged) // even with a text that looks like a camera's
	run := func(ctx context.Context, fn func(Frame) error) error { return fn(Frame{}) }
	if err := keep(t.Context(), run, func(Frame) error { return stop }, nil); err != stop {
		t.Errorf("ended with %v, want the consumer's error", err)
	}
	none := func(context.Context, func(Frame) error) error { return ErrUnsupported }
	if err := keep(t.Context(), none, nil, nil); !errors.Is(err, ErrUnsupported) {
		t.Errorf("ended with %v", err)
	}
}

func TestKeepBacksOffToALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		tries := 0
		err := keep(ctx, func(context.Context, func(Frame) error) error { tries++; return ErrNoCamera }, nil, nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if tries < 86000 || tries > 86500 { // every second for a day
			t.Errorf("%d tries in a day", tries)
		}
	})
}
