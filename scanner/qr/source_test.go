package qr

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
)

// source is a gozxing.LuminanceSource over a grey image. Rows are copied whole,
// and a picture without padding is lent without a copy.
type source struct {
	gozxing.LuminanceSourceBase
	gray   *image.Gray
	matrix *[]byte // reused where the stride differs from the width
}

func newSource(gray *image.Gray, matrix *[]byte) *source {
	return &source{
		LuminanceSourceBase: gozxing.LuminanceSourceBase{Width: gray.Rect.Dx(), Height: gray.Rect.Dy()},
		gray:                gray,
		matrix:              matrix,
	}
}

func (s *source) GetRow(y int, row []byte) ([]byte, error) {
	if y < 0 || y >= s.Height {
		return nil, errRow
	}
	if len(row) < s.Width {
		row = make([]byte, s.Width)
	}
	copy(row, s.gray.Pix[y*s.gray.Stride:][:s.Width])
	return row, nil
}

func (s *source) GetMatrix() []byte {
	if s.gray.Stride == s.Width {
		return s.gray.Pix[:s.Width*s.Height]
	}
	m := grow(*s.matrix, s.Width*s.Height)
	for y := range s.Height {
		copy(m[y*s.Width:][:s.Width], s.gray.Pix[y*s.gray.Stride:])
	}
	*s.matrix = m
	return m
}

func (s *source) Invert() gozxing.LuminanceSource { return gozxing.LuminanceSourceInvert(s) }

func (s *source) String() string { return gozxing.LuminanceSourceString(s) }

var errRow = gozxing.NewNotFoundException("row outside the image")

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
