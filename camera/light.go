package camera

import (
	"image"
	"time"
)

// LightLevel is whether a camera sees enough.
type LightLevel uint8

// Levels of light.
const (
	LightEnough LightLevel = iota
	TooDark                // no white paper would look white
	TooBright              // much of the picture is white without detail
)

// Exposure is how bright a frame is.
type Exposure struct {
	// Dark, Middle and Bright are the luminance below which 5, 50 and 95 of a
	// hundred pixels lie.
	Dark, Middle, Bright byte
	// Clipped is the share of pixels, from 0 to 1, that are as good as white.
	Clipped float64
}

const (
	every   = 8 // of the pixels of a line and of the lines are looked at
	clipped = 250
)

// Measure tells how bright a frame is, from every 64th of its pixels.
func Measure(g *image.Gray) (e Exposure) {
	var counts [256]int
	n := 0
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := every / 2; y < h; y += every {
		line := g.Pix[y*g.Stride : y*g.Stride+w]
		for x := every / 2; x < w; x += every {
			counts[line[x]]++
			n++
		}
	}
	if n == 0 {
		return e
	}
	below := 0
	for v, c := range counts {
		for _, p := range []struct {
			at *byte
			of int
		}{{&e.Dark, 5}, {&e.Middle, 50}, {&e.Bright, 95}} {
			if 100*below < n*p.of && 100*(below+c) >= n*p.of {
				*p.at = byte(v)
			}
		}
		below += c
		if v >= clipped {
			e.Clipped += float64(c)
		}
	}
	e.Clipped /= float64(n)
	return e
}

// Where a level begins and ends: in between, what it was stays. Below 60 the
// white of a code stands out from a webcam's noise too little; above 85 it does
// for certain.
const (
	darkBelow, darkUntil     = 60, 85
	brightAbove, brightUntil = 0.40, 0.25
	// settles is how long another level must have been seen before it counts:
	// somebody's sleeve in front of the lens is no night.
	settles = 700 * time.Millisecond
)

// Light tells whether the frames of one camera are too dark or too bright to read
// codes from. The zero value has seen nothing, and finds no fault.
type Light struct {
	level LightLevel
	next  LightLevel
	since time.Time // next has been seen, without a break
}

// See takes a frame and returns the level of light now.
func (l *Light) See(f Frame) LightLevel {
	if f.Image == nil {
		return l.level
	}
	e := Measure(f.Image)
	now := LightEnough
	switch {
	case e.Bright < darkBelow, l.level == TooDark && e.Bright < darkUntil:
		now = TooDark
	case e.Clipped > brightAbove, l.level == TooBright && e.Clipped > brightUntil:
		now = TooBright
	}
	if now != l.next {
		l.next, l.since = now, f.At
	}
	if now != l.level && f.At.Sub(l.since) >= settles {
		l.level = now
	}
	return l.level
}
