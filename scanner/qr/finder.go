package qr

import "math/bits"

// finder is a finder pattern (ISO/IEC 18004 §6.3.3) in a picture.
type finder struct {
	at       vector  // its centre
	u, v     vector  // one module along its sides, in some quarter turn
	size     float64 // side of a square as large as one module
	error    float64 // of the outline, in modules
	count    int     // rows that crossed it
	inverted bool
}

// search looks for finder patterns in one picture.
type search struct {
	shades
	words    []uint64
	edges    []int32
	finders  []finder
	rejected []vector // where a cross was and no rings
	taken    []taken
	ranks    []ranked
	beside   []beside
	left     int // followed-up crosses a picture may still have
	meter    *meter
}

// taken is where a symbol was read: nothing of about its module size is left to
// find there.
type taken struct {
	corners [4][2]float64
	module  float64
}

// similar reports whether two module sizes may belong to the same symbol; one
// that is printed inside another has smaller ones.
func similar(a, b float64) bool { return a > 0.6*b && b > 0.6*a }

const (
	maxFinders = 400
	maxCrosses = 800 // more of them are noise: another rung's picture has less of it
)

// slack is how far runs may differ from 1:1:3:1:1.
type slack struct {
	run  float64 // of the sum of two runs, in modules
	rays int     // of 24 that may miss
}

var (
	strict   = slack{run: 0.8, rays: 5}
	tolerant = slack{run: 1.25, rays: 8}
)

// look searches every step-th row. Dark patterns on light ground always; light
// ones on dark if inverted says so.
func (s *search) look(step int, inverted bool, tol slack) {
	s.finders = s.finders[:0]
	s.rejected = s.rejected[:0]
	s.left = maxCrosses
	s.words = grow(s.words, (s.width+63)/64)
	for y := step / 2; y < s.height && len(s.finders) < maxFinders && s.left > 0; y += step {
		if !s.meter.spend(s.width / 2) {
			return
		}
		s.pack(y, s.words)
		s.edges = transitions(s.words, s.width, s.edges[:0])
		e := s.edges
		// Between e[i] and e[i+1] it is dark for even i.
		s.meter.spend(2 * len(e))
		for i := 0; i+5 < len(e); i++ {
			if i&1 == 1 && !inverted {
				continue
			}
			// The cheapest test first: the middle has three sevenths.
			total, middle := e[i+5]-e[i], e[i+3]-e[i+2]
			if d := 7*middle - 3*total; d > total+7 || -d > total+7 {
				continue
			}
			if ringed(e[i+1]-e[i], e[i+2]-e[i+1], middle, e[i+4]-e[i+3], e[i+5]-e[i+4], tol.run) {
				s.meet(float64(e[i]+e[i+5]+e[i+2]+e[i+3])/4, y, float64(total)/7, i&1 == 1, tol)
			}
		}
	}
}

// transitions appends where a row changes colour, beginning with the first dark
// pixel.
func transitions(words []uint64, width int, dst []int32) []int32 {
	var carry uint64 // colour of the last pixel, in bit 0
	for i, w := range words {
		change := w ^ (w<<1 | carry)
		carry = w >> 63
		base := int32(64 * i)
		for change != 0 {
			dst = append(dst, base+int32(bits.TrailingZeros64(change)))
			change &= change - 1
		}
	}
	if width&63 == 0 && carry == 1 {
		dst = append(dst, int32(width))
	}
	return dst
}

// ringed reports whether five runs are 1:1:3:1:1. It compares sums of two
// neighbours, from edge to like edge: ink that spreads does not change them.
func ringed(a, b, c, d, e int32, tol float64) bool {
	total := float64(a + b + c + d + e)
	m := total / 7
	t := m*tol + 0.8
	near := func(sum int32, modules float64) bool {
		x := float64(sum) - modules*m
		return x <= t && -x <= t
	}
	if !near(a+b, 2) || !near(b+c, 4) || !near(c+d, 4) || !near(d+e, 2) {
		return false
	}
	// The middle outweighs each ring.
	return 4*c > 5*max(a, b, d, e) || c > max(a, b, d, e) && total < 14
}

// meet follows up five runs along a row.
func (s *search) meet(x float64, y int, module float64, inverted bool, tol slack) {
	at := vector{x, float64(y) + 0.5}
	for i := range s.finders {
		f := &s.finders[i]
		if d := f.at.minus(at); d.x*d.x+d.y*d.y < 4*f.size*f.size {
			f.count++
			return
		}
	}
	for i := range s.taken {
		if t := &s.taken[i]; module > 0.5*t.module && inside(t.corners, [2]float64{at.x, at.y}) {
			return
		}
	}
	if !s.meter.spend(100 + len(s.finders) + len(s.rejected) + int(20*module)) {
		return
	}
	down, mid, ok := s.cross(int(x), y, 0, 1, module, inverted, tol.run)
	if !ok {
		return
	}
	right, centre, ok := s.cross(int(x), int(mid), 1, 0, module, inverted, tol.run)
	if !ok {
		return
	}
	at = vector{centre, mid}
	for _, r := range s.rejected {
		if r.distance(at) < 0.6*min(down, right) {
			return
		}
	}
	s.left--
	f, ok := s.rings(at, right, down, inverted, tol)
	if !ok {
		if len(s.rejected) < 256 {
			s.rejected = append(s.rejected, at)
		}
		return
	}
	f.count = 1
	for i := range s.finders {
		g := &s.finders[i]
		if g.at.distance(f.at) < 1.5*max(f.size, g.size) {
			g.count++
			return
		}
	}
	s.finders = append(s.finders, f)
}

// cross measures the five runs along a column or a row through (x, y), and where
// their middle lies. module is what the other direction says; a tilted pattern
// may have a third or three times of it.
func (s *search) cross(x, y, dx, dy int, module float64, inverted bool, tol float64) (size, mid float64, ok bool) {
	if x < 0 || y < 0 || x >= s.width || y >= s.height || s.dark(x, y) == inverted {
		return 0, 0, false
	}
	limit := int(module*7*3) + 3
	var before, after [3]int32
	walk := func(runs *[3]int32, step int) bool {
		px, py := x+step*dx, y+step*dy
		left := limit
		for k := range runs {
			for px >= 0 && py >= 0 && px < s.width && py < s.height && s.dark(px, py) != inverted == (k != 1) {
				if runs[k]++; int(runs[k]) > left {
					return false
				}
				px, py = px+step*dx, py+step*dy
			}
			if runs[k] == 0 && k > 0 {
				return false
			}
		}
		return true
	}
	if !walk(&before, -1) || !walk(&after, 1) {
		return 0, 0, false
	}
	middle := before[0] + 1 + after[0]
	total := middle + before[1] + before[2] + after[1] + after[2]
	size = float64(total) / 7
	if size > 3.2*module || module > 3.2*size {
		return 0, 0, false
	}
	if !ringed(before[2], before[1], middle, after[1], after[2], tol) {
		return 0, 0, false
	}
	start := float64(x*dx + y*dy - int(before[0]))
	inner := start + float64(middle)/2
	outer := start - float64(before[1]+before[2]) + float64(total)/2
	return size, (inner + outer) / 2, true
}
