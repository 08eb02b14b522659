//go:build !linux

package station

import "time"

// sinceBoot falls back to the time since this process started.
func sinceBoot() time.Duration { return time.Since(started) }

var started = time.Now()
