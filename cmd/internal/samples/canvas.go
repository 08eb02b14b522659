package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"chot/assets"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

const perMillimetre = 12 // pixels of a drawing per millimetre of a card

// fonts are the two faces that cards are set in.
type fonts struct{ regular, bold *opentype.Font }

func loadFonts() (*fonts, error) {
	regular, bold, err := assets.Fonts()
	if err != nil {
		return nil, err
	}
	f := &fonts{}
	if f.regular, err = opentype.Parse(regular); err == nil {
		f.bold, err = opentype.Parse(bold)
	}
	return f, err
}

// canvas is a flat drawing of a card, in millimetres.
type canvas struct {
	*image.RGBA
	fonts *fonts
}

func newCanvas(f *fonts, w, h float64, paper color.Color) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, px(w), px(h))), f}
	draw.Draw(c, c.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	return c
}

func px(mm float64) int { return int(math.Round(mm * perMillimetre)) }

func rgb(hex uint32) color.RGBA {
	return color.RGBA{byte(hex >> 16), byte(hex >> 8), byte(hex), 255}
}

func (c *canvas) fill(x, y, w, h float64, ink color.Color) {
	draw.Draw(c, image.Rect(px(x), px(y), px(x+w), px(y+h)), image.NewUniform(ink), image.Point{}, draw.Over)
}

// blend paints ink over one pixel with an opacity.
func (c *canvas) blend(x, y int, ink color.RGBA, a float64) {
	if !(image.Point{x, y}).In(c.Rect) || a <= 0 {
		return
	}
	a = min(a, 1)
	i := c.PixOffset(x, y)
	for k, v := range [3]byte{ink.R, ink.G, ink.B} {
		c.Pix[i+k] = byte(math.Round(float64(c.Pix[i+k])*(1-a) + float64(v)*a))
	}
}

func (c *canvas) ellipse(cx, cy, rx, ry float64, ink color.RGBA, a float64) {
	for y := px(cy - ry); y <= px(cy+ry); y++ {
		for x := px(cx - rx); x <= px(cx+rx); x++ {
			dx, dy := (float64(x)/perMillimetre-cx)/rx, (float64(y)/perMillimetre-cy)/ry
			if dx*dx+dy*dy <= 1 {
				c.blend(x, y, ink, a)
			}
		}
	}
}

// shade washes the whole card from one colour to another, left to right, with
// fine waves as security printing has them.
func (c *canvas) shade(from, to, wave color.RGBA) {
	w, h := c.Rect.Dx(), c.Rect.Dy()
	for y := range h {
		for x := range w {
			t := float64(x) / float64(w)
			c.blend(x, y, from, 1)
			c.blend(x, y, to, t)
			u, v := float64(x)/perMillimetre, float64(y)/perMillimetre
			line := math.Sin(2 * math.Pi * (v/1.6 + 1.3*math.Sin(u/7) + 0.8*math.Sin(u/11+v/5)))
			if line > 0.8 {
				c.blend(x, y, wave, 0.35)
			}
		}
	}
}

// text writes a line with its baseline at y, and returns where it ends.
func (c *canvas) text(x, y, size float64, bold bool, ink color.Color, s string) float64 {
	f := c.fonts.regular
	if bold {
		f = c.fonts.bold
	}
	// The options are constant and the font parsed: this cannot fail.
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size * perMillimetre, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return x
	}
	defer face.Close()
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: face,
		Dot: fixed.Point26_6{X: fixed.I(px(x)), Y: fixed.I(px(y))}}
	d.DrawString(s)
	return float64(d.Dot.X) / 64 / perMillimetre
}

// stamp marks a card as a sample, slanted across it like a rubber stamp.
func (c *canvas) stamp(cx, cy, size, degrees float64) {
	const words = "MẪU / SAMPLE"
	s := newCanvas(c.fonts, 12*size, 2*size, color.White)
	end := s.text(size*0.6, size*1.45, size, true, color.Black, words) + size*0.6
	s.frame(0.1*size, 0.1*size, end-0.2*size, 1.8*size, size*0.1, color.RGBA{A: 255})
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	red := rgb(0xC81E2D)
	reach := end / 2 * 1.05
	for y := px(cy - reach); y < px(cy+reach); y++ {
		for x := px(cx - reach); x < px(cx+reach); x++ {
			u, v := float64(x)/perMillimetre-cx, float64(y)/perMillimetre-cy
			sx, sy := px(u*cos+v*sin+end/2), px(-u*sin+v*cos+size)
			if sx < 0 || sy < 0 || sx >= px(end) || sy >= s.Rect.Dy() {
				continue
			}
			c.blend(x, y, red, 0.75*float64(255-s.RGBAAt(sx, sy).G)/255)
		}
	}
}

func (c *canvas) frame(x, y, w, h, line float64, ink color.Color) {
	c.fill(x, y, w, line, ink)
	c.fill(x, y+h-line, w, line, ink)
	c.fill(x, y, line, h, ink)
	c.fill(x+w-line, y, line, h, ink)
}

// portrait is a head and shoulders like a passport photograph seen from afar.
func (c *canvas) portrait(x, y, w, h float64, p person) {
	c.fill(x, y, w, h, rgb(0xBFD6E6))
	skin, hair, shirt := rgb(0xD7A98A), rgb(0x241C1A), rgb(0x34495E)
	cx := x + w/2
	if p.female {
		shirt = rgb(0x8E3B52)
		c.ellipse(cx, y+h*0.42, w*0.33, h*0.33, hair, 1)
	}
	clip := c.SubImage(image.Rect(px(x), px(y), px(x+w), px(y+h))).(*image.RGBA)
	body := &canvas{clip, c.fonts}
	body.ellipse(cx, y+h*1.05, w*0.48, h*0.33, shirt, 1)
	body.fill(cx-w*0.09, y+h*0.55, w*0.18, h*0.22, skin)
	body.ellipse(cx, y+h*0.36, w*0.24, h*0.27, hair, 1)
	body.ellipse(cx, y+h*0.43, w*0.205, h*0.235, skin, 1)
	for _, side := range []float64{-1, 1} {
		body.ellipse(cx+side*w*0.085, y+h*0.41, w*0.025, h*0.012, hair, 1)
	}
	body.fill(cx-w*0.06, y+h*0.53, w*0.12, h*0.012, rgb(0xA0564E))
}

// symbol draws a QR symbol about size millimetres wide with its quiet zone, its
// top left at (x, y). Modules are whole pixels of the drawing.
func (c *canvas) symbol(x, y, size float64, level decoder.ErrorCorrectionLevel, message string, ink, paper color.Color) error {
	code, err := encoder.Encoder_encode(message, level, nil)
	if err != nil {
		return fmt.Errorf("encode symbol: %w", err)
	}
	const quiet = 3
	m := code.GetMatrix()
	n := m.GetWidth()
	module := max(1, px(size)/(n+2*quiet))
	side := module * (n + 2*quiet)
	left, top := px(x)+(px(size)-side)/2, px(y)+(px(size)-side)/2
	draw.Draw(c, image.Rect(left, top, left+side, top+side), image.NewUniform(paper), image.Point{}, draw.Src)
	for r := range n {
		for k := range n {
			if m.Get(k, r) == 1 {
				at := image.Pt(left+(quiet+k)*module, top+(quiet+r)*module)
				draw.Draw(c, image.Rectangle{at, at.Add(image.Pt(module, module))}, image.NewUniform(ink), image.Point{}, draw.Src)
			}
		}
	}
	return nil
}
