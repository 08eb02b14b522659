package camera

import (
	"image"
	"math/rand/v2"
	"testing"
)

// code draws modules at random, as a code's masking makes them, with the finder
// patterns' three corners left to chance too.
func code(g *image.Gray, r *rand.Rand, x, y, side, module int, dark, light byte) {
	for v := 0; v < side; v += module {
		for u := 0; u < side; u += module {
			c := light
			if r.IntN(2) == 0 {
				c = dark
			}
			for j := v; j < min(v+module, side); j++ {
				for i := u; i < min(u+module, side); i++ {
					g.Pix[(y+j)*g.Stride+x+i] = c
				}
			}
		}
	}
}

func clone(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dx(), g.Rect.Dy()))
	plane(out, g.Pix, g.Stride)
	return out
}

// noisy adds a webcam's noise.
func noisy(g *image.Gray, r *rand.Rand, deviation float64) *image.Gray {
	out := clone(g)
	for i, v := range out.Pix {
		out.Pix[i] = byte(min(255, max(0, float64(v)+r.NormFloat64()*deviation)))
	}
	return out
}

// A code that appears is always a change, whatever it appears on, as small and as
// faint as Scene promises.
func TestSceneSeesEveryCode(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	flat := image.NewGray(image.Rect(0, 0, 1280, 720))
	for i := range flat.Pix {
		flat.Pix[i] = 128
	}
	for name, ground := range map[string]*image.Gray{
		"gate": sampleFrame(t, "30-nothing.jpg"), "papers": sampleFrame(t, "31-papers-without-code.jpg"), "gray": flat,
	} {
		var s Scene
		for range rounds {
			s.Changed(ground)
			s.remember(ground)
			g := clone(ground)
			side, module := 64+r.IntN(200), 2+r.IntN(5)
			dark := byte(r.IntN(200))
			light := dark + 24 + byte(r.IntN(int(256-24-int(dark))))
			x, y := r.IntN(1280-side), r.IntN(720-side)
			code(g, r, x, y, side, module, dark, light)
			if !s.Changed(g) {
				t.Fatalf("%s: a code at %d, %d of %d pixels, modules of %d, from %d to %d, is not seen", name, x, y, side, module, dark, light)
			}
		}
	}
}

// Noise, and what is too small to be read, is no change; a light that is switched
// on is.
func TestSceneStaysQuiet(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	ground := sampleFrame(t, "30-nothing.jpg")
	var s Scene
	if !s.Changed(noisy(ground, r, 4)) {
		t.Error("the first frame is no change")
	}
	for range 10 {
		if s.Changed(noisy(ground, r, 4)) {
			t.Fatal("noise is a change")
		}
	}
	fly := clone(ground)
	code(fly, r, 400, 300, 12, 12, 0, 1)
	if s.Changed(fly) {
		t.Error("a fly is a change")
	}
	if !s.Changed(lit(ground, 1.4)) {
		t.Error("a light is no change")
	}
	if !s.Changed(gradient(640, 480)) {
		t.Error("another size is no change")
	}
}
