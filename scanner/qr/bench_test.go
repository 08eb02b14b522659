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

// compare times Decode and reports how many times faster it is than gozxing
// alone on the same frame in the same run.
func compare(b *testing.B, name string, symbols int, budget time.Duration) {
	frame := sample(b, name)
	const rounds = 15
	start := time.Now()
	for range rounds {
		if _, ok := plain(frame); ok != (symbols > 0) {
			b.Fatalf("gozxing alone reads: %v", ok)
		}
	}
	reference := time.Since(start) / rounds
	d := NewDecoder()
	d.Decode(frame, budget)
	b.ReportAllocs()
	for b.Loop() {
		if n := len(d.Decode(frame, budget)); n != symbols {
			b.Fatalf("%d symbols, want %d", n, symbols)
		}
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(reference)/float64(each), "times-gozxing")
	b.ReportMetric(float64(reference.Microseconds())/1000, "gozxing-ms")
}

// The first rung alone, which every live frame gets.
func BenchmarkNoCode(b *testing.B)  { compare(b, "30-nothing.jpg", 0, 1) }
func BenchmarkOneCode(b *testing.B) { compare(b, "01-cccd-admit.jpg", 1, 1) }

// Every rung of a live frame, and every rung there is.
func BenchmarkNoCodeLive(b *testing.B)  { compare(b, "30-nothing.jpg", 0, time.Minute) }
func BenchmarkNoCodeStill(b *testing.B) { compare(b, "30-nothing.jpg", 0, 0) }
