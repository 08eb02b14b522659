package qr

import (
	"image"

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

// grow returns a slice of n elements, reusing s where it is large enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// resize gives dst the size w by h, reusing its pixels.
func resize(dst *image.Gray, w, h int) {
	dst.Pix = grow(dst.Pix, w*h)
	dst.Stride = w
	dst.Rect = image.Rect(0, 0, w, h)
}

// reduce averages factor by factor pixels into one.
func reduce(dst, src *image.Gray, factor int) {
	w, h := max(1, src.Rect.Dx()/factor), max(1, src.Rect.Dy()/factor)
	resize(dst, w, h)
	if src.Rect.Dx() < factor || src.Rect.Dy() < factor {
		clear(dst.Pix)
		return
	}
	if factor == 2 {
		halve(dst, src)
		return
	}
	area := uint32(factor * factor)
	for y := range h {
		out := dst.Pix[y*w:][:w]
		for x := range out {
			var sum uint32
			for dy := range factor {
				for _, v := range src.Pix[(y*factor+dy)*src.Stride+x*factor:][:factor] {
					sum += uint32(v)
				}
			}
			out[x] = byte((sum + area/2) / area)
		}
	}
}

func halve(dst, src *image.Gray) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range h {
		out := dst.Pix[y*w:][:w]
		a := src.Pix[2*y*src.Stride:][:2*w]
		b := src.Pix[(2*y+1)*src.Stride:][:2*w]
		for x := range out {
			out[x] = byte((uint(a[2*x]) + uint(a[2*x+1]) + uint(b[2*x]) + uint(b[2*x+1]) + 2) / 4)
		}
	}
}

// double interpolates twice the resolution: modules of two pixels or less need
// it, because the search walks in whole pixels.
func double(dst, src *image.Gray) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	resize(dst, 2*w, 2*h)
	for y := range 2 * h {
		// The nearer source row weighs three quarters, the other a quarter.
		near := y / 2
		far := min(max(near-1+2*(y&1), 0), h-1)
		a, b := src.Pix[near*src.Stride:][:w], src.Pix[far*src.Stride:][:w]
		out := dst.Pix[y*2*w:][:2*w]
		for x := range w {
			l, r := max(x-1, 0), min(x+1, w-1)
			c := 3*uint(a[x]) + uint(b[x])
			out[2*x] = byte((3*c + 3*uint(a[l]) + uint(b[l]) + 8) / 16)
			out[2*x+1] = byte((3*c + 3*uint(a[r]) + uint(b[r]) + 8) / 16)
		}
	}
}

// invert swaps light and dark.
func invert(dst, src *image.Gray) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	resize(dst, w, h)
	for y := range h {
		out := dst.Pix[y*w:][:w]
		for x, v := range src.Pix[y*src.Stride:][:w] {
			out[x] = ^v
		}
	}
}
