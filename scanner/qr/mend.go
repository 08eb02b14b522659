package qr

// Cloth folds and paper creases between the patterns that the standard puts into
// a symbol. What is left then are the modules themselves: sampled in their
// middles they are darkest and lightest.

const (
	patch   = 4  // modules between two nodes of the mesh that is moved
	reachOf = 12 // nodes a side, at most: larger symbols have wider patches
)

// mend moves a mesh of nodes so that the modules around each show most contrast,
// starting from the last decided grid. It reports whether anything moved.
func (r *reader) mend(l *layout, w *warp) bool {
	n := w.side
	k := min(n/patch, reachOf) + 1
	r.meshNodes, r.meshOff = grow(r.meshNodes, k), grow(r.meshOff, k*k)
	for i := range k {
		r.meshNodes[i] = float64(i) * float64(n) / float64(k-1)
	}
	for j, y := range r.meshNodes {
		for i, x := range r.meshNodes {
			r.meshOff[j*k+i] = w.at(x, y).minus(w.flat.at(x, y))
		}
	}
	m := warp{flat: w.flat, side: n, bent: true, nodes: r.meshNodes, off: r.meshOff}
	module := w.module()
	moved := false
	for round, step := range [...]float64{0.4, 0.3, 0.2, 0.2, 0.1} {
		step *= module
		for at := range k * k {
			if round&1 == 1 {
				at = k*k - 1 - at
			}
			// Nine places of the modules in four patches.
			if !r.meter.spend(9 * 4 * 25 * n * n / ((k - 1) * (k - 1))) {
				return false
			}
			if r.nudge(l, &m, at%k, at/k, step, module) {
				moved = true
			}
		}
	}
	if moved {
		*w = m
	}
	return moved
}

// nudge tries a node's eight neighbouring places.
func (r *reader) nudge(l *layout, m *warp, i, j int, step, module float64) bool {
	k := len(m.nodes)
	off := &m.off[j*k+i]
	home := *off
	// A fold is smooth: a node is not far from where its neighbours would put it.
	var mean vector
	count := 0.0
	for _, d := range [...][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		if x, y := i+d[0], j+d[1]; x >= 0 && y >= 0 && x < k && y < k {
			mean = mean.plus(m.off[y*k+x])
			count++
		}
	}
	mean = mean.by(1 / count)
	score := func() float64 {
		d := off.minus(mean).by(1 / module)
		return r.contrastAround(l, m, i, j) - 0.15*d.dot(d)
	}
	best, where := score(), home
	for dy := -1.0; dy <= 1; dy++ {
		for dx := -1.0; dx <= 1; dx++ {
			if dx == 0 && dy == 0 {
				continue
			}
			*off = home.plus(vector{dx * step, dy * step})
			if s := score(); s > best+1e-3 {
				best, where = s, *off
			}
		}
	}
	*off = where
	return where != home
}

// contrastAround is how clearly the modules in a node's patches show, on average.
func (r *reader) contrastAround(l *layout, m *warp, i, j int) float64 {
	n := m.side
	x0, x1 := m.nodes[max(i-1, 0)], m.nodes[min(i+1, len(m.nodes)-1)]
	y0, y1 := m.nodes[max(j-1, 0)], m.nodes[min(j+1, len(m.nodes)-1)]
	var sum float32
	count := 0
	for y := int(y0); y < min(int(y1+0.999), n); y++ {
		for x := int(x0); x < min(int(x1+0.999), n); x++ {
			p := m.at(float64(x)+0.5, float64(y)+0.5)
			v := float32(r.src.at(p.x, p.y))
			if r.inverted {
				v = 255 - v
			}
			at := y*n + x
			s := clip((r.grid.mid[at] - v) / r.grid.half[at])
			switch l.kind[at] {
			case kindDark:
				s *= 1.5
			case kindLight:
				s *= -1.5
			default:
				s = max(s, -s)
			}
			sum += s
			count++
		}
	}
	return float64(sum) / float64(max(count, 1))
}
