package uplink

import (
	"math/rand/v2"
	"time"
)

// A pause grows with each failure and is spread at random, so that a hundred
// devices do not all come back at the same moment. It never gives up.
type pause struct {
	max      time.Duration
	failures int
}

func (p *pause) reset() { p.failures = 0 }

func (p *pause) next() time.Duration {
	d := p.max
	if p.failures < 20 {
		d = min(time.Second<<p.failures, p.max)
		p.failures++
	}
	return d/2 + rand.N(d/2+1)
}

// Bounds of a batch, in bytes of entries before packing, which halves them.
// A 2G link of 40 kbit/s carries the smallest in half a second and the first
// in about seven.
const (
	smallestBatch = 4 << 10
	firstBatch    = 64 << 10
	largestBatch  = 4 << 20
)

// A batch is how much to send at once: what the link carries in a few
// seconds, so that a cut costs little.
type batch struct{ limit int }

// halve is for a bundle that is over somebody's limit. It reports false when
// nothing smaller can be made: a journal returns at least one entry.
func (b *batch) halve() bool {
	if b.limit == 1 {
		return false
	}
	b.limit /= 2
	return true
}

// cut is for a link that failed under way: smaller, but not so small that a
// long outage makes the return slow.
func (b *batch) cut() {
	if b.limit > smallestBatch {
		b.limit = max(b.limit/2, smallestBatch)
	}
}

// sent grows a batch that was full and quick.
func (b *batch) sent(bytes int, took time.Duration) {
	if bytes >= b.limit/2 && took < 5*time.Second {
		b.limit = min(b.limit*2, largestBatch)
	}
}

// bytesOf is what a batch counts.
func bytesOf(entries [][]byte) (n int) {
	for _, e := range entries {
		n += len(e)
	}
	return n
}
