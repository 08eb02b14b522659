package qr

import "math"

// A thumb, a fold or a lamp may hide one finder pattern. The other two, and the
// timing pattern between them, still tell where it must be.

// How many guesses of a third pattern a frame may have.
const (
	maxCouples     = 30
	maxLiveCouples = 12
)

// couples reads symbols of which only two finder patterns were found.
func (d *Decoder) couples(src *plane, r *rung) {
	f := d.search.finders
	if len(f) < 2 || len(f) > 14 {
		return
	}
	d.reader.src, d.reader.inverted = src, false
	for i := range f {
		for j := i + 1; j < len(f); j++ {
			if !f[i].alike(&f[j]) || f[i].inverted || f[i].count < 2 || f[j].count < 2 {
				continue
			}
			a, b := f[i], f[j]
			a.zoom(r.scale)
			b.zoom(r.scale)
			if m := between(&a, &b); m < 10 || m > 240 || d.located(&a, &b) {
				continue
			}
			way := b.at.minus(a.at)
			switch x, y := a.askew(way), b.askew(way); {
			case x < 0.25 && y < 0.25:
				d.side(src, &a, &b)
			case x > 0.45 && y > 0.45:
				d.diagonal(src, &a, &b)
			}
			if d.couplings <= 0 || d.meter.over() {
				return
			}
		}
	}
}

// located reports whether two patterns belong to a symbol that was seen whole,
// read or not: its third pattern is no riddle.
func (d *Decoder) located(a, b *finder) bool {
	for i := range d.found {
		near := 0
		for _, p := range d.found[i].finders {
			at := vector{p[0], p[1]}
			if at.distance(a.at) < 2*a.size || at.distance(b.at) < 2*b.size {
				near++
			}
		}
		if near == 2 {
			return true
		}
	}
	return false
}

// side takes two patterns for those of one side of a symbol.
func (d *Decoder) side(src *plane, a, b *finder) {
	way := b.at.minus(a.at)
	for _, down := range [...]vector{{-way.y, way.x}, {way.y, -way.x}} {
		// The timing pattern runs along the inner edge.
		if !d.reader.follow(&d.reader.top, a, b, way, down) {
			continue
		}
		n := len(d.reader.top.middles) + 14
		_, va := a.facing(way, down)
		_, vb := b.facing(way, down)
		// Perspective narrows both sides alike.
		third := va.plus(vb).by(float64(n-7) / 2)
		d.guess(src, a, b, a.at.plus(third), n)
		d.guess(src, b, a, b.at.plus(third), n)
	}
}

// diagonal takes two patterns for those beside the corner's.
func (d *Decoder) diagonal(src *plane, a, b *finder) {
	way := b.at.minus(a.at)
	m, o := a.modules(way), b.modules(way)
	n := (math.Abs(m.x) + math.Abs(m.y) + math.Abs(o.x) + math.Abs(o.y)) / 4
	version := int(math.Round((n + 7 - 17) / 4))
	for k := max(version-1, 1); k <= min(version+1, 40); k++ {
		d.hidden(src, a, b, a.at.plus(a.u.by(m.x)), 17+4*k)
		d.hidden(src, a, b, a.at.plus(a.v.by(m.y)), 17+4*k)
	}
}

// guess reads a symbol with a known corner and one other pattern.
func (d *Decoder) guess(src *plane, corner, other *finder, third vector, side int) {
	c := *corner
	c.at, c.count, c.error = third, 2, 0.5
	t := triple{corner: *corner, right: *other, below: c, modules: float64(side)}
	if other.at.minus(corner.at).cross(third.minus(corner.at)) < 0 {
		t.right, t.below = c, *other
		d.settle(src, &t, &t.right, side)
		return
	}
	d.settle(src, &t, &t.below, side)
}

// hidden reads a symbol whose corner is guessed.
func (d *Decoder) hidden(src *plane, a, b *finder, corner vector, side int) {
	c := *a
	c.at, c.count, c.error = corner, 2, 0.5
	t := triple{corner: c, right: *a, below: *b, modules: float64(side)}
	if a.at.minus(corner).cross(b.at.minus(corner)) < 0 {
		t.right, t.below = *b, *a
	}
	d.settle(src, &t, &t.corner, side)
}

// settle moves the guessed pattern to where the timing patterns show best, and
// reads.
func (d *Decoder) settle(src *plane, t *triple, guessed *finder, side int) {
	if d.couplings <= 0 {
		return
	}
	if where := t.place(); d.covered(&where) {
		return
	}
	d.couplings--
	r := &d.reader
	home := guessed.at
	u, v := guessed.u, guessed.v
	best, at := 0.0, home
	reach := 1 + float64(side)/16
	contrast := 0.0
	for round := range 2 {
		centre := at
		for y := -4.0; y <= 4; y++ {
			if !r.meter.spend(9 * (3000 + 30*side)) {
				return
			}
			for x := -4.0; x <= 4; x++ {
				guessed.at = centre.plus(u.by(x * reach / 4)).plus(v.by(y * reach / 4))
				r.pairs = t.pairs(r.pairs, float64(side))
				h, ok := fit(r.pairs, float64(side), 2e-4)
				if !ok || !h.sane(float64(side)) {
					continue
				}
				w := warp{flat: h, side: side}
				if contrast == 0 {
					contrast = max(r.contrast(&w), 30)
				}
				if s := r.timing(&w, contrast) - 0.01*math.Hypot(x, y); s > best {
					best, at = s, guessed.at
				}
			}
		}
		if reach /= 4; best < 0.25 || round == 1 {
			break
		}
	}
	guessed.at = at
	if best < 0.3 {
		return
	}
	f := found{finders: t.finders(), err: ErrFormat}
	if f, _ = r.readFlat(f, t, thorough); f.err == nil && finite(f.corners) {
		d.found = append(d.found, f)
	}
}
