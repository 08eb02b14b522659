package qr

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// collect turns what the rungs found into symbols: each once, the read before
// the unread, in reading order.
func collect(all []found, scale float64) []Symbol {
	var kept []found
	for _, f := range all {
		if f.err == nil && !slices.ContainsFunc(kept, func(k found) bool {
			return overlap(k.corners, f.corners) && similar(k.module(), f.module()) || bytes.Equal(k.message.bytes, f.message.bytes) && near(k.corners, f.corners)
		}) {
			kept = append(kept, f)
		}
	}
	for _, f := range all {
		if f.err != nil && !slices.ContainsFunc(kept, func(k found) bool { return f.within(&k) }) {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	readingOrder(kept)
	symbols := make([]Symbol, len(kept))
	for i, f := range kept {
		s := Symbol{Version: f.version, ECC: f.ecc, Mirrored: f.mirrored, Inverted: f.inverted, Err: f.err}
		if f.err == nil {
			s.Bytes, s.runs, s.Append = f.message.bytes, f.message.runs, f.message.fold
		}
		if f.err != nil {
			s.Sight = f.sight
			s.Sight.Module *= float32(scale)
		}
		for k, c := range f.corners {
			s.Corners[k] = Point{X: float32(c[0] * scale), Y: float32(c[1] * scale)}
		}
		symbols[i] = s
	}
	return symbols
}

// readingOrder sorts by lines, and within a line from left to right. A line is
// what lies within half a symbol's height of its first.
func readingOrder(f []found) {
	slices.SortStableFunc(f, func(a, b found) int {
		return cmp.Or(cmp.Compare(centre(a.corners)[1], centre(b.corners)[1]),
			cmp.Compare(centre(a.corners)[0], centre(b.corners)[0]))
	})
	for start := 0; start < len(f); {
		first := centre(f[start].corners)[1]
		reach := radius(f[start].corners)
		end := start + 1
		for end < len(f) && centre(f[end].corners)[1] <= first+reach {
			end++
		}
		slices.SortStableFunc(f[start:end], func(a, b found) int {
			return cmp.Compare(centre(a.corners)[0], centre(b.corners)[0])
		})
		start = end
	}
}

func centre(c [4][2]float64) (m [2]float64) {
	for _, p := range c {
		m[0] += p[0] / 4
		m[1] += p[1] / 4
	}
	return m
}

// radius is half the side of a square with the outline's mean diagonal.
func radius(c [4][2]float64) float64 {
	d := math.Hypot(c[0][0]-c[2][0], c[0][1]-c[2][1]) + math.Hypot(c[1][0]-c[3][0], c[1][1]-c[3][1])
	return d / 2 / math.Sqrt2 / 2
}

// module is the mean size of a module.
func (f *found) module() float64 { return 2 * radius(f.corners) / float64(17+4*max(f.version, 1)) }

// overlap reports whether two outlines cover the same place: two symbols of like
// modules cannot, so one of them is a second reading, or a chance triple.
func overlap(a, b [4][2]float64) bool {
	return inside(a, centre(b)) || inside(b, centre(a))
}

// within reports whether f takes the place of k, or builds on one of its finder
// patterns: then it is no symbol of its own.
func (f *found) within(k *found) bool {
	if overlap(k.corners, f.corners) {
		return true
	}
	return slices.ContainsFunc(f.finders[:], func(p [2]float64) bool { return inside(k.corners, p) })
}

func near(a, b [4][2]float64) bool {
	p, q := centre(a), centre(b)
	return math.Hypot(p[0]-q[0], p[1]-q[1]) < radius(a)
}

// inside reports whether a point lies in a quadrilateral: an odd number of its
// sides crosses the ray to the right.
func inside(c [4][2]float64, p [2]float64) bool {
	in := false
	for i := range c {
		a, b := c[i], c[(i+1)%4]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1]) {
			in = !in
		}
	}
	return in
}

// finite reports whether an outline lies anywhere at all: the transform of
// three patterns nearly in line may send a corner to infinity.
func finite(c [4][2]float64) bool {
	for _, p := range c {
		if !(math.Abs(p[0]) < 4*maxSide && math.Abs(p[1]) < 4*maxSide) {
			return false
		}
	}
	return true
}
