package main

import (
	"context"
	"time"
)

// answers reports whether the window still draws: it asks for a frame and
// waits for it. A window that hangs is never heard of again, and systemd
// starts the program anew.
func (k *kiosk) answers(ctx context.Context) bool {
	before := k.frames.Load()
	k.window.Invalidate()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for k.frames.Load() == before {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}
