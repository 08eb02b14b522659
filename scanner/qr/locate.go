package qr

import (
	"cmp"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// triple is three finder patterns that may belong to one symbol.
type triple struct {
	topLeft, topRight, bottomLeft *detector.FinderPattern
	cost                          float64 // how far from a square corner, 0 at best
}

const (
	maxCentres     = 64 // finder patterns considered in one rung
	firstTriples   = 7  // triples a first rung tries even when time is up
	maxLiveTriples = 24
	maxTriples     = 160
)

// centres finds finder patterns, looking at every step-th row for runs of
// 1:1:3:1:1 (ISO/IEC 18004 §6.3.3) and cross-checking each with gozxing.
func (s *scanner) centres(step int) []*detector.FinderPattern {
	bm := &s.bits
	finder := detector.NewFinderPatternFinder(bm.matrix, nil)
	var state [5]int
	for y := step - 1; y < bm.height; y += step {
		s.runs = bm.runs(y, s.runs[:0])
		x := 0
		for i, run := range s.runs {
			x += int(run)
			// Odd runs are black; the window of five ends with this one.
			if i&1 == 0 || i < 5 {
				continue
			}
			for k := range state {
				state[k] = int(s.runs[i-4+k])
			}
			if detector.FinderPatternFinder_foundPatternCross(state[:]) {
				finder.HandlePossibleCenter(state[:], y, x)
			}
		}
	}
	found := finder.GetPossibleCenters()
	if len(found) > maxCentres {
		// The most often seen are the most likely; order decides ties.
		slices.SortStableFunc(found, func(a, b *detector.FinderPattern) int {
			return b.GetCount() - a.GetCount()
		})
		found = found[:maxCentres]
	}
	return found
}

// triples lists the likely symbols among the centres, best first.
func (s *scanner) triples(centres []*detector.FinderPattern, limit int) []triple {
	s.candidates = s.candidates[:0]
	for i, a := range centres {
		for j := i + 1; j < len(centres); j++ {
			b := centres[j]
			if !alike(a, b) {
				continue
			}
			for _, c := range centres[j+1:] {
				if !alike(a, c) || !alike(b, c) {
					continue
				}
				if t, ok := arrange(a, b, c); ok {
					s.candidates = append(s.candidates, t)
				}
			}
		}
	}
	slices.SortStableFunc(s.candidates, func(a, b triple) int { return cmp.Compare(a.cost, b.cost) })
	return s.candidates[:min(limit, len(s.candidates))]
}

func alike(a, b *detector.FinderPattern) bool {
	m, n := a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize()
	return max(m, n) <= 1.6*min(m, n)
}

// arrange orders three centres into a symbol's corners, if their places allow
// for one: two sides of like length at about a right angle, 14 to 170 modules.
func arrange(a, b, c *detector.FinderPattern) (triple, bool) {
	ab, bc, ca := distance(a, b), distance(b, c), distance(c, a)
	// The corner lies opposite the longest side.
	tl, p, q, u, v, w := c, a, b, ca, bc, ab
	switch {
	case bc >= ab && bc >= ca:
		tl, p, q, u, v, w = a, b, c, ab, ca, bc
	case ca >= ab && ca >= bc:
		tl, p, q, u, v, w = b, c, a, bc, ab, ca
	}
	short, long := min(u, v), max(u, v)
	if short <= 0 || long > 1.8*short {
		return triple{}, false
	}
	cos := (u*u + v*v - w*w) / (2 * u * v)
	if math.Abs(cos) > 0.5 {
		return triple{}, false
	}
	m := tl.GetEstimatedModuleSize() + p.GetEstimatedModuleSize() + q.GetEstimatedModuleSize()
	modules := (u + v) / 2 / (m / 3)
	// The run that measures a module is a slanted one: up to 1.41 too long.
	if modules < 14/1.7 || modules > 170*1.3 {
		return triple{}, false
	}
	// Right of the corner comes top-right, clockwise (y grows downwards).
	cross := (p.GetX()-tl.GetX())*(q.GetY()-tl.GetY()) - (p.GetY()-tl.GetY())*(q.GetX()-tl.GetX())
	if cross < 0 {
		p, q = q, p
	}
	sizes := []float64{tl.GetEstimatedModuleSize(), p.GetEstimatedModuleSize(), q.GetEstimatedModuleSize()}
	cost := long/short - 1 + math.Abs(cos) + 0.5*(slices.Max(sizes)/slices.Min(sizes)-1)
	// A pattern crossed by one row only is often a chance.
	for _, f := range []*detector.FinderPattern{tl, p, q} {
		if f.GetCount() < 2 {
			cost += 0.2
		}
	}
	return triple{topLeft: tl, topRight: p, bottomLeft: q, cost: cost}, true
}

// certain reports whether a triple is a symbol beyond reasonable doubt, so that
// it is worth telling that it could not be read.
func (t triple) certain() bool {
	return t.cost < 0.35 && t.topLeft.GetCount() >= 2 && t.topRight.GetCount() >= 2 && t.bottomLeft.GetCount() >= 2
}

func distance(a, b *detector.FinderPattern) float64 {
	return math.Hypot(a.GetX()-b.GetX(), a.GetY()-b.GetY())
}
