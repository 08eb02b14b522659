package camera

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
)

// gradient is a picture in which every pixel's place shows.
func gradient(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			g.Pix[y*g.Stride+x] = byte(3*x + 5*y)
		}
	}
	return g
}

// colourJPEG is baseline 4:2:0 with three components, as a camera makes it.
func colourJPEG(t testing.TB, g *image.Gray) []byte {
	t.Helper()
	m := image.NewYCbCr(g.Rect, image.YCbCrSubsampleRatio420)
	for y := range g.Rect.Dy() {
		copy(m.Y[y*m.YStride:], g.Pix[y*g.Stride:y*g.Stride+g.Rect.Dx()])
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = 90, 160
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngBytes(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withoutHuffman leaves the DHT segments out, as cheap webcams do.
func withoutHuffman(t testing.TB, j []byte) []byte {
	t.Helper()
	out := append([]byte(nil), j[:2]...)
	for i := 2; i+4 < len(j); {
		n := 2 + (int(j[i+2])<<8 | int(j[i+3]))
		if j[i+1] == markSOS {
			return append(out, j[i:]...)
		}
		if j[i+1] != markDHT {
			out = append(out, j[i:i+n]...)
		}
		i += n
	}
	t.Fatal("no scan")
	return nil
}

// farthest is the largest difference between two pictures of one size.
func farthest(t testing.TB, got, want *image.Gray) int {
	t.Helper()
	if got.Rect != want.Rect {
		t.Fatalf("got a picture of %v, want %v", got.Rect, want.Rect)
	}
	d := 0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			d = max(d, abs(int(got.GrayAt(x, y).Y)-int(want.GrayAt(x, y).Y)))
		}
	}
	return d
}

func TestStandardHuffmanTables(t *testing.T) {
	// image/jpeg writes the tables of Annex K.3, in one segment.
	j := colourJPEG(t, gradient(16, 16))
	if !bytes.Contains(j, huffmanSegment) {
		t.Fatal("the tables differ from those image/jpeg writes")
	}
}

func TestJPEGWithoutHuffmanTables(t *testing.T) {
	whole := colourJPEG(t, gradient(64, 48))
	bare := withoutHuffman(t, whole)
	if _, err := jpeg.Decode(bytes.NewReader(bare)); err == nil {
		t.Fatal("image/jpeg reads a JPEG without tables: the guard is no longer needed")
	}
	want, err := DecodePicture(whole)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodePicture(bare)
	if err != nil {
		t.Fatal(err)
	}
	if d := farthest(t, got, want); d != 0 {
		t.Errorf("pixels differ by up to %d", d)
	}
	scratch := make([]byte, 0, 2*len(whole))
	if out := withHuffman(bare, scratch); &out[0] != &scratch[:1][0] {
		t.Error("the scratch buffer is not used")
	}
	if out := withHuffman(whole, scratch); &out[0] != &whole[0] {
		t.Error("a JPEG with tables is copied")
	}
}

func TestDecodePicture(t *testing.T) {
	want := gradient(37, 23)
	gray16 := image.NewGray16(want.Rect)
	rgba := image.NewRGBA(want.Rect)
	nrgba := image.NewNRGBA(want.Rect)
	nrgba64 := image.NewNRGBA64(want.Rect)
	palette := make(color.Palette, 256)
	for i := range palette {
		palette[i] = color.Gray{Y: byte(i)}
	}
	paletted := image.NewPaletted(want.Rect, palette)
	for y := range 23 {
		for x := range 37 {
			c := want.GrayAt(x, y)
			gray16.Set(x, y, c)
			rgba.Set(x, y, c)
			nrgba.Set(x, y, c)
			nrgba64.Set(x, y, c)
			paletted.Set(x, y, c)
		}
	}
	nrgba.SetNRGBA(0, 0, color.NRGBA{}) // transparent black on white paper, below
	see := *want
	see.Pix = bytes.Clone(want.Pix)
	see.Pix[0] = 255

	pgm16 := []byte("P5\n# sixteen bits\n37 23\n65535\n")
	for _, v := range want.Pix {
		pgm16 = append(pgm16, v, v)
	}
	pgm100 := []byte("P5 37#width\n#height:\n23 100\n")
	low := gradient(37, 23)
	for i, v := range want.Pix {
		pgm100 = append(pgm100, v%101)
		low.Pix[i] = byte((int(v%101)*255 + 50) / 100)
	}
	for _, c := range []struct {
		name  string
		bytes []byte
		want  *image.Gray
		near  int
	}{
		{"jpeg", colourJPEG(t, want), want, 24}, // a sawtooth at quality 95
		{"gray png", pngBytes(t, want), want, 0},
		{"16-bit gray png", pngBytes(t, gray16), want, 0},
		{"opaque colour png", pngBytes(t, rgba), want, 0},
		{"colour png with a hole", pngBytes(t, nrgba), &see, 0},
		{"16-bit colour png", pngBytes(t, nrgba64), want, 0},
		{"paletted png", pngBytes(t, paletted), want, 0},
		{"pgm", append([]byte("P5\r\n37 23\n255\n"), want.Pix...), want, 0},
		{"16-bit pgm", pgm16, want, 0},
		{"pgm to 100", pgm100, low, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := DecodePicture(c.bytes)
			if err != nil {
				t.Fatal(err)
			}
			if d := farthest(t, got, c.want); d > c.near {
				t.Errorf("pixels differ by up to %d", d)
			}
		})
	}
}

func TestLumaWeights(t *testing.T) {
	for _, c := range []struct {
		r, g, b uint32
		want    byte
	}{{255, 255, 255, 255}, {0, 0, 0, 0}, {255, 0, 0, 76}, {0, 255, 0, 150}, {0, 0, 255, 29}} {
		if got := luma(c.r, c.g, c.b); got != c.want {
			t.Errorf("luma(%d,%d,%d) = %d, want %d", c.r, c.g, c.b, got, c.want)
		}
	}
}

// hugePNG is a header that claims w×h, and no pixels.
func hugePNG(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = binary.BigEndian.AppendUint32(ihdr, h)
	ihdr = append(ihdr, 8, 0, 0, 0, 0)
	b := append([]byte(pngSignature), 0, 0, 0, 13)
	b = append(b, ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}

// hugeJPEG is a small JPEG whose frame header claims w×h.
func hugeJPEG(t testing.TB, w, h uint16) []byte {
	j := colourJPEG(t, gradient(16, 16))
	i := bytes.Index(j, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(j[i+5:], h)
	binary.BigEndian.PutUint16(j[i+7:], w)
	return j
}

func TestPictureLimits(t *testing.T) {
	whole := colourJPEG(t, gradient(64, 48))
	gray := pngBytes(t, gradient(64, 48))
	odd := bytes.Clone(whole)
	odd[bytes.Index(odd, []byte{0xff, 0xc0})+4] = 9
	for _, c := range []struct {
		name  string
		bytes []byte
		want  error
		says  string
	}{
		{"100 megapixel png", hugePNG(10000, 10000), ErrTooLarge, "100 megapixels"},
		{"very large png", hugePNG(1<<20, 1<<20), ErrTooLarge, "megapixels"},
		{"impossible png", hugePNG(1<<31-1, 1<<31-1), ErrTooLarge, "megapixels"},
		{"100 megapixel jpeg", hugeJPEG(t, 10000, 10000), ErrTooLarge, "100 megapixels"},
		{"100 megapixel pgm", []byte("P5 10000 10000 255\n"), ErrTooLarge, "100 megapixels"},
		{"largest pgm", []byte("P5 99999999 99999999 255\n"), ErrTooLarge, "megapixels"},
		{"half a jpeg", whole[:len(whole)/2], ErrTruncated, "cut off"},
		{"a jpeg's beginning", whole[:20], ErrTruncated, "cut off"},
		{"half a png", gray[:len(gray)/2], ErrTruncated, "cut off"},
		{"half a pgm", append([]byte("P5 37 23 255\n"), 1, 2, 3), ErrTruncated, "cut off"},
		{"half a pgm header", []byte("P5 37 23"), ErrTruncated, "cut off"},
		{"pgm above its largest value", []byte("P5 1 1 9\n\x0a"), ErrBadPicture, "take it again"},
		{"pgm without pixels", []byte("P5 0 1 9\n\x0a"), ErrBadPicture, "take it again"},
		{"pgm with letters", []byte("P5 a b c\n\x0a"), ErrBadPicture, "take it again"},
		{"jpeg of 9 bits", odd, ErrBadPicture, "take it again"},
		{"text", []byte("hello"), ErrNotPicture, "convert"},
		{"nothing", nil, ErrNotPicture, "convert"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := DecodePicture(c.bytes)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want %v saying %q", err, c.want, c.says)
			}
			if g != nil {
				t.Error("a picture beside an error")
			}
		})
	}
}

func FuzzDecodePicture(f *testing.F) {
	needSeeds(f)
	f.Add(colourJPEG(f, gradient(16, 16)))
	f.Add(withoutHuffman(f, colourJPEG(f, gradient(16, 16))))
	f.Add(pngBytes(f, gradient(9, 9)))
	f.Add([]byte("P5 2 1 255\nab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, h := claims(b); w*h > 1<<20 {
			return // only small pictures, to stay quick
		}
		g, err := DecodePicture(b)
		if (g == nil) == (err == nil) {
			t.Fatalf("picture %v with error %v", g, err)
		}
		if g != nil {
			if g.Rect.Min != (image.Point{}) || g.Rect.Empty() {
				t.Fatalf("bounds %v", g.Rect)
			}
			_ = g.GrayAt(g.Rect.Max.X-1, g.Rect.Max.Y-1)
		}
	})
}

// claims is the size a picture's header gives.
func claims(b []byte) (w, h int) {
	if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err == nil {
		return c.Width, c.Height
	}
	if h, err := parsePGM(b); err == nil {
		return h.width, h.height
	}
	return 0, 0
}

// needSeeds fails a fuzz test whose committed seeds are gone.
func needSeeds(f *testing.F) {
	f.Helper()
	if seeds, err := os.ReadDir("testdata/fuzz/" + f.Name()); err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds in testdata/fuzz/%s", f.Name())
	}
}
