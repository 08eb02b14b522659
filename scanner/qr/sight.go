package qr

// Sight is how a symbol that was located but not read looks, so that a screen
// can say what would help. Its zero value says nothing.
type Sight struct {
	Module    float32 // mean side of a module, in pixels of the frame
	Contrast  float32 // the lightest modules less the darkest, of 255
	Sharpness float32 // of that contrast, what lines of one module keep: 1 sharp, 0 smeared
	Glare     float32 // share of the symbol that is saturated white
}

// Trouble is what most likely keeps a symbol from being read.
type Trouble uint8

const (
	NoTrouble Trouble = iota // it was read
	Damaged                  // or hidden in part, or not to be seen from here
	Small                    // too few pixels a module: come closer
	Smeared                  // moved, or out of focus: hold still
	Faint                    // hardly any contrast: more light, or a brighter screen
	Glaring                  // a lamp or the sun mirrored: turn it
)

// Trouble judges by the symbol's Sight. Where several things are amiss it names
// the one that a person should mend first.
func (s *Symbol) Trouble() Trouble {
	switch v := &s.Sight; {
	case s.Err == nil:
		return NoTrouble
	case v.Module == 0:
		return Damaged
	case v.Glare > 0.03:
		return Glaring
	case v.Module < 1.8:
		return Small
	case v.Contrast < 28:
		return Faint
	case v.Sharpness < 0.4:
		return Smeared
	}
	return Damaged
}

// sight looks at a located symbol in the frame itself.
func (r *reader) sight(f *found) (v Sight) {
	side := 17 + 4*f.version
	n := float64(side)
	r.pairs = r.pairs[:0]
	for i, p := range [...]vector{{0, 0}, {n, 0}, {n, n}, {0, n}} {
		r.pairs = append(r.pairs, pair{p, vector{f.corners[i][0], f.corners[i][1]}, 1})
	}
	flat, ok := fit(r.pairs, n, 0)
	if f.version < 1 || !ok || !flat.sane(n) {
		return v
	}
	w := warp{flat: flat, side: side}
	// Time may be up: this is little, and told of.
	dense := 1
	if side < 70 {
		dense = min(density(w.module()), 3)
	}
	r.meter.spend(12 * dense * dense * side * side)
	r.grid.sample(r.src, &w, false, dense, nil)
	v.Module = float32(w.module())
	const tile = 3
	white, tiles := 0, 0
	for y := 0; y+tile <= side; y += tile {
		for x := 0; x+tile <= side; x += tile {
			tiles++
			least := float32(255)
			for k := range tile * tile {
				least = min(least, r.grid.value[(y+k/tile)*side+x+k%tile])
			}
			if least >= 252 {
				white++
			}
		}
	}
	v.Glare = float32(white) / float32(tiles)
	// What the single modules of the rings keep of the contrast of whole areas.
	var shades [256]int
	for _, x := range r.grid.value {
		shades[uint8(min(max(x, 0), 255))]++
	}
	lo, hi := 0, 255
	for few := len(r.grid.value) / 20; few >= shades[lo] && lo < 255; lo++ {
		few -= shades[lo]
	}
	for few := len(r.grid.value) / 20; few >= shades[hi] && hi > 0; hi-- {
		few -= shades[hi]
	}
	v.Contrast = float32(max(hi-lo, 0))
	v.Sharpness = min(float32(r.contrast(&w))/max(v.Contrast, 1), 1)
	return v
}
