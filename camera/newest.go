package camera

import (
	"context"
	"sync"
	"time"
)

// Newest hands values from a fast producer to a slow consumer, who gets the
// newest and never waits for an old one. There are three buffers for the life of
// it: one the consumer holds, one the producer fills, and the newest between
// them, which each side swaps for its own. So memory stays bounded, nothing is
// allocated in the loop, neither side waits while the other works, and neither
// ever sees a half-written value.
//
// One producer, one consumer. The zero value is ready.
type Newest[T any] struct {
	mu                   sync.Mutex
	buffers              [3]T
	held, newest, filled int // indexes of them
	fresh                bool
	ready                chan struct{} // nil: not begun
}

// begin makes the zero value ready; the caller holds the lock.
func (n *Newest[T]) begin() {
	if n.ready == nil {
		n.held, n.newest, n.filled = 0, 1, 2
		n.ready = make(chan struct{}, 1)
	}
}

// Put lets fill write the next value into the producer's buffer, over an older
// one, and hands it over if fill returns no error; else it returns that. fill may take its time, and must not keep the pointer.
func (n *Newest[T]) Put(fill func(*T) error) error {
	n.mu.Lock()
	n.begin()
	v := &n.buffers[n.filled]
	n.mu.Unlock()
	if err := fill(v); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.newest, n.filled = n.filled, n.newest
	n.fresh = true
	select {
	case n.ready <- struct{}{}:
	default:
	}
	return nil
}

// Take waits for a value newer than the last one taken. The pointer is valid
// until the next Take. It returns the context's cause when that ends first.
func (n *Newest[T]) Take(ctx context.Context) (*T, error) {
	for {
		n.mu.Lock()
		n.begin()
		ready := n.ready
		if n.fresh {
			n.fresh = false
			n.held, n.newest = n.newest, n.held
			v := &n.buffers[n.held]
			n.mu.Unlock()
			return v, nil
		}
		n.mu.Unlock()
		select {
		case <-ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// raw is a frame as a driver or a stream gave it.
type raw struct {
	bytes []byte
	bad   bool // flagged by the driver
	at    time.Time
	seq   uint64
}
