package qr

import (
	"cmp"
	"math"
	"slices"
)

// reader reads the symbols that triples of finder patterns promise.
type reader struct {
	src        *plane
	inverted   bool
	point      float32 // where not 0: one threshold for all modules
	grid       grid
	words      codewords
	layouts    [41]*layout
	unblurrer  unblurrer
	pairs      []pair
	sizings    []size
	nodes      []float64
	off        []vector
	known      []bool
	meshNodes  []float64
	meshOff    []vector
	top, left  track
	traceNodes []float64
	traceOff   []vector
	menders    int // how often a frame may still be mended
	tracers    int // and how often followed along timing patterns
	meter      *meter
}

// size is one size a symbol may have.
type size struct {
	warp     warp
	timing   float64
	contrast float64
}

func (r *reader) layout(version int) *layout {
	if r.layouts[version] == nil {
		r.layouts[version] = newLayout(version)
	}
	return r.layouts[version]
}

// found is a symbol of one rung, in the pixels of the frame.
type found struct {
	corners  [4][2]float64
	finders  [3][2]float64 // centres of the finder patterns
	message  message
	version  int
	ecc      string
	mirrored bool
	inverted bool
	err      error
	sight    Sight
}

// read tries to read one triple in a frame. ok is false where there is no symbol
// at all; otherwise found tells what was read, or why not.
func (r *reader) read(src *plane, t *triple, e effort) (f found, ok bool) {
	r.src, r.inverted = src, t.corner.inverted
	f = found{inverted: r.inverted, finders: t.finders(), err: ErrFormat}
	if f, ok = r.readFlat(f, t, e); f.err == nil || e == quick || r.meter.over() {
		return f, ok
	}
	if read, certain := r.readTraced(&f, t, e); read || certain {
		return f, true
	}
	return f, ok
}

// readFlat reads a triple as a symbol on plain ground, or nearly.
func (r *reader) readFlat(f found, t *triple, e effort) (found, bool) {
	r.measure(t, e)
	if len(r.sizings) == 0 {
		return f, false
	}
	limit, least := 1, 0.22
	if e > quick {
		limit = 3
	}
	if t.cost < 0.35 {
		least = 0.1
	}
	if r.sizings[0].timing < least {
		f.version, f.corners = (r.sizings[0].warp.side-17)/4, r.sizings[0].warp.corners()
	}
	for i := range r.sizings[:min(limit, len(r.sizings))] {
		g := r.sizings[i]
		if g.timing < least || i > 0 && r.meter.over() {
			break
		}
		version := (g.warp.side - 17) / 4
		if i == 0 {
			f.version, f.corners = version, g.warp.corners()
		}
		if r.readAs(&f, t, g, e) {
			return f, true
		}
		if e == quick && g.timing < 0.3 {
			return f, false
		}
	}
	return f, true
}

// measure lists the sides a triple's symbol may have, those first whose timing
// patterns show best.
func (r *reader) measure(t *triple, e effort) {
	r.sizings = r.sizings[:0]
	middle := int(math.Round((t.modules - 17) / 4))
	contrast := 1.0
	reach := 1 + middle/8
	if e > quick {
		reach = 2 + middle/5
	}
	for version := max(1, middle-reach); version <= min(40, middle+reach); version++ {
		side := 17 + 4*version
		if !r.meter.spend(6000 + 30*side) {
			r.sizings = r.sizings[:0]
			return
		}
		r.pairs = t.pairs(r.pairs, float64(side))
		h, ok := fit(r.pairs, float64(side), 2e-4)
		if !ok || !h.sane(float64(side)) {
			continue
		}
		g := size{warp: warp{flat: h, side: side}}
		g.contrast = r.contrast(&g.warp)
		contrast = max(contrast, g.contrast)
		r.sizings = append(r.sizings, g)
	}
	for i := range r.sizings {
		g := &r.sizings[i]
		g.timing = r.timing(&g.warp, contrast)
		// A side that the distances speak for needs less of the patterns.
		g.timing -= 0.02 * math.Abs(float64(g.warp.side)-t.modules) / 4
	}
	slices.SortStableFunc(r.sizings, func(a, b size) int { return cmp.Compare(b.timing, a.timing) })
}

// readAs reads a triple as a symbol of a given side.
func (r *reader) readAs(f *found, t *triple, g size, e effort) bool {
	side := g.warp.side
	l := r.layout((side - 17) / 4)
	if l == nil {
		return false
	}
	w := g.warp
	if k := len(l.centres); k > 0 {
		at := float64(l.centres[k-1]) + 0.5
		reach := 2.0
		if e > quick {
			reach = 4
		}
		p, good := r.alignment(&w, vector{at, at}, reach, g.contrast)
		if good > 0.45 {
			r.pairs = t.pairs(r.pairs, float64(side))
			r.pairs = append(r.pairs, pair{vector{at, at}, p, 8})
			if h, ok := fit(r.pairs, float64(side), 1e-4); ok && h.sane(float64(side)) {
				if r.readWarp(f, l, &warp{flat: h, side: side}, g, e) {
					return true
				}
				if e > quick {
					bent := warp{flat: h, side: side}
					if r.bend(l, &bent, g.contrast) && r.readWarp(f, l, &bent, g, e) {
						return true
					}
				}
				if e == quick {
					return false
				}
			}
		}
	}
	if r.readWarp(f, l, &w, g, e) {
		return true
	}
	if e > quick {
		bent := w
		if r.bend(l, &bent, g.contrast) {
			return r.readWarp(f, l, &bent, g, e)
		}
	}
	return false
}

// readWarp samples the grid under a warp and decodes it.
func (r *reader) readWarp(f *found, l *layout, w *warp, g size, e effort) bool {
	dense := density(w.module())
	if e == quick {
		dense = min(dense, 2)
	}
	if !r.grid.sample(r.src, w, r.inverted, dense, r.meter) {
		return false
	}
	for pass := range 2 {
		if pass == 0 {
			r.grid.decide(4)
		} else {
			r.grid.decide(3)
		}
		if r.decode(f, l, w, e) {
			return true
		}
		if e == quick {
			return false
		}
	}
	if r.point > 0 {
		// Pictures printed in many shades have no local contrast to go by.
		point := r.point
		if r.inverted {
			point = 255 - point
		}
		r.grid.divide(point)
		return r.decode(f, l, w, e)
	}
	if r.grid.likeness(l) < 0.25 || !r.meter.spend(decideUnits*w.side*w.side) {
		return false
	}
	if e == thorough && !w.mended && r.grid.likeness(l) > 0.5 && r.menders > 0 {
		r.menders--
		r.grid.decide(4)
		mended := *w
		if r.mend(l, &mended) {
			mended.mended = true
			if r.readWarp(f, l, &mended, g, e) {
				return true
			}
			if !r.grid.sample(r.src, w, r.inverted, dense, r.meter) {
				return false
			}
			r.grid.decide(4)
		}
	}
	for round := range 2 {
		if !r.unblurrer.unblur(&r.grid, l, round, r.meter) {
			return false
		}
		if r.decode(f, l, w, e) {
			return true
		}
	}
	return false
}

// decode reads the grid's soft decisions, as printed or else as in a mirror
// (ISO/IEC 18004 §6.2).
func (r *reader) decode(f *found, l *layout, w *warp, e effort) bool {
	least := float32(0.55)
	if e > quick {
		least = 0.35
	}
	if r.grid.likeness(l) < least {
		return false
	}
	if l.version >= 7 {
		if v, fit := r.grid.versionFit(); v != l.version && fit > 0.6 {
			return false
		}
	}
	for _, mirrored := range [...]bool{false, true} {
		first, second := r.grid.formats(mirrored)
		for k, form := range [...]format{first, second} {
			if form.fit < 0.4 || k > 0 && (e == quick || first.fit-form.fit > 0.3) {
				break
			}
			m, err := r.words.read(&r.grid, l, form, mirrored, e, r.meter)
			if err == nil {
				f.message, f.err, f.mirrored = m, nil, mirrored
				f.version, f.ecc, f.corners = l.version, levels[form.level], w.corners()
				if mirrored {
					f.corners[1], f.corners[3] = f.corners[3], f.corners[1]
				}
				return true
			}
			if f.err == ErrFormat || err == ErrContent {
				f.err, f.ecc, f.version, f.corners = err, levels[form.level], l.version, w.corners()
			}
		}
	}
	return false
}

func (t *triple) finders() [3][2]float64 {
	return [3][2]float64{{t.corner.at.x, t.corner.at.y}, {t.right.at.x, t.right.at.y}, {t.below.at.x, t.below.at.y}}
}

// place is about where a triple's symbol lies.
func (t *triple) place() found {
	far := t.right.at.plus(t.below.at).minus(t.corner.at)
	mid := t.right.at.plus(t.below.at).by(0.5)
	f := found{finders: t.finders(), version: int(math.Round((t.modules - 17) / 4))}
	grow := t.modules / (t.modules - 7)
	for i, p := range [...]vector{t.corner.at, t.right.at, far, t.below.at} {
		q := mid.plus(p.minus(mid).by(grow))
		f.corners[i] = [2]float64{q.x, q.y}
	}
	return f
}
