package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

const (
	modulePixels = 8
	quietZone    = 4 // modules, ISO/IEC 18004 §6.3.8
)

// symbolPNG is a QR symbol of text as a picture, with as much error correction as
// keeps it within version 20: denser ones are hard for a cheap camera.
func symbolPNG(text string) ([]byte, error) {
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
