package downlink

import (
	"context"
	"math/rand/v2"
	"time"
)

// firstRetry is how long Run waits after a first failure; it doubles from
// there up to Config.Every.
const firstRetry = 15 * time.Second

// Run refreshes until ctx ends, and returns its error. It never gives up:
// what fails is reported to the Observer and tried again, the sooner the more
// recently things went well. The jitter keeps a province's devices from
// asking all at once when the power returns.
func (d *Downlink) Run(ctx context.Context) error {
	for failures := 0; ; {
		u, err := d.Refresh(ctx, d.config.Now())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			failures = 0
		} else {
			failures++
		}
		wait := d.wait(failures)
		if o := d.config.Observer; o != nil {
			o.Refreshed(u, err, wait)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		case <-d.nudge:
			timer.Stop()
		}
	}
}

// wait is Every after a success, and after failures the backoff; both within
// a quarter either way.
func (d *Downlink) wait(failures int) time.Duration {
	wait := d.config.Every
	if failures > 0 {
		if backoff := firstRetry << min(failures-1, 16); backoff < wait {
			wait = backoff
		}
	}
	return wait - wait/4 + rand.N(wait/2+1)
}
