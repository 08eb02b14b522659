package ui

import (
	"image"
	"testing"

	"chot/scanner/qr"
)

func grayFrame(w, h int, v uint8) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = v
	}
	return g
}

func TestPreviewConverts(t *testing.T) {
	var p Preview
	if p.Take().Image != nil {
		t.Fatal("there is a picture before the first frame")
	}
	// A frame with its own stride, as a driver's buffer has.
	g := &image.Gray{Pix: make([]uint8, 10*4), Stride: 10, Rect: image.Rect(0, 0, 7, 4)}
	for i := range g.Pix {
		g.Pix[i] = uint8(i * 5)
	}
	corners := [][4]qr.Point{{{X: 1, Y: 2}}}
	if !p.Put(g, corners) {
		t.Fatal("the frame was not taken")
	}
	pic := p.Take()
	if pic.Image.Rect != image.Rect(0, 0, 7, 4) || pic.Frame != image.Pt(7, 4) || len(pic.Corners) != 1 || pic.Seq == 0 {
		t.Fatalf("%v %v", pic.Image.Rect, pic)
	}
	for y := range 4 {
		for x := range 7 {
			v := g.GrayAt(x, y).Y
			if c := pic.Image.RGBAAt(x, y); c.R != v || c.G != v || c.B != v || c.A != 255 {
				t.Fatalf("(%d,%d) is %v, want %d", x, y, c, v)
			}
		}
	}
	if p.Put(&image.Gray{}, nil) {
		t.Error("an empty frame was taken")
	}
	if again := p.Take(); again.Seq != pic.Seq || again.Image != pic.Image {
		t.Error("without a new frame the picture changed")
	}
}

func TestPreviewThinsLargeFrames(t *testing.T) {
	var p Preview
	g := grayFrame(4001, 3, 9)
	g.Pix[3999] = 77 // column 3999 = 3 × 1333
	if !p.Put(g, nil) {
		t.Fatal("the frame was not taken")
	}
	pic := p.Take()
	if pic.Image.Rect.Dx() != 1334 || pic.Frame != image.Pt(4001, 3) || pic.Image.RGBAAt(1333, 0).R != 77 {
		t.Errorf("%v of %v", pic.Image.Rect, pic.Frame)
	}
}

// The picture being drawn is not written to until the next is taken, however
// many frames come; and no more buffers are made than are needed.
func TestPreviewReusesBuffers(t *testing.T) {
	var p Preview
	seen := map[*image.RGBA]bool{}
	for i := range 200 {
		for j := range 1 + i%4 {
			if !p.Put(grayFrame(64, 48, uint8(i+j)), nil) {
				t.Fatal("a frame was not taken")
			}
		}
		pic := p.Take()
		want := pic.Image.Pix[0]
		seen[pic.Image] = true
		p.Put(grayFrame(64, 48, want+100), nil)
		p.Put(grayFrame(64, 48, want+101), nil)
		if pic.Image.Pix[0] != want {
			t.Fatal("the picture being drawn was written to")
		}
	}
	if len(seen) > buffers {
		t.Errorf("%d buffers were made", len(seen))
	}
}

func TestPreviewChangesSize(t *testing.T) {
	var p Preview
	for i := range 20 {
		w := 64 << (i % 3)
		if !p.Put(grayFrame(w, 48, 1), nil) {
			t.Fatal("a frame was not taken")
		}
		if pic := p.Take(); pic.Image.Rect.Dx() != w {
			t.Fatalf("a picture %d wide for a frame of %d", pic.Image.Rect.Dx(), w)
		}
	}
	p.Clear()
	if p.Take().Image != nil {
		t.Error("a picture is left after the camera is gone")
	}
	if !p.Put(grayFrame(64, 48, 1), nil) || p.Take().Image == nil {
		t.Error("no picture after the camera came back")
	}
}

func BenchmarkPreview720p(b *testing.B) {
	var p Preview
	g := grayFrame(1280, 720, 100)
	b.SetBytes(int64(len(g.Pix)))
	b.ReportAllocs()
	for b.Loop() {
		p.Put(g, nil)
		p.Take()
	}
}
