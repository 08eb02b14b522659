package qr

import (
	"cmp"
	"math"
	"slices"
)

// codewords turns soft modules into a message.
type codewords struct {
	solomon  solomon
	words    []uint8
	trust    []float32 // of each word: its least sure bit
	block    []uint8
	received []uint8
	places   []int
	stream   []byte
}

// effort says how far reading one grid may go.
type effort int

const (
	quick    effort = iota // the first rung's
	thorough               // doubtful formats, erasures
)

// read reads the message of a grid under one reading of its format.
// (ISO/IEC 18004 §7.5, §7.6)
func (c *codewords) read(g *grid, l *layout, f format, mirrored bool, e effort, m *meter) (message, error) {
	total := len(l.order) / 8
	if !m.spend(50 * total) {
		return message{}, ErrDamaged
	}
	c.words, c.trust = grow(c.words, total), grow(c.trust, total)
	n := l.side
	for i := range total {
		var word uint8
		least := float32(9)
		for _, at := range l.order[8*i:][:8] {
			x, y := int(at)%n, int(at)/n
			flip := masked(f.mask, x, y)
			if mirrored {
				at = int32(x*n + y)
			}
			s := g.soft[at]
			word <<= 1
			if s > 0 != flip {
				word |= 1
			}
			least = min(least, max(s, -s))
		}
		c.words[i], c.trust[i] = word, least
	}
	b := l.blocks[f.level]
	c.stream = c.stream[:0]
	blocks := b.short + b.long
	hard := false
	for k := range blocks {
		data := b.words
		if k >= b.short {
			data++
		}
		c.gather(k, blocks, data, b)
		spare := b.check - reserved(l.version, levels[f.level])
		m.spend(correctUnits * len(c.block) * b.check)
		if _, ok := c.solomon.correct(c.block, b.check, spare, nil); !ok {
			if e == quick || !c.erase(b.check, spare, m) {
				return message{}, ErrDamaged
			}
			hard = true
		}
		c.stream = append(c.stream, c.block[:data]...)
	}
	said, pads, err := parseStream(c.stream, l.version)
	if err == nil && hard && !pads {
		return message{}, ErrDamaged
	}
	return said, err
}

// correctUnits is what it costs to correct a block, for each of its codewords and
// each of those that check it.
const correctUnits = 4

// gather takes one block's codewords out of the interleaved sequence
// (ISO/IEC 18004 §7.6); places keeps where they came from.
func (c *codewords) gather(k, blocks, data int, b split) {
	c.block = grow(c.block, data+b.check)
	c.places = grow(c.places, data+b.check)
	at := 0
	put := func(from int) {
		c.block[at], c.places[at] = c.words[from], from
		at++
	}
	for i := range b.words {
		put(i*blocks + k)
	}
	if data > b.words {
		put(b.words*blocks + k - b.short)
	}
	first := b.words*blocks + b.long
	for i := range b.check {
		put(first + i*blocks + k)
	}
}

// erase corrects a block with its least sure codewords as erasures, more and
// more of them (Forney's generalised minimum distance decoding). So that it
// cannot make up a message, some of the code's distance is never given to
// erasures, and what is corrected must have been doubtful.
func (c *codewords) erase(check, spare int, m *meter) bool {
	n := len(c.block)
	c.received = append(c.received[:0], c.block...)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(c.trust[c.places[a]], c.trust[c.places[b]])
	})
	for count := 2; count < spare && count < n; count += 2 {
		if !m.spend(correctUnits * n * check) {
			break
		}
		copy(c.block, c.received)
		errors, ok := c.solomon.correct(c.block, check, spare, order[:count])
		if ok && doubt(n-count, check-count, errors) < -28 && c.plausible(order) {
			return true
		}
	}
	copy(c.block, c.received)
	return false
}

// factorials are the logarithms to base 2 of n!.
var factorials = func() (f [256]float64) {
	for i := 1; i < len(f); i++ {
		f[i] = f[i-1] + math.Log2(float64(i))
	}
	return f
}()

// doubt is the logarithm to base 2 of the probability that a word of noise lies
// within so many errors of a codeword.
func doubt(words, check, errors int) float64 {
	return factorials[words] - factorials[errors] - factorials[words-errors] + 8*float64(errors-check)
}

// plausible reports whether the corrected words of a block are among its less
// sure ones.
func (c *codewords) plausible(order []int) bool {
	var sum, worst float32
	changed := 0
	for i, w := range c.block {
		if w != c.received[i] {
			sum += min(c.trust[c.places[i]], 1)
			changed++
		}
	}
	for i := range changed {
		worst += min(c.trust[c.places[order[len(order)-1-i]]], 1)
	}
	return sum < 0.55*worst
}

// reserved is p of ISO/IEC 18004 table 9: codewords of the smallest symbols
// that protect against misdecoding instead of correcting.
func reserved(version int, ecc string) int {
	switch {
	case version == 1 && ecc == "L":
		return 3
	case version == 1 && ecc == "M", version == 2 && ecc == "L":
		return 2
	case version == 1, version == 3 && ecc == "L":
		return 1
	}
	return 0
}
