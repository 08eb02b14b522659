package qr

import (
	"image"
	"math/rand/v2"
	"testing"
)

// noise makes a frame with flat, textured and sloping parts.
func noise(rng *rand.Rand, w, h, stride int) *image.Gray {
	g := &image.Gray{Pix: make([]byte, stride*h), Stride: stride, Rect: image.Rect(0, 0, w, h)}
	for y := range h {
		for x := range stride {
			v := (x*3 + y) / 8
			switch (x/37 + y/23) % 4 {
			case 0:
				v = 120 + rng.IntN(10)
			case 1:
				v = rng.IntN(256)
			case 2:
				v = 20
			}
			g.Pix[y*stride+x] = byte(v)
		}
	}
	return g
}

// TestThreshold compares every block's own threshold with a plain one.
func TestThreshold(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var s shades
	for _, size := range [][3]int{{40, 40, 40}, {41, 47, 41}, {64, 64, 70}, {127, 65, 127}, {160, 96, 192}, {333, 250, 333}, {90, 411, 91}} {
		g := noise(rng, size[0], size[1], size[2])
		src, _ := normalise(g)
		if !s.threshold(src, 24, 1, nil) {
			t.Fatalf("%v: no picture", size)
		}
		for by := range s.rows {
			for bx := range s.cols {
				lo, hi := 255, 0
				x0, y0 := min(8*bx, size[0]-8), min(8*by, size[1]-8)
				for y := y0; y < y0+8; y++ {
					for x := x0; x < x0+8; x++ {
						v := int(g.Pix[y*g.Stride+x])
						lo, hi = min(lo, v), max(hi, v)
					}
				}
				want := uint32(0)
				if hi-lo >= 24 {
					want = uint32(1<<16 | (lo+hi+1)/2)
				}
				if have := s.weighed[by*s.cols+bx]; have != want {
					t.Fatalf("%v: block (%d, %d) has %x, want %x", size, bx, by, have, want)
				}
			}
		}
		words := make([]uint64, (size[0]+63)/64)
		for y := range size[1] {
			s.pack(y, words)
			for x := range size[0] {
				if words[x>>6]>>(x&63)&1 == 1 != s.dark(x, y) {
					t.Fatalf("%v: pixel (%d, %d) differs", size, x, y)
				}
			}
		}
	}
}

func TestTransitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, w := range []int{24, 63, 64, 65, 97, 128, 300} {
		words := make([]uint64, (w+63)/64)
		for range 50 {
			clear(words)
			var want []int32
			dark, before := false, false
			for x := range w {
				if rng.IntN(4) == 0 {
					dark = !dark
				}
				if dark {
					words[x>>6] |= 1 << (x & 63)
				}
				if dark != before {
					want, before = append(want, int32(x)), dark
				}
			}
			if dark {
				want = append(want, int32(w))
			}
			have := transitions(words, w, nil)
			if len(have) != len(want) {
				t.Fatalf("width %d: %v, want %v", w, have, want)
			}
			for i := range want {
				if have[i] != want[i] {
					t.Fatalf("width %d: %v, want %v", w, have, want)
				}
			}
		}
	}
}

func TestScaling(t *testing.T) {
	g := plane{pix: []byte{0, 10, 20, 30, 99, 40, 50, 60, 70, 99}, stride: 5, width: 4, height: 2}
	var half, third, twice plane
	half.reduce(&g, 2, nil)
	if half.width != 2 || half.height != 1 || half.pix[0] != 25 || half.pix[1] != 45 {
		t.Errorf("half: %+v", half)
	}
	third.reduce(&g, 3, nil)
	if third.width != 1 || third.height != 1 {
		t.Errorf("a third of a lower frame: %+v", third)
	}
	twice.double(&g, &g, &filterWork{}, nil)
	if twice.width != 8 || twice.height != 4 || twice.pix[0] != 0 || twice.pix[8*3+7] < 70 {
		t.Errorf("twice: %+v", twice)
	}
}

// TestFilters holds that filters leave flat pictures flat and means as they are.
func TestFilters(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	var out plane
	var work filterWork
	for _, size := range [][2]int{{1, 1}, {2, 9}, {5, 3}, {31, 40}} {
		p := plane{pix: make([]byte, size[0]*size[1]), width: size[0], height: size[1], stride: size[0]}
		for _, flat := range []bool{true, false} {
			mean := 0.0
			for i := range p.pix {
				p.pix[i] = 100
				if !flat {
					p.pix[i] = byte(100 + rng.IntN(20))
				}
				mean += float64(p.pix[i]) / float64(len(p.pix))
			}
			for name, filter := range map[string]func(){
				"smooth":  func() { out.smooth(&p, &work.cols, nil) },
				"sharpen": func() { out.sharpen(&p, 3, 8, &work, nil) },
				"double":  func() { out.double(&p, &p, &work, nil) },
			} {
				filter()
				have := 0.0
				for _, v := range out.pix[:out.width*out.height] {
					have += float64(v) / float64(out.width*out.height)
					if flat && (v < 99 || v > 101) {
						t.Fatalf("%s of a flat picture %v: %d", name, size, v)
					}
				}
				if size[0] > 30 && (have < mean-1.5 || have > mean+1.5) {
					t.Errorf("%s: mean %.1f, was %.1f", name, have, mean)
				}
			}
		}
	}
}
