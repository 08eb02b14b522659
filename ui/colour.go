package ui

import (
	"image/color"
	"math"

	"chot/scanner"
)

// An ink is a text colour and the ground it stands on, at least 7:1 apart in
// every set of colours, and the colour of large shapes on that ground, at
// least 3:1 apart (WCAG 2.2 §1.4.11). Where shape is not set it is text.
type ink struct{ ground, text, shape color.NRGBA }

func (i ink) badge() color.NRGBA {
	if i.shape.A == 0 {
		return i.text
	}
	return i.shape
}

// colours are one preset.
type colours struct {
	admit, refuse, refer ink // verdicts

	page   ink // typed, why, first start
	quiet  ink // page, second rank
	field  ink // what is typed
	key    ink // a key of the keypad
	act    ink // the one button that goes on
	idle   ink // the same while it cannot
	bar    ink // the scan screen's foot
	chosen ink // the direction people are going
	other  ink // the other one
	alert  ink // a fault that stops
	amber  ink // a fault that warns, a stale list
	hint   ink // what would help

	rule    color.NRGBA // hairlines on a page
	outline color.NRGBA // around a code that was found
	veil    color.NRGBA // over the camera's picture
	stroke  float32     // thickness of shapes, 1 is plain
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

func pair(ground, text uint32) ink { return ink{ground: rgb(ground), text: rgb(text)} }

// dimmed is a pair whose large shapes are darker than its text: at night a
// white shape this size would blind.
func dimmed(ground, text, shape uint32) ink {
	return ink{ground: rgb(ground), text: rgb(text), shape: rgb(shape)}
}

var presets = [...]colours{
	Day: {
		admit: pair(0x00602B, 0xFFFFFF), refuse: pair(0xA80018, 0xFFFFFF), refer: pair(0xFFB300, 0x000000),
		page: pair(0xF3F5F7, 0x10161C), quiet: pair(0xF3F5F7, 0x3E4A55), field: pair(0xFFFFFF, 0x10161C),
		key: pair(0xFFFFFF, 0x10161C), act: pair(0x0B4A8F, 0xFFFFFF), idle: pair(0xDDE2E7, 0x36424D),
		bar: pair(0x11161B, 0xEEF2F5), chosen: pair(0xFFFFFF, 0x0A0E12), other: pair(0x2A323A, 0xDCE3E9),
		alert: pair(0xA80018, 0xFFFFFF), amber: pair(0xFFB300, 0x000000), hint: pair(0xFFFFFF, 0x0A0E12),
		rule: rgb(0xC3CAD1), outline: rgb(0x37E0FF), stroke: 1,
	},
	Night: {
		admit: dimmed(0x03200E, 0x7FD69A, 0x2F9152), refuse: dimmed(0x2B0306, 0xFF9088, 0xC23B33), refer: dimmed(0x261A00, 0xF2B84B, 0xC08A1E),
		page: pair(0x0B0E11, 0xB9C2CA), quiet: pair(0x0B0E11, 0x9BA5AE), field: pair(0x161B20, 0xC8D0D7),
		key: pair(0x1B2127, 0xC8D0D7), act: pair(0x10263B, 0xA6C9EA), idle: pair(0x12171B, 0x9DA6AF),
		bar: pair(0x07090B, 0xB0B9C1), chosen: pair(0x2A3947, 0xD3DBE2), other: pair(0x0F1418, 0x97A1AA),
		alert: pair(0x2B0306, 0xFF9088), amber: pair(0x261A00, 0xF2B84B), hint: pair(0x20272E, 0xD3DBE2),
		rule: rgb(0x2A3138), outline: rgb(0x3FA9BF), veil: color.NRGBA{A: 0x60}, stroke: 1,
	},
	Sun: {
		admit: pair(0x00D659, 0x000000), refuse: pair(0xB00000, 0xFFFFFF), refer: pair(0xFFC800, 0x000000),
		page: pair(0xFFFFFF, 0x000000), quiet: pair(0xFFFFFF, 0x20262B), field: pair(0xFFFFFF, 0x000000),
		key: pair(0xFFFFFF, 0x000000), act: pair(0x003C8A, 0xFFFFFF), idle: pair(0xE4E8EC, 0x2A333B),
		bar: pair(0x000000, 0xFFFFFF), chosen: pair(0xFFFFFF, 0x000000), other: pair(0x20262B, 0xFFFFFF),
		alert: pair(0xB00000, 0xFFFFFF), amber: pair(0xFFC800, 0x000000), hint: pair(0xFFFFFF, 0x000000),
		rule: rgb(0x000000), outline: rgb(0xFFE600), stroke: 1.25,
	},
}

func (p Preset) colours() colours {
	if int(p) < len(presets) {
		return presets[p]
	}
	return presets[Day]
}

// accent is the colour of small shapes on a page: that of the button that
// goes on, or of its text where the button is as dark as the page.
func (c colours) accent() color.NRGBA {
	if Contrast(c.act.ground, c.page.ground) < 3 {
		return c.act.text
	}
	return c.act.ground
}

// verdict gives the colours of an outcome. An unknown outcome refuses.
func (c colours) verdict(o scanner.Outcome) ink {
	switch o {
	case scanner.Admit:
		return c.admit
	case scanner.Refer:
		return c.refer
	}
	return c.refuse
}

// Contrast is the ratio of two opaque colours' luminance, 1 to 21 (WCAG 2.2,
// "contrast ratio").
func Contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	if la < lb {
		la, lb = lb, la
	}
	return (la + 0.05) / (lb + 0.05)
}

// luminance is WCAG 2.2's "relative luminance".
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// mix puts a over b with the weight of a in 0…1.
func mix(a, b color.NRGBA, weight float64) color.NRGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round(weight*float64(x) + (1-weight)*float64(y))) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 0xFF}
}
