package serial

import (
	"context"
	"errors"
	"time"
)

// How long Keep waits before it opens a port again.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Keep opens the port that spec names and runs it, again whenever that fails or
// the reader is unplugged, until the context ends; it returns the context's
// error, fn's error as it is, or ErrUnsupported, ErrBaud or ErrSpec, where trying again
// is useless. report, when not nil, is called from the same goroutine at every
// change: when the port is open, and when it is down, with the reason, every
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
	retry := firstRetry
	for {
		var stop error
		p, err := open()
		if err == nil {
			open, _ := p.(*Port)
			report(State{Up: true, Port: open})
			opened := time.Now()
			err = p.Run(ctx, func(l Line) error {
				stop = fn(l)
				return stop
			})
			if time.Since(opened) >= lastRetry { // it worked for a while
				retry = firstRetry
			}
		}
		switch {
		case stop != nil:
			return stop
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrUnsupported), errors.Is(err, ErrBaud), errors.Is(err, ErrSpec):
			return err
		}
		report(State{Err: err, Retry: retry})
		t := time.NewTimer(retry)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		retry = min(2*retry, lastRetry)
	}
}
