package scanner

import "time"

// Stages are how long the parts of one scan took.
type Stages struct {
	Open   time.Duration // recognising, parsing and verifying the payload
	Lookup time.Duration // asking the signed list
	Prior  time.Duration // asking what the journal remembers
	Decide time.Duration
	Append time.Duration // sealing the entry and waiting until it is on disk
}

// lap returns the time since at, and begins the next.
func lap(at *time.Time) time.Duration {
	now := time.Now()
	took := now.Sub(*at)
	*at = now
	return took
}
