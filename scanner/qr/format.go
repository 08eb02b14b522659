package qr

// formatWords are the 32 format information words, masked as they are printed
// (ISO/IEC 18004 Annex C); the index is the five bits they carry: two of the
// error correction level, three of the mask pattern.
var formatWords = func() (w [32]uint16) {
	for i := range w {
		rest := uint32(i) << 10
		for bit := 14; bit >= 10; bit-- {
			if rest>>bit&1 == 1 {
				rest ^= 0x537 << (bit - 10)
			}
		}
		w[i] = uint16(uint32(i)<<10|rest) ^ 0x5412
	}
	return w
}()

// versionWords are the 34 version information words of versions 7 to 40
// (ISO/IEC 18004 Annex D).
var versionWords = func() (w [34]uint32) {
	for i := range w {
		v := uint32(i + 7)
		rest := v << 12
		for bit := 17; bit >= 12; bit-- {
			if rest>>bit&1 == 1 {
				rest ^= 0x1F25 << (bit - 12)
			}
		}
		w[i] = v<<12 | rest
	}
	return w
}()

// format is what the format information says, and how well the modules agree
// with it: 1 where all 30 do.
type format struct {
	level, mask int
	fit         float32
}

// formats ranks the two likeliest readings of the format information by
// correlation over both copies: a soft decision, so that it outlives more damage
// than the three errors a copy can correct. Mirrored, the places are swapped.
func (g *grid) formats(mirrored bool) (best, second format) {
	var sum [15]float32
	for i := range sum {
		for _, p := range formatPlaces(i, g.side) {
			if mirrored {
				p[0], p[1] = p[1], p[0]
			}
			sum[i] += clip(g.soft[p[1]*g.side+p[0]])
		}
	}
	best.fit, second.fit = -2, -2
	for i, w := range formatWords {
		var fit float32
		for b, s := range sum {
			if w>>b&1 == 1 {
				fit += s
			} else {
				fit -= s
			}
		}
		f := format{level: i >> 3, mask: i & 7, fit: fit / 30}
		if f.fit > best.fit {
			best, second = f, best
		} else if f.fit > second.fit {
			second = f
		}
	}
	return best, second
}

// versionFit says how well the version information (ISO/IEC 18004 §7.10) agrees
// with the version, and which version fits best.
func (g *grid) versionFit() (version int, fit float32) {
	n := g.side
	var sum [18]float32
	for i := range sum {
		a, b := n-11+i%3, i/3
		sum[i] = clip(g.soft[a*n+b]) + clip(g.soft[b*n+a])
	}
	fit = -2
	for k, w := range versionWords {
		var f float32
		for b, s := range sum {
			if w>>b&1 == 1 {
				f += s
			} else {
				f -= s
			}
		}
		if f /= 36; f > fit {
			version, fit = k+7, f
		}
	}
	return version, fit
}

func clip(v float32) float32 { return min(max(v, -1), 1) }
