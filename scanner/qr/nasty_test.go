package qr

import (
	"image"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// nasty frames take a reader's time: all seeded, none holds a readable symbol
// but the one called damaged, which is read with much effort or not at all.
var nasty = []struct {
	name string
	draw func(testing.TB, *rand.Rand) *image.Gray
}{
	{"noise", func(_ testing.TB, rng *rand.Rand) *image.Gray { return speckle(rng, 1280, 720, 1) }},
	{"coarse noise", func(_ testing.TB, rng *rand.Rand) *image.Gray { return speckle(rng, 1280, 720, 4) }},
	{"checkerboard 1", func(testing.TB, *rand.Rand) *image.Gray { return checks(1280, 720, 1) }},
	{"checkerboard 3", func(testing.TB, *rand.Rand) *image.Gray { return checks(1280, 720, 3) }},
	{"checkerboard 20", func(testing.TB, *rand.Rand) *image.Gray { return checks(1280, 720, 20) }},
	{"rings", func(testing.TB, *rand.Rand) *image.Gray {
		g := paper(1280, 720)
		for i := range g.Pix {
			x, y := float64(i%1280)-640, float64(i/1280)-360
			g.Pix[i] = byte(128 + 100*math.Sin(math.Hypot(x, y)/3))
		}
		return g
	}},
	{"crowd of finders", func(t testing.TB, _ *rand.Rand) *image.Gray { return crowd(t, 1280, 720, 3, 30) }},
	{"dense crowd", func(t testing.TB, _ *rand.Rand) *image.Gray { return crowd(t, 1280, 720, 2, 16) }},
	{"damaged small", func(t testing.TB, rng *rand.Rand) *image.Gray { return damaged(t, rng, 4, 8, 460, 460) }},
	{"damaged version 40", func(t testing.TB, rng *rand.Rand) *image.Gray { return damaged(t, rng, 40, 4, 1280, 720) }},
	{"damaged version 25", func(t testing.TB, rng *rand.Rand) *image.Gray { return damaged(t, rng, 25, 5, 1280, 720) }},
	{"many damaged", func(t testing.TB, rng *rand.Rand) *image.Gray {
		g := paper(1280, 720)
		for y := 10; y+140 < 720; y += 140 {
			for x := 10; x+140 < 1280; x += 140 {
				spoilt(t, rng, 5).onto(g, x, y, 3)
			}
		}
		return g
	}},
	{"100 megapixels of noise", func(_ testing.TB, rng *rand.Rand) *image.Gray { return speckle(rng, 12000, 8400, 7) }},
	{"30 megapixels damaged", func(t testing.TB, rng *rand.Rand) *image.Gray { return damaged(t, rng, 30, 20, 6000, 5000) }},
	{"a long strip", func(_ testing.TB, rng *rand.Rand) *image.Gray { return speckle(rng, 30000, 30, 2) }},
}

// speckle is black and white squares by chance.
func speckle(rng *rand.Rand, w, h, square int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		row := g.Pix[y*w:][:w]
		if y%square > 0 {
			copy(row, g.Pix[(y-1)*w:])
			continue
		}
		for x := range row {
			if x%square > 0 {
				row[x] = row[x-1]
			} else {
				row[x] = byte(rng.Uint32())
			}
		}
	}
	return g
}

func checks(w, h, square int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		if (i%w/square+i/w/square)%2 == 0 {
			g.Pix[i] = 230
		}
	}
	return g
}

// crowd is finder patterns side by side.
func crowd(t testing.TB, w, h, module, pitch int) *image.Gray {
	g := paper(w, h)
	p := encode(t, "x", levelL, nil)
	finder := make(printed, 7)
	for y := range finder {
		finder[y] = p[y][:7]
	}
	for y := 2; y+pitch < h; y += pitch {
		for x := 2; x+pitch < w; x += pitch {
			finder.onto(g, x, y, module)
		}
	}
	return g
}

// spoilt is a symbol in which more modules are wrong than can be restored.
func spoilt(t testing.TB, rng *rand.Rand, version int) printed {
	p := encode(t, strings.Repeat("A", version), levelL, versioned(version))
	for y := 9; y < len(p); y++ {
		for x := 9; x < len(p); x++ {
			if rng.IntN(3) == 0 {
				p[y][x] = !p[y][x]
			}
		}
	}
	return p
}

func damaged(t testing.TB, rng *rand.Rand, version, module, w, h int) *image.Gray {
	g := paper(w, h)
	spoilt(t, rng, version).onto(g, 4, 4, module)
	for i := range g.Pix {
		g.Pix[i] = byte(max(0, int(g.Pix[i])-rng.IntN(30)))
	}
	return g
}
