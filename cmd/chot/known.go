package main

import (
	"context"
	"sync"
	"time"
)

// patience is how long a window waits for what the device knows before its first
// frame: a journal opens in some milliseconds, and an empty screen says nothing
// while one that knows nothing yet would say that there is no list.
const patience = time.Second

// known is said once: the model has what the device knows from its folder, with
// no connection, or why it cannot know.
type known struct {
	once sync.Once
	made sync.Once
	done chan struct{}
}

func (k *known) channel() chan struct{} {
	k.made.Do(func() { k.done = make(chan struct{}) })
	return k.done
}

func (k *known) say() { k.once.Do(func() { close(k.channel()) }) }

// wait waits until it is said, at most so long.
func (k *known) wait(ctx context.Context, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-k.channel():
	case <-timer.C:
	case <-ctx.Done():
	}
}
