// Package symbol draws QR symbols (ISO/IEC 18004) for screens and paper.
package symbol

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

const (
	modulePixels = 8
	quietZone    = 4 // modules, ISO/IEC 18004 §6.3.8
)

// encode encodes text with as much error correction as keeps it within version
// 20: denser ones are hard for a cheap camera.
func encode(text string) (*encoder.QRCode, error) {
	var code *encoder.QRCode
	for _, level := range []decoder.ErrorCorrectionLevel{decoder.ErrorCorrectionLevel_Q, decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_L} {
		made, err := encoder.Encoder_encode(text, level, nil)
		if err != nil {
			continue // too long for this level
		}
		code = made
		if code.GetVersion().GetVersionNumber() <= 20 {
			break
		}
	}
	if code == nil {
		return nil, fmt.Errorf("draw symbol: the text is too long for a QR code")
	}
	return code, nil
}

// Text is a QR symbol of text for a terminal: two modules a character,
// light on dark, with the quiet zone drawn. It has little error correction, so
// that it is small: a screen has no creases.
func Text(text string) (string, error) {
	code, err := encoder.Encoder_encode(text, decoder.ErrorCorrectionLevel_L, nil)
	if err != nil {
		return "", fmt.Errorf("draw symbol: %w", err)
	}
	m := code.GetMatrix()
	light := func(x, y int) bool {
		x, y = x-quietZone, y-quietZone
		return x < 0 || y < 0 || x >= m.GetWidth() || y >= m.GetHeight() || m.Get(x, y) != 1
	}
	side := m.GetWidth() + 2*quietZone
	var b strings.Builder
	for y := 0; y < side; y += 2 {
		// White on black whatever the terminal's own colours are.
		b.WriteString("\x1b[97;40m")
		for x := range side {
			switch above, below := light(x, y), y+1 < side && light(x, y+1); {
			case above && below:
				b.WriteRune('█')
			case above:
				b.WriteRune('▀')
			case below:
				b.WriteRune('▄')
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String(), nil
}

// PNG is a QR symbol of text as a picture.
func PNG(text string) ([]byte, error) {
	code, err := encode(text)
	if err != nil {
		return nil, err
	}
	m := code.GetMatrix()
	side := (m.GetWidth() + 2*quietZone) * modulePixels
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			mx, my := x/modulePixels-quietZone, y/modulePixels-quietZone
			if mx >= 0 && my >= 0 && mx < m.GetWidth() && my < m.GetHeight() && m.Get(mx, my) == 1 {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("draw symbol: %w", err)
	}
	return out.Bytes(), nil
}
