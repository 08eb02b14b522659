package qr

import "math"

// Paper around a bottle or in a hand curves: no homography then leads from one
// finder pattern to the next, and counting modules by distance fails. But the
// timing patterns (ISO/IEC 18004 §6.3.5) can be followed step by step. They tell
// the version, and where each column and each row begins.

// track is a timing pattern as it was followed between two finder patterns.
type track struct {
	middles []vector // of the modules between them, in pixels
	spare   []float64
	runs    []float64 // where each ends, in samples
	cost    float64   // how irregular, 0 at best
}

const (
	maxTrack  = 177 - 14 // modules between two finder patterns, at most
	perModule = 5        // samples
)

// follow looks for the timing pattern from a to b; d and down are the directions
// to b and to the third pattern.
func (r *reader) follow(k *track, a, b *finder, d, down vector) bool {
	k.middles = k.middles[:0]
	u, v := a.facing(d, down)
	ub, vb := b.facing(d, down)
	from := a.at.plus(u.by(3.5)).plus(v.by(3))
	to := b.at.minus(ub.by(3.5)).plus(vb.by(3))
	chord := from.distance(to)
	step := min(u.length(), ub.length()) / perModule
	count := int(chord/step) + 1
	if !(step > 0.05) || count > 2*maxTrack*perModule || count < 5*perModule {
		return false
	}
	across := v.plus(vb).by(0.5)
	bow := across.by(chord / across.length())
	k.cost = math.Inf(1)
	for _, way := range [...]struct{ tangents, bow float64 }{{1, 0}, {0, 0}, {1, 0.01}, {1, -0.01}, {1, 0.02}, {1, -0.02}, {0, 0.03}, {0, -0.03}, {0, 0.06}, {0, -0.06}} {
		if !r.meter.spend(count * 80) {
			return false
		}
		// Hermite's curve with the directions that the patterns show.
		line := to.minus(from)
		ta, tb := line, line
		if way.tangents > 0 {
			ta, tb = u.by(chord/u.length()), ub.by(chord/ub.length())
		}
		at := func(s float64) vector {
			s2, s3 := s*s, s*s*s
			p := from.by(2*s3 - 3*s2 + 1).plus(ta.by(s3 - 2*s2 + s)).plus(to.by(3*s2 - 2*s3)).plus(tb.by(s3 - s2))
			return p.plus(bow.by(way.bow * 4 * s * (1 - s)))
		}
		r.steps(k, at, across.by(0.25), count)
		if k.cost < 0.05 {
			break
		}
	}
	return k.cost < 0.14
}

// steps reads the luminance along a curve and keeps its runs if they are more
// regular than what was found before.
func (r *reader) steps(k *track, at func(float64) vector, aside vector, count int) {
	k.spare = grow(k.spare, count)
	for i := range k.spare {
		p := at((float64(i) + 0.5) / float64(count))
		v := r.src.at(p.x, p.y)
		p = p.plus(aside)
		v += r.src.at(p.x, p.y)
		p = p.minus(aside.by(2))
		v += r.src.at(p.x, p.y)
		if r.inverted {
			v = 765 - v
		}
		k.spare[i] = v
	}
	// Each sample against the middle of what lies around it.
	const reach = 8
	k.runs = k.runs[:0]
	dark, start := false, 0.0
	before := 0.0
	for i, v := range k.spare {
		lo, hi := v, v
		for _, w := range k.spare[max(i-reach, 0):min(i+reach+1, count)] {
			lo, hi = min(lo, w), max(hi, w)
		}
		x := v - (lo+hi)/2
		if slack := (hi - lo) / 12; i > 0 && (x < -slack && !dark || x > slack && dark) {
			edge := float64(i)
			if before != x {
				edge -= min(max(x/(x-before), 0), 1)
			}
			if edge-start > 0.35*perModule || len(k.runs) > 0 {
				k.runs = append(k.runs, edge)
			}
			start, dark = edge, !dark
		} else if i == 0 {
			dark = x < -slack
			if dark {
				start = -perModule // it begins within the finder pattern
			}
		}
		before = x
	}
	n := len(k.runs)
	if n < 2 {
		return
	}
	if !dark && float64(count)-k.runs[n-1] > 0.35*perModule {
		k.runs = append(k.runs, float64(count))
		n++
	}
	// The runs end with the light one before the finder pattern.
	if n < 7 || n > maxTrack || n%4 != 3 {
		return
	}
	length := func(i int) float64 {
		if i == 0 {
			return k.runs[0]
		}
		return k.runs[i] - k.runs[i-1]
	}
	cost := 0.0
	for i := 1; i+3 < n; i++ {
		a, b := length(i)+length(i+1), length(i+1)+length(i+2)
		d := math.Abs(math.Log(a / b))
		if !(d < 0.8) {
			return
		}
		cost += d / float64(n-4)
	}
	if cost >= k.cost {
		return
	}
	k.cost = cost
	k.middles = k.middles[:0]
	last := 0.0
	for _, end := range k.runs {
		k.middles = append(k.middles, at((last+end)/2/float64(count)))
		last = end
	}
}

// place is where a column of modules meets the timing row, by the track and
// beyond it by the finder patterns at its ends.
func (k *track) place(x float64, side int, a, b *finder, d, down vector) vector {
	n := float64(side)
	switch {
	case x <= 7:
		u, v := a.facing(d, down)
		return a.at.plus(u.by(x - 3.5)).plus(v.by(3))
	case x >= n-7:
		u, v := b.facing(d, down)
		return b.at.plus(u.by(x - n + 3.5)).plus(v.by(3))
	}
	smooth := func(i int) vector {
		if i == 0 || i == len(k.middles)-1 {
			return k.middles[i]
		}
		return k.middles[i-1].plus(k.middles[i].by(2)).plus(k.middles[i+1]).by(0.25)
	}
	x = min(max(x-7.5, 0), float64(len(k.middles)-1))
	i := min(int(x), len(k.middles)-2)
	f := x - float64(i)
	return smooth(i).by(1 - f).plus(smooth(i + 1).by(f))
}

// readTraced reads a triple along its timing patterns. certain is whether both
// could be followed and agree.
func (r *reader) readTraced(f *found, t *triple, e effort) (read, certain bool) {
	if r.tracers == 0 {
		return false, false
	}
	r.tracers--
	x, y := t.right.at.minus(t.corner.at), t.below.at.minus(t.corner.at)
	top := r.follow(&r.top, &t.corner, &t.right, x, y)
	left := r.follow(&r.left, &t.corner, &t.below, y, x)
	a, b := len(r.top.middles), len(r.left.middles)
	switch {
	case !top && !left:
		return false, false
	case top && left && a != b:
		if r.top.cost < r.left.cost {
			left = false
		} else {
			top = false
		}
	}
	side := a + 14
	if !top {
		side = b + 14
	}
	l := r.layout((side - 17) / 4)
	r.pairs = t.pairs(r.pairs, float64(side))
	flat, ok := fit(r.pairs, float64(side), 2e-4)
	if l == nil || !ok || !flat.sane(float64(side)) {
		return false, false
	}
	w := warp{flat: flat, side: side, bent: true, nodes: r.traceNodes[:0]}
	n := float64(side)
	w.nodes = append(w.nodes, 0, 3.5)
	for i, k := 0, min(max(2, (side-14)/6), 24); i <= k; i++ {
		w.nodes = append(w.nodes, 7+(n-14)*float64(i)/float64(k))
	}
	w.nodes = append(w.nodes, n-3.5, n)
	k := len(w.nodes)
	r.traceNodes, r.traceOff = w.nodes, grow(r.traceOff, k*k)
	w.off = r.traceOff
	for j, my := range w.nodes {
		for i, mx := range w.nodes {
			var off vector
			if top {
				off = off.plus(r.top.place(mx, side, &t.corner, &t.right, x, y).minus(flat.at(mx, 6.5)))
				off = off.minus(r.top.place(6.5, side, &t.corner, &t.right, x, y).minus(flat.at(6.5, 6.5)).by(0.5))
			}
			if left {
				off = off.plus(r.left.place(my, side, &t.corner, &t.below, y, x).minus(flat.at(6.5, my)))
				off = off.minus(r.left.place(6.5, side, &t.corner, &t.below, y, x).minus(flat.at(6.5, 6.5)).by(0.5))
			}
			w.off[j*k+i] = off
		}
	}
	g := size{warp: w, contrast: r.contrast(&w)}
	r.alignAll(l, &w, g.contrast)
	if top && left {
		f.version, f.corners = l.version, w.corners()
	}
	return r.readWarp(f, l, &w, g, e), top && left
}

// alignAll moves a mesh to where alignment patterns are: the one there is, or
// one after the other from the tracks on.
func (r *reader) alignAll(l *layout, w *warp, contrast float64) {
	c := l.centres
	m := len(c)
	if m == 0 {
		return
	}
	k := len(w.nodes)
	if m == 2 {
		far := float64(c[1]) + 0.5
		p, fit := r.alignment(w, vector{far, far}, 4, contrast)
		if fit < 0.45 {
			return
		}
		e := p.minus(w.at(far, far))
		for j, y := range w.nodes {
			for i, x := range w.nodes {
				share := (x - 6.5) * (y - 6.5) / ((far - 6.5) * (far - 6.5))
				w.off[j*k+i] = w.off[j*k+i].plus(e.by(share))
			}
		}
		return
	}
	r.nodes, r.off = r.nodes[:0], grow(r.off, m*m)
	for _, v := range c {
		r.nodes = append(r.nodes, float64(v)+0.5)
	}
	clear(r.off)
	for j := range m {
		for i := range m {
			at := j*m + i
			if i == 0 && j == 0 || i == 0 && j == m-1 || i == m-1 && j == 0 || r.meter.over() {
				continue
			}
			if i > 0 && j > 0 {
				r.off[at] = r.off[at-1].plus(r.off[at-m]).minus(r.off[at-m-1])
			}
			place := vector{r.nodes[i], r.nodes[j]}
			near := *w
			near.flat = r.moved(w, r.off[at]).flat
			if p, fit := r.alignment(&near, place, 2.5, contrast); fit > 0.45 {
				r.off[at] = p.minus(w.at(place.x, place.y))
			}
		}
	}
	mesh := warp{nodes: r.nodes, off: r.off, bent: true}
	for j, y := range w.nodes {
		for i, x := range w.nodes {
			w.off[j*k+i] = w.off[j*k+i].plus(mesh.shift(x, y))
		}
	}
}
