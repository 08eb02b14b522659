package qr

import "math"

// Blur reaches two modules; it is the same in opposite directions, as defocus
// and straight motion are. So 13 weights describe it: the module's own, and half
// of its 24 neighbours.
const (
	spread = 2
	window = 2*spread + 1
	halves = window*window/2 + 1
)

// unblurrer finds how a symbol's modules ran into each other, and takes it back.
// What must be in the finder patterns and around the symbol is known, so they
// show the point-spread function; with it, the likeliest modules are those that,
// blurred, come nearest to what was seen.
type unblurrer struct {
	side, pitch int
	seen        []float32 // with a margin of light modules, pitch a row
	module      []float32 // current belief, 1 dark, -1 light
	momentum    []float32
	gap         []float32 // seen less blurred belief
	fixed       []bool
	offset      float32
	taps        []tap
}

type tap struct {
	at     int
	weight float32
}

// unblur replaces the grid's soft decisions. round 0 learns the blur from what
// every symbol has; later rounds from all modules as the last one left them.
func (u *unblurrer) unblur(g *grid, l *layout, round int, m *meter) bool {
	if round == 0 {
		u.load(g, l)
	}
	if !u.learn(round > 0, m) || !u.relax(24, m) || !u.settle(6, m) {
		return false
	}
	n := u.side
	for y := range n {
		for x := range n {
			g.soft[y*n+x] = u.gap[(y+spread)*u.pitch+x+spread]
		}
	}
	return true
}

func (u *unblurrer) load(g *grid, l *layout) {
	n := g.side
	u.side, u.pitch = n, n+2*spread
	size := u.pitch * u.pitch
	u.seen, u.module = grow(u.seen, size), grow(u.module, size)
	u.momentum, u.gap = grow(u.momentum, size), grow(u.gap, size)
	u.fixed = grow(u.fixed, size)
	for i := range size {
		u.seen[i], u.module[i], u.fixed[i], u.gap[i] = -1, -1, true, 0
	}
	for y := range n {
		for x := range n {
			at, from := (y+spread)*u.pitch+x+spread, y*n+x
			u.seen[at] = g.soft[from]
			switch l.kind[from] {
			case kindDark:
				u.module[at] = 1
			case kindLight:
			default:
				u.fixed[at] = false
				u.module[at] = clip(g.soft[from])
			}
		}
	}
}

// learn fits the weights by least squares over the modules all of whose
// neighbours are known, or over all.
func (u *unblurrer) learn(all bool, m *meter) bool {
	const unknowns = halves + 1
	var a [unknowns][unknowns + 1]float64
	var row [unknowns + 1]float64
	row[halves] = 1
	count := 0
	cost := 30
	if all {
		cost = 200
	}
	for y := range u.side {
		if !m.spend(cost * u.side) {
			return false
		}
		for x := range u.side {
			at := (y+spread)*u.pitch + x + spread
			if !all && !u.surrounded(at) {
				continue
			}
			k := 0
			for dy := -spread; dy <= 0; dy++ {
				for dx := -spread; dx <= spread && (dy < 0 || dx <= 0); dx++ {
					d := dy*u.pitch + dx
					v := u.module[at+d]
					if d != 0 {
						v += u.module[at-d]
					}
					row[k] = float64(v)
					k++
				}
			}
			row[unknowns] = float64(u.seen[at])
			for i := range unknowns {
				for j := i; j <= unknowns; j++ {
					a[i][j] += row[i] * row[j]
				}
			}
			count++
		}
	}
	if count < 40 {
		return false
	}
	for i := range unknowns {
		for j := range i {
			a[i][j] = a[j][i]
		}
	}
	// Far neighbours weigh little unless they show otherwise.
	k := 0
	for dy := -spread; dy <= 0; dy++ {
		for dx := -spread; dx <= spread && (dy < 0 || dx <= 0); dx++ {
			a[k][k] += 0.003 * float64(count) * float64(dx*dx+dy*dy)
			k++
		}
	}
	var x [unknowns]float64
	for c := range unknowns {
		p := c
		for r := c + 1; r < unknowns; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p] = a[p], a[c]
		if math.Abs(a[c][c]) < 1e-9 {
			return false
		}
		for r := c + 1; r < unknowns; r++ {
			f := a[r][c] / a[c][c]
			for j := c; j <= unknowns; j++ {
				a[r][j] -= f * a[c][j]
			}
		}
	}
	for c := unknowns - 1; c >= 0; c-- {
		v := a[c][unknowns]
		for j := c + 1; j < unknowns; j++ {
			v -= a[c][j] * x[j]
		}
		x[c] = v / a[c][c]
	}
	if !(x[halves-1] > 0.1) {
		return false
	}
	// In units of the weights' sum, so that belief keeps its scale.
	u.offset = float32(x[halves])
	u.taps = u.taps[:0]
	k = 0
	for dy := -spread; dy <= 0; dy++ {
		for dx := -spread; dx <= spread && (dy < 0 || dx <= 0); dx++ {
			w := float32(x[k])
			k++
			if w < 0.008 && w > -0.008 {
				continue
			}
			d := dy*u.pitch + dx
			u.taps = append(u.taps, tap{d, w})
			if d != 0 {
				u.taps = append(u.taps, tap{-d, w})
			}
		}
	}
	return true
}

func (u *unblurrer) surrounded(at int) bool {
	for dy := -spread; dy <= spread; dy++ {
		for dx := -spread; dx <= spread; dx++ {
			if !u.fixed[at+dy*u.pitch+dx] {
				return false
			}
		}
	}
	return true
}

// residue sets gap to what the belief leaves unexplained.
func (u *unblurrer) residue(belief []float32) {
	for y := range u.side {
		from := (y+spread)*u.pitch + spread
		out := u.gap[from:][:u.side]
		for x, s := range u.seen[from:][:u.side] {
			out[x] = s - u.offset
		}
		for _, t := range u.taps {
			in := belief[from+t.at:][:u.side]
			for x := range out {
				out[x] -= t.weight * in[x]
			}
		}
	}
}

// relax finds the belief between dark and light that explains best what was
// seen: projected gradients with momentum (Beck and Teboulle's FISTA).
func (u *unblurrer) relax(rounds int, m *meter) bool {
	var norm float32
	for _, t := range u.taps {
		norm += max(t.weight, -t.weight)
	}
	rate := 1 / (norm * norm)
	copy(u.momentum, u.module)
	step := 1.0
	for range rounds {
		if !m.spend(2 * u.side * u.side * (1 + len(u.taps))) {
			return false
		}
		u.residue(u.momentum)
		next := (1 + math.Sqrt(1+4*step*step)) / 2
		push := float32((step - 1) / next)
		step = next
		for y := range u.side {
			from := (y+spread)*u.pitch + spread
			for x := range u.side {
				at := from + x
				if u.fixed[at] {
					continue
				}
				var slope float32
				for _, t := range u.taps {
					slope += t.weight * u.gap[at+t.at]
				}
				before := u.module[at]
				now := clip(u.momentum[at] + rate*slope)
				u.module[at] = now
				u.momentum[at] = now + push*(now-before)
			}
		}
	}
	return true
}

// settle decides: each module dark or light, given what its neighbours are, a
// few times over. gap is left with how sure each is, about 1 when it is sure.
func (u *unblurrer) settle(rounds int, m *meter) bool {
	var power float32
	for _, t := range u.taps {
		power += t.weight * t.weight
	}
	for i, v := range u.module {
		if v > 0 {
			u.module[i] = 1
		} else {
			u.module[i] = -1
		}
	}
	u.residue(u.module)
	for range rounds {
		if !m.spend(u.side * u.side * (1 + len(u.taps))) {
			return false
		}
		changed := false
		for y := range u.side {
			from := (y+spread)*u.pitch + spread
			for at := from; at < from+u.side; at++ {
				if u.fixed[at] {
					continue
				}
				var slope float32
				for _, t := range u.taps {
					slope += t.weight * u.gap[at+t.at]
				}
				if (slope+power*u.module[at])*u.module[at] < 0 {
					flip := -2 * u.module[at]
					u.module[at] = -u.module[at]
					for _, t := range u.taps {
						u.gap[at+t.at] -= t.weight * flip
					}
					changed = true
				}
			}
		}
		if !changed {
			break
		}
	}
	// What the margin's gap may hold is not seen.
	copy(u.momentum, u.gap)
	for y := range u.side {
		from := (y+spread)*u.pitch + spread
		for at := from; at < from+u.side; at++ {
			slope := power * u.module[at]
			for _, t := range u.taps {
				slope += t.weight * u.momentum[at+t.at]
			}
			u.gap[at] = slope / power
		}
	}
	return true
}
