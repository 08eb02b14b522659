package qr

import (
	"image"
	"time"

	"github.com/makiuchi-d/gozxing/common/reedsolomon"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// pass is one climb of the ladder.
type pass struct {
	still    bool
	deadline time.Time
}

func (p *pass) over() bool { return !p.still && !time.Now().Before(p.deadline) }

// scanner searches one picture in black and white.
type scanner struct {
	bits       bitmap
	runs       []int32
	candidates []triple
	solomon    *reedsolomon.ReedSolomonDecoder
	fresh      bool // bits hold the local thresholds of the frame itself
}

// found is a symbol of one rung, in the pixels of the picture before scaling.
type found struct {
	corners  [4][2]float64
	finders  [3][2]float64 // centres of the finder patterns
	message  message
	version  int
	ecc      string
	mirrored bool
	inverted bool
	err      error
}

// rung is one way of looking at a frame.
type rung struct {
	scale     float64 // frame pixels per picture pixel
	step      int     // rows between two looked at; 0: as coarse as the height allows
	thorough  bool    // try neighbouring sizes where the estimate fails
	inverted  bool
	stillOnly bool
	prepare   func(*Decoder, *image.Gray) bool
}

var ladder = []rung{
	{scale: 1, prepare: (*Decoder).prepareLocal},
	{scale: 1, step: 2, thorough: true, prepare: (*Decoder).prepareLocal},
	{scale: 2, step: 2, thorough: true, prepare: (*Decoder).prepareHalf},
	{scale: 1, step: 2, thorough: true, prepare: (*Decoder).prepareGlobal},
	{scale: 1, step: 3, inverted: true, prepare: (*Decoder).prepareInverted},
	{scale: 0.5, step: 2, thorough: true, stillOnly: true, prepare: (*Decoder).prepareDouble},
	{scale: 2, step: 2, thorough: true, inverted: true, stillOnly: true, prepare: (*Decoder).prepareInvertedHalf},
}

// climb tries the rungs in turn.
func (d *Decoder) climb(gray *image.Gray, p *pass) {
	d.scan.fresh = false
	if p.still {
		for i := range ladder {
			d.try(&ladder[i], gray, p)
		}
		return
	}
	d.try(&ladder[0], gray, p)
	for range len(ladder) - 1 {
		if p.over() || d.satisfied() {
			return
		}
		if d.next <= 0 || d.next >= len(ladder) {
			d.next = 1
		}
		r := &ladder[d.next]
		d.next++
		if !r.stillOnly {
			d.try(r, gray, p)
		}
	}
}

// satisfied reports whether a live frame has given what it holds: something was
// read, and nothing that was seen is left unread.
func (d *Decoder) satisfied() bool {
	read := 0
	for i := range d.found {
		if d.found[i].err == nil {
			read++
		}
	}
	if read == 0 {
		return false
	}
	for i := range d.found {
		if d.found[i].err != nil && !d.covered(&d.found[i]) {
			return false
		}
	}
	return true
}

// covered reports whether a place belongs to a symbol that was already read.
func (d *Decoder) covered(f *found) bool {
	for i := range d.found {
		if d.found[i].err == nil && f.within(&d.found[i]) {
			return true
		}
	}
	return false
}

// try climbs one rung. gozxing indexes without checks in places that odd input
// reaches, so a panic there is a symbol not decoded, and the rungs go on.
func (d *Decoder) try(r *rung, gray *image.Gray, p *pass) {
	defer func() {
		if recover() != nil {
			d.scan.fresh = false
		}
	}()
	if !r.prepare(d, gray) {
		return
	}
	s := &d.scan
	step := r.step
	if step == 0 {
		// As gozxing: fine enough for a symbol of 97 modules that fills a
		// quarter of the height.
		step = max(3, 3*s.bits.height/(4*97))
	}
	centres := s.centres(step)
	if len(centres) < 3 {
		return
	}
	limit := maxTriples
	if !p.still {
		limit = maxLiveTriples
	}
	used := make(map[*detector.FinderPattern]bool, 3)
	for i, t := range s.triples(centres, limit) {
		if used[t.topLeft] || used[t.topRight] || used[t.bottomLeft] {
			continue
		}
		if d.attempt(r, t) {
			used[t.topLeft], used[t.topRight], used[t.bottomLeft] = true, true, true
		}
		// The first rung has its few likeliest whatever the budget: without
		// them a slow machine would never read anything.
		if p.over() && (r != &ladder[0] || i >= firstTriples) {
			return
		}
	}
}

// attempt reads one triple and notes what comes of it. It reports whether the
// symbol was read.
func (d *Decoder) attempt(r *rung, t triple) (read bool) {
	defer func() {
		if recover() != nil {
			read = false
		}
	}()
	if guess := t.guess(r.scale); d.covered(&guess) {
		return false
	}
	f, ok := d.scan.read(t, r.thorough)
	if !ok {
		return false
	}
	for i := range f.corners {
		f.corners[i][0] *= r.scale
		f.corners[i][1] *= r.scale
	}
	f.finders, f.inverted = t.finders(r.scale), r.inverted
	if !finite(f.corners) {
		return false
	}
	if f.err == nil || t.certain() {
		d.found = append(d.found, f)
	}
	return f.err == nil
}

func (d *Decoder) prepareLocal(gray *image.Gray) bool {
	if !d.scan.fresh {
		d.scan.fresh = d.scan.bits.local(gray)
	}
	return d.scan.fresh
}

func (d *Decoder) prepareGlobal(gray *image.Gray) bool {
	d.scan.fresh = false
	return d.scan.bits.global(gray)
}

func (d *Decoder) prepareInverted(gray *image.Gray) bool {
	d.scan.fresh = false
	invert(&d.inverted, gray)
	return d.scan.bits.local(&d.inverted)
}

func (d *Decoder) prepareHalf(gray *image.Gray) bool {
	d.scan.fresh = false
	if min(gray.Rect.Dx(), gray.Rect.Dy()) < 2*minSide {
		return false
	}
	reduce(&d.scaled, gray, 2)
	return d.scan.bits.local(&d.scaled)
}

func (d *Decoder) prepareInvertedHalf(gray *image.Gray) bool {
	d.scan.fresh = false
	if min(gray.Rect.Dx(), gray.Rect.Dy()) < 2*minSide {
		return false
	}
	reduce(&d.scaled, gray, 2)
	invert(&d.inverted, &d.scaled)
	return d.scan.bits.local(&d.inverted)
}

// prepareDouble declines pictures that have pixels enough.
func (d *Decoder) prepareDouble(gray *image.Gray) bool {
	d.scan.fresh = false
	if gray.Rect.Dx()*gray.Rect.Dy() > maxLivePixels {
		return false
	}
	double(&d.scaled, gray)
	return d.scan.bits.local(&d.scaled)
}
