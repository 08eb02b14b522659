package camera

import (
	"context"
	"errors"
	"time"
)

// How long Keep waits before it opens a camera again: a replugged camera needs
// about half a second to appear; one that is gone is looked for every 5 s.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Keep runs the camera and opens it again whenever it fails or is unplugged,
// until the context ends; it returns the context's error, fn's error as it is,
// or ErrUnsupported where trying again is useless. report, when not nil, is
// called from the same goroutine at every change: when the first frame has come,
// and when the camera is down, with the reason, every time an attempt failed.
//
// A camera named by its node that comes back as another one is found again by
// what it says of itself.
func (c Camera) Keep(ctx context.Context, fn func(Frame) error, report func(State)) error {
	c.known = new(Info)
	return keep(ctx, c.Run, fn, report)
}

func keep(ctx context.Context, run func(context.Context, func(Frame) error) error, fn func(Frame) error, report func(State)) error {
	if report == nil {
		report = func(State) {}
	}
	retry := firstRetry
	for {
		var stop error
		up := false
		err := run(ctx, func(f Frame) error {
			if !up {
				up, retry = true, firstRetry
				report(State{Up: true})
			}
			stop = fn(f)
			return stop
		})
		switch {
		case stop != nil:
			return stop
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrUnsupported):
			return err
		}
		report(State{Err: err, Retry: retry})
		if err := sleep(ctx, retry); err != nil {
			return err
		}
		retry = min(2*retry, lastRetry)
	}
}
