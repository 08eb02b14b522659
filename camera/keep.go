package camera

import (
	"context"
	"errors"
	"time"

	keeping "chot/camera/internal/keep"
)

// firstRetry is how long Keep waits before it opens a camera again, at first.
const firstRetry = keeping.First

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
	var stop error
	return keeping.Run(ctx, func(works func()) error {
		up := false
		return run(ctx, func(f Frame) error {
			if !up {
				up = true
				works()
				report(State{Up: true})
			}
			stop = fn(f)
			return stop
		})
	}, func(err error) bool {
		return stop != nil || errors.Is(err, ErrUnsupported)
	}, func(err error, retry time.Duration) { report(State{Err: err, Retry: retry}) })
}
