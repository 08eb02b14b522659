//go:build linux && !android

package screentest

import (
	"image"
	"image/png"
	"os"
	"testing"
)

// Apart is how far two pictures of one shape are apart, in levels of a channel
// (0 to 255), averaged over 32 by 18 tiles that are compared by their mean: letters
// that stand a little elsewhere hardly count, areas of another colour do. The two
// may be of different sizes, as golden pictures are kept at half of theirs.
func Apart(a, b image.Image) float64 {
	const across, down = 32, 18
	mean := func(img image.Image, column, row int) (c [3]float64) {
		r := img.Bounds()
		w, h := r.Dx()/across, r.Dy()/down
		for y := r.Min.Y + row*h; y < r.Min.Y+(row+1)*h; y++ {
			for x := r.Min.X + column*w; x < r.Min.X+(column+1)*w; x++ {
				r, g, b, _ := img.At(x, y).RGBA()
				c[0], c[1], c[2] = c[0]+float64(r>>8), c[1]+float64(g>>8), c[2]+float64(b>>8)
			}
		}
		for i := range c {
			c[i] /= float64(w * h)
		}
		return c
	}
	sum := 0.0
	for row := range down {
		for column := range across {
			p, q := mean(a, column, row), mean(b, column, row)
			for i := range p {
				sum += max(p[i]-q[i], q[i]-p[i])
			}
		}
	}
	return sum / (across * down * 3)
}

// Picture reads a PNG file.
func Picture(t testing.TB, file string) image.Image {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return img
}
