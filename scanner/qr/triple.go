package qr

import (
	"cmp"
	"math"
	"slices"
)

// triple is three finder patterns that may belong to one symbol, in pixels of
// the frame.
type triple struct {
	corner, right, below finder  // top-left, top-right, bottom-left
	modules              float64 // estimate of the symbol's side
	cost                 float64 // how far from a square corner, 0 at best
}

const (
	maxCentres     = 48 // finder patterns of which every three are combined
	nearest        = 16 // of more, how many around one are
	maxLiveTriples = 20
	maxTriples     = 90
)

// triples lists the likely symbols among the finder patterns, best first.
func (s *search) triples(dst []triple, scale float64) []triple {
	f := s.finders
	s.ranks = s.ranks[:0]
	if len(f) > maxCentres {
		s.neighbours()
	} else {
		for i := range f {
			for j := i + 1; j < len(f); j++ {
				if !f[i].alike(&f[j]) {
					continue
				}
				if !s.meter.spend(80 * (len(f) - j)) {
					return dst[:0]
				}
				for k := j + 1; k < len(f); k++ {
					if f[i].alike(&f[k]) && f[j].alike(&f[k]) {
						if r, ok := arrange(f, i, j, k); ok {
							s.ranks = append(s.ranks, r)
						}
					}
				}
				if len(s.ranks) > 8*maxTriples {
					s.rank()
				}
			}
		}
	}
	s.rank()
	dst = dst[:0]
	for _, r := range s.ranks {
		dst = append(dst, triple{corner: f[r.corner], right: f[r.right], below: f[r.below], modules: r.modules, cost: r.cost})
		t := &dst[len(dst)-1]
		t.corner.zoom(scale)
		t.right.zoom(scale)
		t.below.zoom(scale)
	}
	return dst
}

// ranked is a triple by its patterns' numbers.
type ranked struct {
	corner, right, below int
	modules, cost        float64
}

// rank keeps the best triples, the first of equals first.
func (s *search) rank() {
	slices.SortStableFunc(s.ranks, func(a, b ranked) int { return cmp.Compare(a.cost, b.cost) })
	s.ranks = s.ranks[:min(len(s.ranks), max(4*maxTriples, 12*len(s.finders)))]
}

// neighbours ranks, in a crowd of patterns, each as the corner between two of
// those nearest to it: all triples would grow with the third power.
func (s *search) neighbours() {
	f := s.finders
	for i := range f {
		if !s.meter.spend(30*len(f) + 80*nearest*nearest/2) {
			return
		}
		s.beside = s.beside[:0]
		for j := range f {
			if j == i || !f[i].alike(&f[j]) {
				continue
			}
			b := beside{j, f[i].at.distance(f[j].at)}
			if b.away < 10*f[i].size/1.5 || len(s.beside) == nearest && b.away >= s.beside[nearest-1].away {
				continue
			}
			if len(s.beside) < nearest {
				s.beside = append(s.beside, b)
			}
			at := len(s.beside) - 1
			for at > 0 && s.beside[at-1].away > b.away {
				s.beside[at] = s.beside[at-1]
				at--
			}
			s.beside[at] = b
		}
		for x, p := range s.beside {
			for _, q := range s.beside[x+1:] {
				if !f[p.finder].alike(&f[q.finder]) {
					continue
				}
				if r, ok := arrange(f, i, p.finder, q.finder); ok && r.corner == i {
					s.ranks = append(s.ranks, r)
				}
			}
		}
	}
}

// beside is a finder pattern and how far it is away, in pixels.
type beside struct {
	finder int
	away   float64
}

func (f *finder) zoom(scale float64) {
	f.at, f.u, f.v, f.size = f.at.by(scale), f.u.by(scale), f.v.by(scale), f.size*scale
}

func (f *finder) alike(g *finder) bool {
	return f.inverted == g.inverted && max(f.size, g.size) <= 2.2*min(f.size, g.size)
}

// modules is how long d is in the pattern's own modules.
func (f *finder) modules(d vector) vector {
	det := f.u.cross(f.v)
	return vector{d.cross(f.v) / det, f.u.cross(d) / det}
}

// arrange orders three patterns into a symbol's corners, if their places allow
// for one. Distances are measured in modules as the patterns' own outlines show
// them, so that a tilted symbol is as square as a straight one.
func arrange(f []finder, i, j, k int) (ranked, bool) {
	a, b, c := &f[i], &f[j], &f[k]
	ab, bc, ca := between(a, b), between(b, c), between(c, a)
	// The corner lies opposite the longest side.
	tl, p, q, u, v, w := k, i, j, ca, bc, ab
	switch {
	case bc >= ab && bc >= ca:
		tl, p, q, u, v, w = i, j, k, ab, ca, bc
	case ca >= ab && ca >= bc:
		tl, p, q, u, v, w = j, k, i, bc, ab, ca
	}
	short, long := min(u, v), max(u, v)
	if short < 10 || long > 190 || long > 1.5*short {
		return ranked{}, false
	}
	cos := (u*u + v*v - w*w) / (2 * u * v)
	if math.Abs(cos) > 0.4 {
		return ranked{}, false
	}
	// Right of the corner comes top-right, clockwise (y grows downwards).
	if f[p].at.minus(f[tl].at).cross(f[q].at.minus(f[tl].at)) < 0 {
		p, q = q, p
	}
	corner, right, below := &f[tl], &f[p], &f[q]
	cost := long/short - 1 + math.Abs(cos)
	// The sides of the patterns lie along the sides of the symbol.
	cost += 0.4 * (corner.askew(right.at.minus(corner.at)) + corner.askew(below.at.minus(corner.at)))
	cost += 0.2 * (max(corner.size, right.size, below.size)/min(corner.size, right.size, below.size) - 1)
	for _, f := range [...]*finder{corner, right, below} {
		// A pattern crossed by one row only is often a chance.
		if f.count < 2 {
			cost += 0.15
		}
		cost += 0.2 * f.error
	}
	return ranked{tl, p, q, (u+v)/2 + 7, cost}, true
}

// between is the distance of two patterns in modules: the geometric mean of what
// both measure, which is exact for any perspective along the line.
func between(a, b *finder) float64 {
	d := b.at.minus(a.at)
	return math.Sqrt(a.modules(d).length() * b.modules(d).length())
}

// askew is how far a direction is from the nearest side of the pattern, 0 to 0.7.
func (f *finder) askew(d vector) float64 {
	m := f.modules(d)
	return min(math.Abs(m.x), math.Abs(m.y)) / m.length()
}

// facing turns a pattern's own axes by quarters so that u points along d as well
// as may be, and v to the side of down.
func (f *finder) facing(d, down vector) (u, v vector) {
	m := f.modules(d)
	u, v = f.u, f.v
	if math.Abs(m.y) > math.Abs(m.x) {
		u, v, m.x = f.v, f.u, m.y
	}
	if m.x < 0 {
		u = u.by(-1)
	}
	if u.cross(v)*d.cross(down) < 0 {
		v = v.by(-1)
	}
	return u, v
}

// certain reports whether a triple is a symbol beyond reasonable doubt, so that
// it is worth telling that it could not be read.
func (t *triple) certain() bool {
	return t.cost < 0.4 && t.corner.count >= 2 && t.right.count >= 2 && t.below.count >= 2
}

// pairs are the places that the finder patterns tell for a symbol of a side: the
// centres, and the outer corners as the patterns' outlines have them.
func (t *triple) pairs(dst []pair, side float64) []pair {
	x, y := t.right.at.minus(t.corner.at), t.below.at.minus(t.corner.at)
	dst = dst[:0]
	for i, f := range [...]*finder{&t.corner, &t.right, &t.below} {
		at := [...]vector{{3.5, 3.5}, {side - 3.5, 3.5}, {3.5, side - 3.5}}[i]
		u, v := f.facing(x, y)
		dst = append(dst, pair{at, f.at, 4})
		weight := 0.5 / (1 + 25*f.error*f.error)
		for _, s := range [...]vector{{-3.5, -3.5}, {3.5, -3.5}, {3.5, 3.5}, {-3.5, 3.5}} {
			dst = append(dst, pair{at.plus(s), f.at.plus(u.by(s.x)).plus(v.by(s.y)), weight})
		}
	}
	return dst
}
