package qr

import "math"

// alignment looks for the alignment pattern (ISO/IEC 18004 §6.3.6) whose centre
// should be at a module place, within reach modules, and returns the pixel of
// its centre. fit is how much of the contrast it shows, at best 1.
func (r *reader) alignment(w *warp, place vector, reach, contrast float64) (at vector, fit float64) {
	best, where := -1.0, place
	coarse := 0.5
	for dy := -reach; dy <= reach; dy += coarse {
		if !r.meter.spend(int(2*reach/coarse+1) * targetUnits) {
			return place, -1
		}
		for dx := -reach; dx <= reach; dx += coarse {
			p := place.plus(vector{dx, dy})
			// Chance resembles more the farther one looks.
			f := r.target(w, p) / contrast
			if f -= 0.03 * math.Hypot(dx, dy); f > best {
				best, where = f, p
			}
		}
	}
	for _, step := range [...]float64{0.25, 0.12, 0.06} {
		centre := where
		r.meter.spend(9 * targetUnits)
		for dy := -1.0; dy <= 1; dy++ {
			for dx := -1.0; dx <= 1; dx++ {
				p := centre.plus(vector{dx * step, dy * step})
				f := r.target(w, p)/contrast - 0.03*p.distance(place)
				if f > best {
					best, where = f, p
				}
			}
		}
	}
	return w.at(where.x, where.y), best
}

// targetUnits is what target costs.
const targetUnits = 25 * 16

// target is the difference of luminance between the light ring and the dark
// modules of an alignment pattern centred at a module place: of the ring and the
// worse of the dot and the outer ring, so that plain bars do not pass for one.
func (r *reader) target(w *warp, p vector) float64 {
	var dot, light, outer float64
	for y := -2.0; y <= 2; y++ {
		for x := -2.0; x <= 2; x++ {
			q := w.at(p.x+x, p.y+y)
			v := r.src.at(q.x, q.y)
			switch max(math.Abs(x), math.Abs(y)) {
			case 0:
				dot = v
			case 1:
				light += v
			default:
				outer += v
			}
		}
	}
	light, outer = light/8, outer/16
	a, b := light-dot, light-outer
	if r.inverted {
		a, b = -a, -b
	}
	return min(a, (a+2*b)/3, b*1.2)
}

// contrast is the difference of luminance between the light and the dark rings
// of the finder patterns under a warp, 1 at least.
func (r *reader) contrast(w *warp) float64 {
	var dark, light float64
	n := float64(w.side)
	for _, c := range [...]vector{{3.5, 3.5}, {n - 3.5, 3.5}, {3.5, n - 3.5}} {
		for i := -3.0; i <= 3; i++ {
			for _, o := range [...]vector{{i, -3}, {i, 3}, {-3, i}, {3, i}} {
				p := w.at(c.x+o.x, c.y+o.y)
				dark += r.src.at(p.x, p.y) / 28
			}
		}
		for i := -2.0; i <= 2; i++ {
			for _, o := range [...]vector{{i, -2}, {i, 2}, {-2, i}, {2, i}} {
				p := w.at(c.x+o.x, c.y+o.y)
				light += r.src.at(p.x, p.y) / 20
			}
		}
	}
	d := (light - dark) / 3
	if r.inverted {
		d = -d
	}
	return max(d, 1)
}

// timing is how regularly the timing patterns (ISO/IEC 18004 §6.3.5) alternate
// under a warp: each module against the mean of its two neighbours, as a share
// of the contrast.
func (r *reader) timing(w *warp, contrast float64) float64 {
	n := w.side
	var sum float64
	for _, across := range [...]bool{false, true} {
		var before, here, after float64
		for i := 7; i <= n-8; i++ {
			p := vector{float64(i) + 0.5, 6.5}
			if across {
				p.x, p.y = p.y, p.x
			}
			q := w.at(p.x, p.y)
			before, here, after = here, after, r.src.at(q.x, q.y)
			if i < 9 {
				continue
			}
			d := (before+after)/2 - here // positive where the middle is dark
			if i&1 == 0 {
				d = -d // the middle, i-1, is light
			}
			sum += min(max(d, -contrast), contrast)
		}
	}
	sum /= 2 * float64(n-16) * contrast
	if r.inverted {
		sum = -sum
	}
	return sum
}

// bend fits the displacement of all alignment patterns, for versions that have
// several: paper curves, lenses distort.
func (r *reader) bend(l *layout, w *warp, contrast float64) bool {
	k := len(l.centres)
	if k < 3 {
		return false
	}
	r.nodes, r.off, r.known = r.nodes[:0], grow(r.off, k*k), grow(r.known, k*k)
	for _, c := range l.centres {
		r.nodes = append(r.nodes, float64(c)+0.5)
	}
	clear(r.off)
	clear(r.known)
	bent := warp{flat: w.flat, side: w.side, nodes: r.nodes, off: r.off}
	r.known[0], r.known[k-1], r.known[(k-1)*k] = true, true, true
	found := 0
	for j := range k {
		for i := range k {
			at := j*k + i
			if r.known[at] {
				continue
			}
			// Neighbours that were found show the way.
			var guess vector
			near := 0.0
			for _, o := range [...][2]int{{-1, 0}, {0, -1}, {-1, -1}, {1, -1}} {
				x, y := i+o[0], j+o[1]
				if x >= 0 && y >= 0 && x < k && r.known[y*k+x] {
					guess = guess.plus(r.off[y*k+x])
					near++
				}
			}
			if near > 0 {
				guess = guess.by(1 / near)
			}
			place := vector{r.nodes[i], r.nodes[j]}
			if r.meter.over() {
				return false
			}
			moved := r.moved(w, guess)
			p, fit := r.alignment(&moved, place, 1.5, contrast)
			r.off[at] = guess
			if fit > 0.45 {
				r.off[at] = p.minus(w.flat.at(place.x, place.y))
				r.known[at] = true
				found++
			}
		}
	}
	if found == 0 {
		return false
	}
	bent.bent = true
	*w = bent
	return true
}

// moved is a warp shifted by pixels.
func (r *reader) moved(w *warp, by vector) warp {
	h := w.flat
	for i := range 3 {
		h[i] += by.x * h[6+i]
		h[3+i] += by.y * h[6+i]
	}
	return warp{flat: h, side: w.side}
}
