package qr

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shared finds the folder of test photographs beside the repository. It is not
// part of a clone; where a build server must have it, its absence fails.
func shared(t testing.TB) string {
	dir := os.Getenv("CHOT_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			at = filepath.Dir(at)
			if s, err := os.Stat(filepath.Join(at, "shared")); err == nil && s.IsDir() {
				dir = filepath.Join(at, "shared")
				break
			}
			if at == filepath.Dir(at) {
				break
			}
		}
	}
	dir = filepath.Join(dir, "data", "qr", "zxing")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("photographs are missing: %v", err)
		}
		t.Skip("the ZXing photographs are not here: put them at ../shared/data/qr/zxing or set CHOT_SHARED")
	}
	return dir
}

func loadGray(t testing.TB, path string) *image.Gray {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return toGray(img)
}

// toGray puts a picture on white paper: some of the drawings are transparent.
func toGray(img image.Image) *image.Gray {
	b := img.Bounds()
	paper := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(paper, paper.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, paper.Rect, img, b.Min, draw.Over)
	gray := image.NewGray(paper.Rect)
	draw.Draw(gray, gray.Rect, paper, image.Point{}, draw.Src)
	return gray
}

// turn rotates a picture by quarter turns, clockwise.
func turn(g *image.Gray, quarters int) *image.Gray {
	for range quarters {
		w, h := g.Rect.Dx(), g.Rect.Dy()
		r := image.NewGray(image.Rect(0, 0, h, w))
		for y := range h {
			for x := range w {
				r.Pix[x*r.Stride+h-1-y] = g.Pix[y*g.Stride+x]
			}
		}
		g = r
	}
	return g
}

// minimum is how many of a folder's pictures are read, by quarter turns. They
// are what was measured when they were committed: fewer is a regression.
var minimum = []struct {
	folder   string
	pictures int
	read     [4]int
}{
	{"falsepositives-2", 25, [4]int{0, 0, 0, 0}},
	{"qrcode-1", 20, [4]int{20, 20, 20, 20}},
	{"qrcode-2", 35, [4]int{34, 34, 34, 34}},
	{"qrcode-3", 42, [4]int{42, 42, 42, 42}},
	{"qrcode-4", 48, [4]int{48, 48, 48, 48}},
	{"qrcode-5", 19, [4]int{19, 19, 19, 19}},
	{"qrcode-6", 15, [4]int{15, 15, 15, 15}},
}

// besides are texts that a picture holds and the file beside it does not say:
// the file of 13.png says "photograph", the symbol (6-Q, the same message as
// 12.png's) "photography"; 16.png has a second symbol in its middle. They count
// neither as read nor as misread, but must be seen at every turn.
var besides = map[string]string{
	"qrcode-2/13.png": "The 2005 USGS aerial photography of the Washington Monument is censored.",
	"qrcode-2/16.png": "[内側QRコード]\r\n\r\n*ダブルQR*\r\nhttp://d-qr.net/ex/",
}

// TestPhotographs reads the ZXing project's photographs as stills, each turned
// four ways. A text that differs from the picture's is a misread, counted apart
// from a miss; there are none, so there is no list of known ones. About ten
// seconds on two cores, so nothing is sampled.
//
//	go test -run Photographs -v ./scanner/qr
func TestPhotographs(t *testing.T) {
	dir := shared(t)
	for _, m := range minimum {
		t.Run(m.folder, func(t *testing.T) {
			t.Parallel()
			pictures, err := filepath.Glob(filepath.Join(dir, m.folder, "*.png"))
			if err != nil {
				t.Fatal(err)
			}
			if len(pictures) != m.pictures {
				t.Fatalf("%d pictures, want %d", len(pictures), m.pictures)
			}
			var read, misread, located [4]int
			var missed []string
			other := 0
			d := NewDecoder()
			for _, path := range pictures {
				picture := loadGray(t, path)
				want, known := text(path)
				for q := range 4 {
					good := false
					for _, s := range d.Decode(turn(picture, q), 0) {
						switch {
						case s.Err != nil:
							located[q]++
						case known && s.Text() == want:
							good = true
						case s.Text() == besides[m.folder+"/"+filepath.Base(path)]:
							other++
						default:
							misread[q]++
							t.Errorf("%s turned %d times: misread as %q", filepath.Base(path), q, s.Text())
						}
					}
					if good {
						read[q]++
					} else if known {
						missed = append(missed, fmt.Sprintf("%s/%d", strings.TrimSuffix(filepath.Base(path), ".png"), 90*q))
					}
				}
			}
			want := 0
			for path := range besides {
				if strings.HasPrefix(path, m.folder+"/") {
					want += 4
				}
			}
			if other != want {
				t.Errorf("%d texts besides the expected ones, want %d", other, want)
			}
			t.Logf("%d pictures: read %v, misread %v, located only %v, missed %v, other texts %d", len(pictures), read, misread, located, missed, other)
			for q, n := range read {
				if n < m.read[q] {
					t.Errorf("turned %d times: %d read, want at least %d", q, n, m.read[q])
				}
			}
		})
	}
}

// text is what a picture says; some pictures say nothing.
func text(picture string) (string, bool) {
	raw, err := os.ReadFile(strings.TrimSuffix(picture, ".png") + ".txt")
	return string(raw), err == nil
}
