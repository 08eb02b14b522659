package uplink

import (
	"math/rand/v2"
	"time"
)

// A pause grows with each failure and is spread at random, so that a hundred
// devices do not all come back at the same moment. It never gives up. Links are
// cut now and then: a cut after something got through costs a quarter of a
// second at most.
type pause struct {
	max      time.Duration
	failures int
	rng      *rand.Rand // nil: the process's own
}

func (p *pause) reset() { p.failures = 0 }

// next is the pause after one more failure; cut says that the link was cut
// while it worked.
func (p *pause) next(cut bool) time.Duration {
	if cut && p.failures == 0 {
		p.failures++
		return p.spread(time.Second / 4)
	}
	d := p.max
	if p.failures < 20 {
		d = min(time.Second<<p.failures, p.max)
		p.failures++
	}
	return d/2 + p.spread(d/2)
}

// spread is a random part of d.
func (p *pause) spread(d time.Duration) time.Duration {
	if p.rng != nil {
		return time.Duration(p.rng.Int64N(int64(d) + 1))
	}
	return rand.N(d + 1)
}

// Bounds of a batch, in bytes of entries before packing, which halves them.
// A 2G link of 40 kbit/s carries the smallest in half a second and the first
// in about four.
const (
	smallestBatch = 4 << 10
	firstBatch    = 32 << 10
	largestBatch  = 4 << 20
)

// aim is how long a bundle should be on its way: what a cut costs is half of
// it, and what bundles cost beside their entries (a head, a request: some 300
// bytes) is some 3 % of it at 40 kbit/s.
const aim = 2 * time.Second

// fast is the rate, in bytes of entries a second, from which bundles are worth
// sending one by one: what a slower link carries in a round trip is too much
// to lose.
const fast = 256 << 10

// A batch is how much to send at once: what the link carries in aim.
type batch struct {
	limit  int
	most   int     // limit never grows beyond it
	rate   float64 // of the link, in bytes of entries a second, 0 while unknown
	failed bool    // the last exchange did
}

// newBatch begins small, and stays below most; 0 is the largest there is.
func newBatch(most int) batch {
	if most <= 0 || most > largestBatch {
		most = largestBatch
	}
	return batch{limit: min(firstBatch, most), most: most}
}

// abreast is how many bundles may be on their way at once: on a slow link two,
// so that it does not stand idle for a round trip after each.
func (b *batch) abreast() int {
	if 0 < b.rate && b.rate < fast {
		return 2
	}
	return 1
}

// halve is for a bundle that is over somebody's limit. It reports false when
// nothing smaller can be made: a journal returns at least one entry.
func (b *batch) halve() bool {
	if b.limit == 1 {
		return false
	}
	b.limit /= 2
	return true
}

// cut is for a link that failed under way. Links are cut now and then; when it
// fails again before anything got through, less may pass, but not so little
// that a long outage makes the return slow.
func (b *batch) cut() {
	if b.failed && b.limit > smallestBatch {
		b.limit = max(b.limit/2, smallestBatch)
	}
	b.failed = true
}

// sent learns from a batch that got through: what the link carries, if the
// batch was full.
func (b *batch) sent(bytes int, took time.Duration) {
	connecting := b.failed
	b.failed = false
	if bytes < b.limit/2 || connecting && b.rate > 0 {
		return
	}
	rate := float64(bytes) / max(took, time.Millisecond).Seconds()
	if b.rate > 0 {
		rate = (rate + b.rate) / 2
	}
	b.rate = rate
	// A step at a time: the first exchange had to connect.
	want := max(int(min(rate*aim.Seconds(), largestBatch)), smallestBatch)
	b.limit = min(max(want, b.limit/2), b.limit*2, b.most)
}

// bytesOf is what a batch counts.
func bytesOf(entries [][]byte) (n int) {
	for _, e := range entries {
		n += len(e)
	}
	return n
}
