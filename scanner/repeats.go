package scanner

import (
	"crypto/sha256"
	"time"
)

// RepeatWindow is how long the same code in front of a camera is one scan.
const RepeatWindow = 5 * time.Second

// Repeats tells a code that is still being held up from one shown again. A
// camera sees each code thirty times a second; only the first is a scan, and
// the window slides for as long as the code stays in view.
//
// It remembers digests in memory only and at most as many as one window
// holds. The zero value is ready; it is not safe for concurrent use.
type Repeats struct {
	Window time.Duration // 0 means RepeatWindow
	seen   map[[32]byte]time.Duration
}

// Fresh reports whether payload is a new scan at since (time since boot: a
// wall clock may jump).
func (r *Repeats) Fresh(payload []byte, since time.Duration) bool {
	window := r.Window
	if window == 0 {
		window = RepeatWindow
	}
	if r.seen == nil {
		r.seen = make(map[[32]byte]time.Duration)
	}
	for d, at := range r.seen {
		if since-at >= window {
			delete(r.seen, d)
		}
	}
	d := sha256.Sum256(payload)
	_, again := r.seen[d]
	r.seen[d] = since
	return !again
}
