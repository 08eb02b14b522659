package qr

import (
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// sample is the luminance of one of the committed sample frames, 1280 by 720.
func sample(b *testing.B, name string) *image.Gray {
	b.Helper()
	f, err := os.Open(filepath.Join("..", "..", "assets", "samples", name))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		b.Fatal(err)
	}
	c, ok := img.(*image.YCbCr)
	if !ok {
		b.Fatal("not a colour frame")
	}
	return &image.Gray{Pix: c.Y, Stride: c.YStride, Rect: c.Rect}
}

// plain is gozxing as its README uses it.
func plain(frame *image.Gray) (string, bool) {
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(newSource(frame, new([]byte))))
	if err != nil {
		return "", false
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		return "", false
	}
	return result.GetText(), true
}

// fullHD enlarges a frame of 720p to 1080p.
func fullHD(frame *image.Gray) *image.Gray {
	src, _ := normalise(frame)
	g := image.NewGray(image.Rect(0, 0, 1920, 1080))
	for y := range 1080 {
		for x := range 1920 {
			g.Pix[y*1920+x] = byte(src.at((float64(x)+0.5)/1.5, (float64(y)+0.5)/1.5))
		}
	}
	return g
}

// compare times Decode and reports what share of gozxing's time it takes on the
// same frame in the same run: the best of either, because others use the machine.
func compare(b *testing.B, frame *image.Gray, symbols int, budget time.Duration) {
	b.Helper()
	const rounds = 25
	reference := time.Hour
	for range rounds {
		start := time.Now()
		if _, ok := plain(frame); ok != (symbols > 0) {
			b.Fatalf("gozxing alone reads: %v", ok)
		}
		reference = min(reference, time.Since(start))
	}
	d := NewDecoder()
	d.Decode(frame, budget)
	b.ReportAllocs()
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		if n := len(d.Decode(frame, budget)); n != symbols {
			b.Fatalf("%d symbols, want %d", n, symbols)
		}
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(best)/float64(reference), "of-gozxing")
	b.ReportMetric(float64(best.Microseconds())/1000, "best-ms")
	b.ReportMetric(float64(reference.Microseconds())/1000, "gozxing-ms")
}

// The first rung alone, which every live frame gets. The bars are 0.45 without a
// code and 0.40 with one.
func BenchmarkNoCode(b *testing.B)      { compare(b, sample(b, "30-nothing.jpg"), 0, 1) }
func BenchmarkNoCode1080p(b *testing.B) { compare(b, fullHD(sample(b, "30-nothing.jpg")), 0, 1) }
func BenchmarkOneCode(b *testing.B)     { compare(b, sample(b, "01-cccd-admit.jpg"), 1, 1) }

// Every rung of a live frame, and every rung there is.
func BenchmarkNoCodeLive(b *testing.B)   { compare(b, sample(b, "30-nothing.jpg"), 0, time.Minute) }
func BenchmarkNoCodeStill(b *testing.B)  { compare(b, sample(b, "30-nothing.jpg"), 0, 0) }
func BenchmarkOneCodeStill(b *testing.B) { compare(b, sample(b, "01-cccd-admit.jpg"), 1, 0) }
