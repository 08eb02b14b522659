package wedge

import (
	"context"
	"errors"
	"time"

	keeping "chot/camera/internal/keep"
)

// Keep opens the reader that spec names and runs it, again whenever that fails or
// the reader is unplugged, until the context ends; it returns the context's
// error, fn's error as it is, or ErrUnsupported or ErrSpec, where trying again
// is useless. report, when not nil, is called from the same goroutine at every
// change: when the reader is open, and when it is down, with the reason, every
// time an attempt failed.
func Keep(ctx context.Context, spec string, fn func(Line) error, report func(State)) error {
	return keep(ctx, func() (runner, error) { return Open(spec) }, fn, report)
}

type runner interface {
	Run(context.Context, func(Line) error) error
}

func keep(ctx context.Context, open func() (runner, error), fn func(Line) error, report func(State)) error {
	if report == nil {
		report = func(State) {}
	}
	var stop error
	return keeping.Run(ctx, func(works func()) error {
		r, err := open()
		if err != nil {
			return err
		}
		report(State{Up: true})
		opened := time.Now()
		err = r.Run(ctx, func(l Line) error {
			stop = fn(l)
			return stop
		})
		if time.Since(opened) >= keeping.Proved { // it worked for a while
			works()
		}
		return err
	}, func(err error) bool {
		return stop != nil || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrSpec)
	}, func(err error, retry time.Duration) { report(State{Err: err, Retry: retry}) })
}
