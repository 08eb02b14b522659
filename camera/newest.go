package camera

import (
	"context"
	"sync"
	"time"
)

// Newest hands values from a fast producer to a slow consumer, who gets the
// newest and never waits for an old one. There are two buffers for the life of
// it: the consumer holds one while the producer fills the other, over and over
// if need be; Take swaps them. So memory stays bounded, nothing is allocated in
// the loop, and neither side ever sees a half-written value.
//
// One producer, one consumer. The zero value is ready.
type Newest[T any] struct {
	mu      sync.Mutex
	buffers [2]T
	held    int // index of the consumer's buffer
	fresh   bool
	ready   chan struct{}
}

func (n *Newest[T]) signal() chan struct{} {
	if n.ready == nil {
		n.ready = make(chan struct{}, 1)
	}
	return n.ready
}

// Put lets fill write the next value into the spare buffer, over whatever the
// consumer has not taken. fill must not keep the pointer.
func (n *Newest[T]) Put(fill func(*T)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fill(&n.buffers[1-n.held])
	n.fresh = true
	select {
	case n.signal() <- struct{}{}:
	default:
	}
}

// Take waits for a value newer than the last one taken. The pointer is valid
// until the next Take. It returns the context's cause when that ends first.
func (n *Newest[T]) Take(ctx context.Context) (*T, error) {
	for {
		n.mu.Lock()
		ready := n.signal()
		if n.fresh {
			n.fresh = false
			n.held = 1 - n.held
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
