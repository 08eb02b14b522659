package station

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot includes the time the machine slept (CLOCK_BOOTTIME, clock_gettime(2)).
func sinceBoot() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return time.Since(started)
	}
	return time.Duration(ts.Nano())
}

var started = time.Now()
