package android

import (
	"context"
	"errors"
	"sync"
)

// A Life says what of the program may run. Android tells it when the operator
// has the program before him and when not; in between it may end the process
// at any moment, and no thread of ours is asked.
//
// One thing at a time has the journal: the station while the program is in
// front, or one round of the background while it is not. Each begins when the
// other has closed the journal, and is told to end by its context. Its zero
// value is a program that is in nobody's sight. It is safe for concurrent use.
type Life struct {
	mu      sync.Mutex
	front   bool
	stays   uint64             // in front, so far
	held    bool               // somebody has the journal
	end     context.CancelFunc // tells it to end
	changed chan struct{}      // closed when front or held changes
}

// Resumed notes that the program is in front; a round of the background is told
// to end.
func (l *Life) Resumed() { l.set(true) }

// Paused notes that the program is no longer in front; what ran there is told
// to end, and whoever runs it closes cameras, sound and journal.
func (l *Life) Paused() { l.set(false) }

func (l *Life) set(front bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.front == front {
		return
	}
	if l.front = front; front {
		l.stays++
	}
	if l.end != nil {
		l.end()
	}
	l.tell()
}

// tell wakes whoever waits. The lock is held.
func (l *Life) tell() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// Front waits until the program is in front and nobody has the journal. It
// returns a context that ends when the program is paused, and release, to be
// called once when everything is closed. It fails when ctx ends.
func (l *Life) Front(ctx context.Context) (front context.Context, release func(), err error) {
	return l.wait(ctx, true)
}

// Round returns a context for one round of work in the background, which ends
// as soon as the program comes to the front, and release, to be called once
// when the journal is closed. It waits while a station that was in front closes
// it: the system begins a round as soon as the program is paused. While the
// program is in front it does that work itself, and ok is false.
func (l *Life) Round(ctx context.Context) (round context.Context, release func(), ok bool) {
	round, release, err := l.wait(ctx, false)
	return round, release, err == nil
}

var errInFront = errors.New("the program is in front")

// wait hands out the journal when nobody has it.
func (l *Life) wait(ctx context.Context, front bool) (context.Context, func(), error) {
	for {
		l.mu.Lock()
		switch {
		case l.front && !front:
			l.mu.Unlock()
			return nil, nil, errInFront
		case l.front == front && !l.held:
			ctx, release := l.take(ctx)
			l.mu.Unlock()
			return ctx, release, nil
		}
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// Stay counts how often the program has come to the front: who begins anew with
// the same number begins before the same eyes.
func (l *Life) Stay() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stays
}

// Beside runs f beside what has the journal until that is released, and returns
// the release that ends f first. A station may end by itself, in front of the
// operator: ctx goes on then.
func Beside(ctx context.Context, release func(), f func(ctx context.Context)) func() {
	ctx, end := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	return func() {
		end()
		running.Wait()
		release()
	}
}

// take hands out the journal. The lock is held.
func (l *Life) take(ctx context.Context) (context.Context, func()) {
	ctx, end := context.WithCancel(ctx)
	l.held, l.end = true, end
	return ctx, sync.OnceFunc(func() {
		end()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.held, l.end = false, nil
		l.tell()
	})
}
