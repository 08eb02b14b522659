package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// yPlane is what image/jpeg makes of a JPEG's luminance.
func yPlane(t testing.TB, j []byte) *image.Gray {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	switch m := m.(type) {
	case *image.YCbCr:
		return &image.Gray{Pix: m.Y, Stride: m.YStride, Rect: m.Rect}
	case *image.Gray:
		return m
	}
	t.Fatalf("a picture of %T", m)
	return nil
}

// photographs are the sample frames, and noise that fills every coefficient.
func photographs(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("../assets/samples/*.jpg")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		if all[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{1, 1}, {7, 9}, {8, 8}, {17, 33}, {64, 48}, {320, 241}} {
		noise := image.NewGray(image.Rect(0, 0, size.X, size.Y))
		for i := range noise.Pix {
			noise.Pix[i] = byte(r.Uint32())
		}
		for _, quality := range []int{1, 50, 100} {
			var b bytes.Buffer
			if err := jpeg.Encode(&b, noise, &jpeg.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			all[fmt.Sprintf("gray noise %v at %d", size, quality)] = b.Bytes()
		}
		all[fmt.Sprintf("colour noise %v", size)] = colourJPEG(t, noise)
	}
	return all
}

func TestLumaJPEG(t *testing.T) {
	var d jpegDecoder // one for all: nothing stays from the picture before
	for name, j := range photographs(t) {
		want := yPlane(t, j)
		got, err := d.decode(j)
		if err != nil || !d.ended {
			t.Errorf("%s: %v, ended %v", name, err, d.ended)
			continue
		}
		// Two exact inverses may round one sample differently.
		if off := farthest(t, got, want); off > 1 {
			t.Errorf("%s: samples differ by up to %d from image/jpeg", name, off)
		}
	}
}

// Every sampling that image/jpeg reads, with and without restarts: blocks of one
// level, so that a block at a wrong place shows.
func TestLumaJPEGSamplings(t *testing.T) {
	var d jpegDecoder
	for _, s := range [][4]int{{1, 1, 1, 1}, {2, 1, 1, 1}, {1, 2, 1, 1}, {2, 2, 1, 1}, {4, 1, 1, 1}, {4, 2, 1, 1}, {2, 2, 2, 1}, {2, 2, 1, 2}} {
		for _, interval := range []int{0, 1, 3, 7} {
			j := flatBlocks(100, 75, s, interval)
			want := yPlane(t, j)
			got, err := d.decode(j)
			if err != nil || !d.ended || farthest(t, got, want) > 0 {
				t.Errorf("sampling %v, restarts every %d: %v, ended %v", s, interval, err, d.ended)
			}
			if interval > 0 { // a restart that is not the expected one
				at := bytes.Index(j, []byte{0xff, markRST0})
				j[at+1] = markRST0 + 5
				if _, err := d.decode(j); err == nil {
					t.Errorf("sampling %v: a missing restart passes", s)
				}
			}
		}
	}
}

// flatBlocks makes a baseline JPEG whose blocks have one level each.
func flatBlocks(w, h int, sampling [4]int, interval int) []byte {
	yh, yv, ch, cv := sampling[0], sampling[1], sampling[2], sampling[3]
	b := []byte{0xff, markSOI, 0xff, markDQT, 0, 67, 0}
	b = append(b, bytes.Repeat([]byte{8}, 64)...)
	b = append(b, 0xff, markSOF0, 0, 17, 8, 0, byte(h), 0, byte(w), 3, 1, byte(yh<<4|yv), 0, 2, byte(ch<<4|cv), 0, 3, byte(ch<<4|cv), 0)
	b = append(b, huffmanSegment...)
	b = append(b, 0xff, markDRI, 0, 4, 0, byte(interval), 0xff, markSOS, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0)
	var acc uint32
	n := 0
	put := func(v uint32, size int) {
		for size--; size >= 0; size-- {
			acc, n = acc<<1|v>>size&1, n+1
			if n == 8 {
				if b = append(b, byte(acc)); byte(acc) == 0xff {
					b = append(b, 0)
				}
				acc, n = 0, 0
			}
		}
	}
	codes := []uint32{0, 2, 3, 4, 5, 6, 14, 30, 62, 126, 254, 510} // table K.3
	sizes := []int{2, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9}
	last := [3]int{}
	block := func(i, level int) {
		diff := level - last[i]
		last[i] = level
		size := 0
		for abs(diff)>>size > 0 {
			size++
		}
		put(codes[size], sizes[size])
		if diff < 0 {
			diff += 1<<size - 1
		}
		put(uint32(diff), size)
		put(0b1010, 4) // end of block, table K.5
	}
	r := rand.New(rand.NewPCG(3, 4))
	mcus := (w + 8*yh - 1) / (8 * yh) * ((h + 8*yv - 1) / (8 * yv))
	for mcu := range mcus {
		if interval > 0 && mcu > 0 && mcu%interval == 0 {
			for n > 0 {
				put(1, 1)
			}
			b = append(b, 0xff, markRST0+byte(mcu/interval-1)&7)
			last = [3]int{}
		}
		for range yh * yv {
			block(0, r.IntN(240)-120)
		}
		for i := range 2 {
			for range ch * cv {
				block(1+i, r.IntN(240)-120)
			}
		}
	}
	for n > 0 {
		put(1, 1)
	}
	return append(b, 0xff, markEOI)
}

// What the decoder leaves to image/jpeg still is read, and a frame cut anywhere
// is refused.
func TestLumaJPEGRefuses(t *testing.T) {
	var d jpegDecoder
	j := colourJPEG(t, gradient(64, 48))
	for n := range len(j) - 2 {
		if _, err := d.decode(j[:n]); err == nil {
			// The scan's last bits may be padding: nothing is missing then.
			if n < len(j)-3 {
				t.Fatalf("passes when cut at %d of %d", n, len(j))
			}
		}
	}
	rgb := bytes.Clone(j)
	sof := bytes.Index(rgb, []byte{0xff, markSOF0})
	sos := bytes.Index(rgb, []byte{0xff, markSOS})
	for i, c := range []byte("RGB") {
		rgb[sof+10+3*i], rgb[sos+5+2*i] = c, c
	}
	rgb[sof+11] = 0x11 // of 4:2:0 no RGB can be
	if _, err := d.decode(rgb); err != errOtherJPEG {
		t.Errorf("RGB gives %v", err)
	}
	progressive := bytes.Clone(j)
	progressive[sof+1] = 0xc2
	if _, err := d.decode(progressive); err != errOtherJPEG {
		t.Errorf("a progressive JPEG gives %v", err)
	}
	if _, err := d.decode(withoutHuffman(t, j)); err != errOtherJPEG {
		t.Errorf("a JPEG without tables gives %v", err)
	}
	big := bytes.Clone(j)
	copy(big[sof+5:], []byte{0xff, 0xff, 0xff, 0xff})
	if _, err := d.decode(big); !errors.Is(err, ErrTooLarge) {
		t.Errorf("65535×65535 gives %v", err)
	}
	if g, err := DecodePicture(whiteCMYK(t)); err == nil {
		t.Errorf("a broken CMYK picture gives %v", g.Rect)
	}
}

// whiteCMYK is the head of a JPEG with four components.
func whiteCMYK(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	m := image.NewRGBA(image.Rect(0, 0, 8, 8))
	m.Set(0, 0, color.White)
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	j := b.Bytes()
	sof := bytes.Index(j, []byte{0xff, markSOF0})
	j[sof+9] = 4
	return j
}

func TestLumaJPEGAllocatesOnce(t *testing.T) {
	var d jpegDecoder
	j := colourJPEG(t, gradient(320, 240))
	if _, err := d.decode(j); err != nil {
		t.Fatal(err)
	}
	if a := testing.AllocsPerRun(20, func() { d.decode(j) }); a > 1 { // the picture's head
		t.Errorf("%v allocations a frame", a)
	}
}

// FuzzLumaJPEG holds that nothing panics, and that what is read to its end
// image/jpeg reads too, in the same size.
func FuzzLumaJPEG(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzLumaJPEG"); err != nil || len(seeds) == 0 {
		f.Fatal("no seeds in testdata/fuzz/FuzzLumaJPEG")
	}
	f.Add(colourJPEG(f, gradient(24, 17)))
	f.Add(flatBlocks(40, 30, [4]int{2, 1, 1, 1}, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d jpegDecoder
		g, err := d.decode(b)
		if err != nil || !d.ended {
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(b))
		if err != nil || c.Width != g.Rect.Dx() || c.Height != g.Rect.Dy() {
			t.Fatalf("%v by image/jpeg: %d×%d, %v", g.Rect, c.Width, c.Height, err)
		}
		if _, err := jpeg.Decode(bytes.NewReader(b)); err != nil {
			t.Fatalf("image/jpeg: %v", err)
		}
	})
}
