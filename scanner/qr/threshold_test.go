package qr

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
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

// TestLocalEqualsHybrid compares every bit with gozxing's own binarizer.
func TestLocalEqualsHybrid(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var b bitmap
	for _, size := range [][3]int{{40, 40, 40}, {41, 47, 41}, {64, 64, 70}, {127, 65, 127}, {160, 96, 192}, {333, 250, 333}, {90, 411, 91}} {
		g := noise(rng, size[0], size[1], size[2])
		want, err := gozxing.NewHybridBinarizer(newSource(g, new([]byte))).GetBlackMatrix()
		if err != nil {
			t.Fatal(err)
		}
		if !b.local(g) {
			t.Fatalf("%v: no picture", size)
		}
		for y := range size[1] {
			for x := range size[0] {
				if want.Get(x, y) != b.matrix.Get(x, y) {
					t.Fatalf("%v: pixel (%d, %d) is %v, want %v", size, x, y, b.matrix.Get(x, y), want.Get(x, y))
				}
			}
		}
	}
}

func TestRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var b bitmap
	for _, w := range []int{40, 64, 65, 97, 300} {
		g := noise(rng, w, 60, w)
		if !b.local(g) {
			t.Fatal("no picture")
		}
		for y := range 60 {
			var want []int32
			black, n := false, int32(0)
			for x := range w {
				if b.matrix.Get(x, y) != black {
					want, n, black = append(want, n), 0, !black
				}
				n++
			}
			want = append(want, n)
			have := b.runs(y, nil)
			if len(have) != len(want) {
				t.Fatalf("width %d row %d: %v, want %v", w, y, have, want)
			}
			for i := range want {
				if have[i] != want[i] {
					t.Fatalf("width %d row %d: %v, want %v", w, y, have, want)
				}
			}
		}
	}
}

func TestSource(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	g := noise(rng, 50, 30, 64)
	s := newSource(g, new([]byte))
	m := s.GetMatrix()
	inverted := s.Invert()
	for y := range 30 {
		row, err := s.GetRow(y, nil)
		if err != nil {
			t.Fatal(err)
		}
		dark, err := inverted.GetRow(y, nil)
		if err != nil {
			t.Fatal(err)
		}
		for x := range 50 {
			want := g.GrayAt(x, y).Y
			if row[x] != want || m[y*50+x] != want || dark[x] != 255-want {
				t.Fatalf("pixel (%d, %d): row %d, matrix %d, inverted %d, want %d", x, y, row[x], m[y*50+x], dark[x], want)
			}
		}
	}
	if _, err := s.GetRow(30, nil); err == nil {
		t.Error("a row below the image exists")
	}
	if len(s.String()) == 0 || s.GetWidth() != 50 || s.GetHeight() != 30 {
		t.Error("a source does not know its size")
	}
}

func TestScaling(t *testing.T) {
	g := &image.Gray{Pix: []byte{0, 10, 20, 30, 99, 40, 50, 60, 70, 99}, Stride: 5, Rect: image.Rect(0, 0, 4, 2)}
	var half, third, twice image.Gray
	reduce(&half, g, 2)
	if half.Rect != image.Rect(0, 0, 2, 1) || half.Pix[0] != 25 || half.Pix[1] != 45 {
		t.Errorf("half: %v %v", half.Rect, half.Pix)
	}
	reduce(&third, g, 3)
	if third.Rect != image.Rect(0, 0, 1, 1) {
		t.Errorf("a third of a lower frame: %v", third.Rect)
	}
	double(&twice, g)
	if twice.Rect != image.Rect(0, 0, 8, 4) || twice.Pix[0] != 0 || twice.Pix[8*3+7] != 70 {
		t.Errorf("twice: %v %v", twice.Rect, twice.Pix)
	}
}
