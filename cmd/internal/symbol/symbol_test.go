package symbol

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"chot/scanner/qr"
)

const text = "https://192.0.2.1:8443 Chốt Cầu Mẫu 0123456789"

func read(t *testing.T, img *image.Gray) string {
	t.Helper()
	symbols := qr.NewDecoder().Decode(img, 0)
	if len(symbols) != 1 || symbols[0].Err != nil {
		t.Fatalf("read %d symbols", len(symbols))
	}
	return symbols[0].Text()
}

func TestPictureReadsBack(t *testing.T) {
	b, err := PNG(text)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(img.Bounds())
	draw.Draw(gray, gray.Bounds(), img, img.Bounds().Min, draw.Src)
	if got := read(t, gray); got != text {
		t.Errorf("the picture says %q", got)
	}
}

// The terminal's drawing, each character two modules high, is a symbol too.
func TestTerminalReadsBack(t *testing.T) {
	drawn, err := Text(text)
	if err != nil {
		t.Fatal(err)
	}
	const px = 4
	lines := strings.Split(strings.TrimSuffix(drawn, "\n"), "\n")
	var img *image.Gray
	for y, line := range lines {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[97;40m"), "\x1b[0m")
		cells := []rune(line)
		if img == nil {
			img = image.NewGray(image.Rect(0, 0, len(cells)*px, 2*len(lines)*px))
		}
		for x, c := range cells {
			for half := range 2 {
				if c == '█' || half == 0 && c == '▀' || half == 1 && c == '▄' {
					draw.Draw(img, image.Rect(x*px, (2*y+half)*px, (x+1)*px, (2*y+half+1)*px), image.White, image.Point{}, draw.Src)
				}
			}
		}
	}
	if got := read(t, img); got != text {
		t.Errorf("the terminal says %q", got)
	}
}

func TestTooLong(t *testing.T) {
	if _, err := PNG(strings.Repeat("x", 3000)); err == nil {
		t.Error("3,000 letters fitted into a symbol")
	}
	if _, err := Text(strings.Repeat("x", 3000)); err == nil {
		t.Error("3,000 letters fitted into a symbol on a terminal")
	}
}
