package camera

import (
	"context"
	"sync"
)

// A Remote works cameras while they run: it closes them while nobody looks, so
// that other programs may have them and the battery lasts, and switches their
// lamps. One serves all the cameras of a program. The zero value lets them run
// and leaves the lamp to their Controls. It is safe for concurrent use.
type Remote struct {
	mu      sync.Mutex
	paused  bool
	lamp    bool
	worked  bool          // the lamp was switched here
	changed chan struct{} // closed when paused changes
}

// Pause has Keep close its camera, or open it again. It does not wait for that.
func (r *Remote) Pause(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.paused == on {
		return
	}
	r.paused = on
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// Torch switches the lamp, from the next frame on, where there is one.
func (r *Remote) Torch(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lamp, r.worked = on, true
}

// torch is whether the lamp shall be on, where the settings say otherwise.
func (r *Remote) torch(otherwise bool) bool {
	if r == nil {
		return otherwise
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.worked {
		return otherwise
	}
	return r.lamp
}

// until waits for a pause or its end, or for the context's.
func (r *Remote) until(ctx context.Context, paused bool) {
	for {
		r.mu.Lock()
		if r.paused == paused {
			r.mu.Unlock()
			return
		}
		if r.changed == nil {
			r.changed = make(chan struct{})
		}
		changed := r.changed
		r.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// between calls run again after every pause, each time with a context that a
// pause ends, until run ends by itself or ctx does.
func (r *Remote) between(ctx context.Context, run func(context.Context) error) error {
	if r == nil {
		return run(ctx)
	}
	for {
		r.until(ctx, false)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		running, stop := context.WithCancel(ctx)
		var watching sync.WaitGroup
		watching.Go(func() {
			r.until(running, true)
			stop()
		})
		err := run(running)
		paused := running.Err() != nil && ctx.Err() == nil
		stop()
		watching.Wait()
		if !paused || err != context.Canceled {
			return err
		}
	}
}
