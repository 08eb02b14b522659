package camera

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"testing"
	"time"
)

func packYUYV(g *image.Gray, row int) []byte {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	b := make([]byte, row*h)
	for y := range h {
		for x := range w {
			b[y*row+2*x], b[y*row+2*x+1] = g.Pix[y*g.Stride+x], 0xa5
		}
	}
	return b
}

func TestYUYV(t *testing.T) {
	for _, w := range []int{1, 2, 3, 4, 5, 7, 8, 30, 33} {
		for _, pad := range []int{0, 1, 6} {
			want := gradient(w, 5)
			src := packYUYV(want, 2*w+pad)
			got := image.NewGray(want.Rect)
			yuyv(got, src, 2*w+pad)
			if d := farthest(t, got, want); d != 0 {
				t.Errorf("width %d, padding %d: pixels differ by up to %d", w, pad, d)
			}
		}
	}
}

func TestPlane(t *testing.T) {
	want := gradient(6, 4)
	src := make([]byte, 8*6) // padded to 8, NV12's chroma behind
	for y := range 4 {
		copy(src[8*y:], want.Pix[6*y:6*y+6])
	}
	got := image.NewGray(want.Rect)
	plane(got, src, 8)
	if d := farthest(t, got, want); d != 0 {
		t.Errorf("pixels differ by up to %d", d)
	}
}

func TestRowBytes(t *testing.T) {
	for _, c := range []struct {
		format  string
		n, w, h int
		row     int
		ok      bool
	}{
		{"YUYV", 640 * 480 * 2, 640, 480, 1280, true},
		{"YUYV", 1344 * 480, 640, 480, 1344, true}, // padded lines
		{"YUYV", 640*480*2 - 2, 640, 480, 0, false},
		{"YUYV", 320 * 240 * 2, 640, 480, 0, false},  // the driver set another size
		{"YUYV", 1280 * 960 * 2, 640, 480, 0, false}, // and larger
		{"GREY", 640 * 480, 640, 480, 640, true},
		{"NV12", 640 * 480 * 3 / 2, 640, 480, 640, true},
		{"NV12", 640 * 480, 640, 480, 0, false},
		{"MJPG", 1000, 640, 480, 0, false},
		{"YUYV", 0, 640, 480, 0, false},
		{"YUYV", 100, 0, 0, 0, false},
	} {
		row, ok := rowBytes(c.format, c.n, c.w, c.h)
		if row != c.row && ok || ok != c.ok {
			t.Errorf("rowBytes(%s, %d, %d×%d) = %d, %v; want %d, %v", c.format, c.n, c.w, c.h, row, ok, c.row, c.ok)
		}
	}
}

func TestResizeKeepsItsBuffer(t *testing.T) {
	a := resize(nil, 8, 6)
	if b := resize(a, 8, 6); b != a {
		t.Error("a frame of the same size got a new buffer")
	}
	if b := resize(a, 6, 8); b == a {
		t.Error("a frame of another size kept the buffer")
	}
}

// BenchmarkYUYV must show 0 allocs/op: go test -bench YUYV -benchmem ./camera
func BenchmarkYUYV(b *testing.B) {
	src := packYUYV(gradient(1280, 720), 2560)
	dst := image.NewGray(image.Rect(0, 0, 1280, 720))
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		yuyv(dst, src, 2560)
	}
}

// BenchmarkMJPG is what a camera's compressed 1280×720 frame costs, without its
// Huffman tables as cheap cameras send it, as a share of image/jpeg's time on the
// same frame in the same run:
//
//	go test -run '^$' -bench MJPG -benchmem ./camera
func BenchmarkMJPG(b *testing.B) {
	for _, name := range []string{"01-cccd-admit.jpg", "30-nothing.jpg"} {
		b.Run(name, func(b *testing.B) {
			whole, err := os.ReadFile("../assets/samples/" + name)
			if err != nil {
				b.Fatal(err)
			}
			j := withoutHuffman(b, whole)
			r := reader{mode: Mode{Format: "MJPG", Width: 1280, Height: 720}}
			var ours, theirs time.Duration
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				if _, err := r.luminance(j); err != nil {
					b.Fatal(err)
				}
				ours += time.Since(start)
				b.StopTimer()
				start = time.Now()
				if _, err := jpeg.Decode(bytes.NewReader(whole)); err != nil {
					b.Fatal(err)
				}
				theirs += time.Since(start)
				b.StartTimer()
			}
			b.ReportMetric(float64(ours)/float64(theirs), "of-image/jpeg")
			b.ReportMetric(theirs.Seconds()*1000/float64(b.N), "image/jpeg-ms")
		})
	}
}
