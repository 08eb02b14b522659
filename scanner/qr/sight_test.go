package qr

import (
	"image"
	"math/rand/v2"
	"testing"
	"time"
)

// TestTrouble photographs symbols that cannot be read for one reason each. A
// single live frame shows which.
func TestTrouble(t *testing.T) {
	for _, c := range []struct {
		name string
		want Trouble
		shot shot
	}{
		{"read", NoTrouble, shot{low: 5, high: 5, module: 4, contrast: 180, quiet: 4}},
		{"small", Small, shot{low: 10, high: 10, levels: "L", module: 1.6, gauss: 0.6, contrast: 150, quiet: 4}},
		{"smeared", Smeared, shot{low: 8, high: 8, levels: "L", module: 5, disc: 1.1, contrast: 150, quiet: 4}},
		{"faint", Faint, shot{low: 8, high: 8, levels: "L", module: 4, contrast: 15, noise: 11, quiet: 4}},
		{"glare", Glaring, shot{low: 6, high: 8, levels: "L", module: 4, glare: 0.22, contrast: 150, quiet: 4}},
		{"damaged", Damaged, shot{low: 6, high: 8, levels: "L", module: 4, logo: 0.5, contrast: 150, quiet: 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen, right := 0, 0
			have := map[Trouble]int{}
			for i := range 10 {
				rng := rand.New(rand.NewPCG(51, uint64(i)))
				frame, _ := shoot(t, rng, c.shot)
				for _, s := range byWork(NewDecoder()).Decode(frame, 25e6) {
					if s.Err == nil && c.want != NoTrouble {
						continue
					}
					seen++
					have[s.Trouble()]++
					if s.Trouble() == c.want {
						right++
					}
					if s.Err == nil && s.Sight != (Sight{}) {
						t.Errorf("a symbol that was read has a sight: %+v", s.Sight)
					}
				}
			}
			t.Logf("%d seen: %v", seen, have)
			if seen < 3 || right < seen*3/4 {
				t.Errorf("%d seen, %d rightly judged", seen, right)
			}
		})
	}
	if (&Symbol{Err: ErrFormat}).Trouble() != Damaged {
		t.Error("a symbol of which nothing is known is not called damaged")
	}
}

// TestSightInPixelsOfTheFrame holds that a reduced frame's modules are as large
// as they are.
func TestSightInPixelsOfTheFrame(t *testing.T) {
	p := spoilt(t, rand.New(rand.NewPCG(53, 54)), 5)
	small, large := paper(600, 500), image.NewGray(image.Rect(0, 0, 6000, 5000))
	p.onto(small, 100, 100, 6)
	for i := range large.Pix {
		large.Pix[i] = 235
	}
	p.onto(large, 1000, 1000, 60)
	for _, c := range []struct {
		frame *image.Gray
		want  float32
	}{{small, 6}, {large, 60}} {
		s := NewDecoder().Decode(c.frame, time.Minute)
		if len(s) != 1 || s[0].Err == nil || s[0].Sight.Module < 0.9*c.want || s[0].Sight.Module > 1.1*c.want || s[0].Sight.Contrast < 150 || s[0].Sight.Sharpness < 0.7 {
			t.Errorf("want one symbol of modules of %.0f pixels: %+v", c.want, s)
		}
	}
}
