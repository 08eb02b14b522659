package qr

import "math"

// vector is a place or a direction in a picture or in a symbol.
type vector struct{ x, y float64 }

func (a vector) plus(b vector) vector      { return vector{a.x + b.x, a.y + b.y} }
func (a vector) minus(b vector) vector     { return vector{a.x - b.x, a.y - b.y} }
func (a vector) by(f float64) vector       { return vector{a.x * f, a.y * f} }
func (a vector) dot(b vector) float64      { return a.x*b.x + a.y*b.y }
func (a vector) cross(b vector) float64    { return a.x*b.y - a.y*b.x }
func (a vector) length() float64           { return math.Hypot(a.x, a.y) }
func (a vector) distance(b vector) float64 { return a.minus(b).length() }

// homography maps a symbol's modules to a picture's pixels:
// x = (m0 X + m1 Y + m2) / (m6 X + m7 Y + m8), y likewise.
type homography [9]float64

func (h *homography) at(x, y float64) vector {
	w := h[6]*x + h[7]*y + h[8]
	return vector{(h[0]*x + h[1]*y + h[2]) / w, (h[3]*x + h[4]*y + h[5]) / w}
}

// pair says that a module's place is seen at a pixel's, and how surely.
type pair struct {
	module, pixel vector
	weight        float64
}

// fit finds the homography that brings the pairs together with the least
// weighted squares. stiff is the weight against perspective: without it few
// pairs in a corner tell nothing of the opposite one.
func fit(pairs []pair, side, stiff float64) (homography, bool) {
	// Around the middle and at scale one the equations are well-conditioned.
	var mid vector
	var all float64
	for _, p := range pairs {
		mid = mid.plus(p.pixel.by(p.weight))
		all += p.weight
	}
	if all == 0 {
		return homography{}, false
	}
	mid = mid.by(1 / all)
	spread := 0.0
	for _, p := range pairs {
		spread = max(spread, p.pixel.distance(mid))
	}
	if spread <= 0 {
		return homography{}, false
	}
	half := side / 2
	var a [8][9]float64
	add := func(row *[9]float64, weight float64) {
		for i := range 8 {
			for k := range 9 {
				a[i][k] += weight * row[i] * row[k]
			}
		}
	}
	for _, p := range pairs {
		x, y := p.module.x/half-1, p.module.y/half-1
		u, v := (p.pixel.x-mid.x)/spread, (p.pixel.y-mid.y)/spread
		add(&[9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}, p.weight)
		add(&[9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}, p.weight)
	}
	a[6][6] += stiff
	a[7][7] += stiff
	s, ok := solve(&a)
	if !ok {
		return homography{}, false
	}
	// Undo both normalisations.
	n := homography{
		s[0] * spread, s[1] * spread, s[2] * spread,
		s[3] * spread, s[4] * spread, s[5] * spread,
		s[6], s[7], 1,
	}
	for i := range 3 {
		n[i] += mid.x * n[6+i]
		n[3+i] += mid.y * n[6+i]
	}
	for i := 0; i < 9; i += 3 {
		n[i+2] -= n[i] + n[i+1]
		n[i] /= half
		n[i+1] /= half
	}
	return n, true
}

// solve eliminates an 8 by 8 system with its right side in the last column.
func solve(a *[8][9]float64) (x [8]float64, ok bool) {
	for c := range 8 {
		p := c
		for r := c + 1; r < 8; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p] = a[p], a[c]
		if math.Abs(a[c][c]) < 1e-14 {
			return x, false
		}
		for r := c + 1; r < 8; r++ {
			f := a[r][c] / a[c][c]
			for k := c; k < 9; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	for c := 7; c >= 0; c-- {
		v := a[c][8]
		for k := c + 1; k < 8; k++ {
			v -= a[c][k] * x[k]
		}
		x[c] = v / a[c][c]
	}
	return x, true
}

// sane reports whether a map keeps a whole symbol in front of the camera and
// the right way round, at least a quarter pixel a module everywhere.
func (h *homography) sane(side float64) bool {
	var c [4]vector
	for i, p := range [4]vector{{0, 0}, {side, 0}, {side, side}, {0, side}} {
		if w := h[6]*p.x + h[7]*p.y + h[8]; !(w*h[8] > 0) {
			return false
		}
		c[i] = h.at(p.x, p.y)
		if !(math.Abs(c[i].x) < 4*maxSide && math.Abs(c[i].y) < 4*maxSide) {
			return false
		}
	}
	sign := 0.0
	for i := range c {
		z := c[(i+1)%4].minus(c[i]).cross(c[(i+2)%4].minus(c[(i+1)%4]))
		if sign == 0 {
			sign = z
		}
		if !(z*sign > 0) || c[i].distance(c[(i+1)%4]) < side/4 {
			return false
		}
	}
	return true
}
