package main

import (
	"image/color"
	"math"
	"math/rand/v2"
)

const (
	coarse           = 4 // a background out of focus needs a quarter of the pixels
	coarseW, coarseH = width / coarse, height / coarse
)

// backdrop is what stands behind the card.
type backdrop int

const (
	booth  backdrop = iota // a person in front of a street, out of focus
	desk                   // a wooden table with papers
	street                 // traffic and trees behind a windscreen
	night                  // lamps in the dark
)

// sketch is a small picture that is blurred and enlarged: no camera focused on
// a card shows the room behind it sharply.
type sketch struct {
	plane [3][]float32
	rng   *rand.Rand
}

func (s *sketch) ellipse(cx, cy, rx, ry float64, c color.RGBA, a float64) {
	s.each(cx-rx, cy-ry, cx+rx, cy+ry, c, a, func(x, y float64) bool {
		dx, dy := (x-cx)/rx, (y-cy)/ry
		return dx*dx+dy*dy <= 1
	})
}

func (s *sketch) box(x0, y0, x1, y1 float64, c color.RGBA, a float64) {
	s.each(x0, y0, x1, y1, c, a, func(x, y float64) bool { return x >= x0 && x < x1 && y >= y0 && y < y1 })
}

// each paints what covers reports, in pixels of the full picture.
func (s *sketch) each(x0, y0, x1, y1 float64, c color.RGBA, a float64, covers func(x, y float64) bool) {
	ink := [3]float64{float64(c.R), float64(c.G), float64(c.B)}
	for y := max(0, int(y0/coarse)); y <= min(coarseH-1, int(y1/coarse)); y++ {
		for x := max(0, int(x0/coarse)); x <= min(coarseW-1, int(x1/coarse)); x++ {
			if !covers((float64(x)+0.5)*coarse, (float64(y)+0.5)*coarse) {
				continue
			}
			for k := range ink {
				v := &s.plane[k][y*coarseW+x]
				*v = float32(float64(*v)*(1-a) + ink[k]*a)
			}
		}
	}
}

func (s *sketch) gradient(top, bottom color.RGBA) {
	for y := range coarseH {
		t := float64(y) / coarseH
		for x := range coarseW {
			for k, pair := range [3][2]byte{{top.R, bottom.R}, {top.G, bottom.G}, {top.B, bottom.B}} {
				s.plane[k][y*coarseW+x] = float32(float64(pair[0])*(1-t) + float64(pair[1])*t)
			}
		}
	}
}

func (s *sketch) between(a, b float64) float64 { return a + (b-a)*s.rng.Float64() }

// background fills the picture.
func (p *photo) background(b backdrop) {
	s := &sketch{rng: p.rng}
	for k := range s.plane {
		s.plane[k] = make([]float32, coarseW*coarseH)
	}
	soft := 3.5
	switch b {
	case booth:
		s.gradient(rgb(0xB9C4C8), rgb(0x7D817A))
		s.wall()
		s.person()
	case desk:
		soft = 1.6
		s.gradient(rgb(0x8A6A4C), rgb(0x6E5139))
		s.wood()
		s.papers()
	case street:
		s.gradient(rgb(0xD5DFE6), rgb(0x5C6257))
		s.traffic()
	case night:
		s.gradient(rgb(0x20242C), rgb(0x14151A))
		s.lamps()
		s.person()
	}
	kernel := gaussian(soft)
	for k := range s.plane {
		small := blur(s.plane[k], coarseW, coarseH, kernel)
		for y := range height {
			for x := range width {
				p.plane[k][y*width+x] = enlarge(small, x, y)
			}
		}
	}
}

func enlarge(small []float32, x, y int) float32 {
	fx := min(max((float32(x)+0.5)/coarse-0.5, 0), coarseW-1)
	fy := min(max((float32(y)+0.5)/coarse-0.5, 0), coarseH-1)
	x0, y0 := int(fx), int(fy)
	x1, y1 := min(x0+1, coarseW-1), min(y0+1, coarseH-1)
	fx, fy = fx-float32(x0), fy-float32(y0)
	a := small[y0*coarseW+x0]*(1-fx) + small[y0*coarseW+x1]*fx
	b := small[y1*coarseW+x0]*(1-fx) + small[y1*coarseW+x1]*fx
	return a*(1-fy) + b*fy
}

func (s *sketch) wall() {
	for range 7 {
		x, y := s.between(0, width), s.between(-100, 400)
		shade := byte(s.between(70, 220))
		s.box(x, y, x+s.between(60, 300), y+s.between(80, 400), color.RGBA{shade, byte(float64(shade) * 0.97), byte(float64(shade) * s.between(0.8, 1.05)), 255}, 0.7)
	}
	s.box(880, 0, 1220, 300, rgb(0xEDF3F5), 0.9) // a window
	s.box(1045, 0, 1057, 300, rgb(0x6C7276), 0.9)
}

func (s *sketch) person() {
	x := s.between(420, 820)
	cloth := []color.RGBA{rgb(0x3A4A63), rgb(0x6B2F35), rgb(0x4E5B3F), rgb(0x8C8F94), rgb(0x27292E)}[s.rng.IntN(5)]
	s.ellipse(x, 800, s.between(380, 470), 520, cloth, 1)
	s.box(x-60, 180, x+60, 330, rgb(0xB98B6D), 1)
	s.ellipse(x, 85, 125, 175, rgb(0x1D1817), 1)
	s.ellipse(x, 120, 105, 150, rgb(0xC79A7B), 1)
	s.box(x-95, 135, x+95, 235, rgb(0xA9C3D6), 0.8) // a mask
	s.box(x-3, 300, x+3, 720, rgb(0x15161A), 0.5)
}

func (s *sketch) wood() {
	for y := range coarseH {
		for x := range coarseW {
			grain := math.Sin(float64(y)*0.9+3*math.Sin(float64(x)*0.013+float64(y)*0.05)) * 9
			for k := range s.plane {
				s.plane[k][y*coarseW+x] += float32(grain + s.between(-3, 3))
			}
		}
	}
	for x := 0.0; x < width; x += 320 {
		s.box(x+60, 0, x+66, height, rgb(0x3A281A), 0.6)
	}
}

func (s *sketch) papers() {
	for range 3 {
		x, y := s.between(-200, width-200), s.between(-200, height-100)
		s.box(x, y, x+420, y+300, rgb(0xE4E1D8), 1)
		for line := y + 30; line < y+270; line += 26 {
			s.box(x+30, line, x+s.between(200, 390), line+7, rgb(0x8B8C90), 0.7)
		}
	}
	s.box(40, 560, 330, 590, rgb(0x1E4E9C), 1) // a pen
	s.box(330, 566, 370, 584, rgb(0xC0C4CA), 1)
	s.ellipse(1150, 90, 120, 120, rgb(0xF1EFE8), 1) // a cup of tea
	s.ellipse(1150, 90, 92, 92, rgb(0x7A4A1E), 1)
}

func (s *sketch) traffic() {
	for range 26 {
		s.ellipse(s.between(0, width), s.between(-20, 220), s.between(40, 120), s.between(30, 90),
			color.RGBA{byte(s.between(40, 90)), byte(s.between(80, 130)), byte(s.between(40, 70)), 255}, 0.8)
	}
	s.box(0, 420, width, 720, rgb(0x6B6D70), 1)
	for range 6 {
		x, y := s.between(-60, width), s.between(260, 430)
		c := []color.RGBA{rgb(0xB7342E), rgb(0xE8E6E0), rgb(0x2C5C93), rgb(0x2B2D31), rgb(0xD8A928)}[s.rng.IntN(5)]
		s.box(x, y, x+210, y+95, c, 1)
		s.box(x+35, y-50, x+170, y+5, rgb(0x39424A), 1)
		s.ellipse(x+45, y+98, 26, 26, rgb(0x1B1B1D), 1)
		s.ellipse(x+165, y+98, 26, 26, rgb(0x1B1B1D), 1)
	}
	s.box(0, 690, width, 720, rgb(0x17181A), 1)
}

func (s *sketch) lamps() {
	for range 18 {
		c := []color.RGBA{rgb(0xFFD98A), rgb(0xFFF3D6), rgb(0xE2463C), rgb(0x9FC7FF)}[s.rng.IntN(4)]
		r := s.between(12, 34)
		s.ellipse(s.between(0, width), s.between(0, 460), r, r, c, s.between(0.4, 0.95))
	}
}

// finger draws a finger or thumb from (x0, y0) to its tip at (x1, y1), lit from
// above.
func (p *photo) finger(x0, y0, x1, y1, r float64, skin color.RGBA, nail bool) {
	dx, dy := x1-x0, y1-y0
	length := math.Hypot(dx, dy)
	ux, uy := dx/length, dy/length
	tone := [3]float64{float64(skin.R), float64(skin.G), float64(skin.B)}
	for y := max(0, int(min(y0, y1)-r-2)); y < min(height, int(max(y0, y1)+r+3)); y++ {
		for x := max(0, int(min(x0, x1)-r-2)); x < min(width, int(max(x0, x1)+r+3)); x++ {
			fx, fy := float64(x)+0.5-x0, float64(y)+0.5-y0
			along, across := fx*ux+fy*uy, fx*-uy+fy*ux
			// A finger swells at its joints.
			radius := r * (1 + 0.05*math.Sin(along/r*1.9))
			t := min(max(along, 0), length)
			d := math.Hypot(along-t, across)
			cover := min(max(radius-d+0.5, 0), 1)
			if cover == 0 {
				continue
			}
			n := d / radius
			lit := 0.62 + 0.42*math.Sqrt(max(0, 1-n*n)) - 0.12*across/radius*ux
			if crease := math.Abs(along - length*0.72); crease < 2.5 && !nail {
				lit -= 0.06
			}
			shine := [3]float64{}
			if nail {
				nx, ny := (along-length-r*0.18)/(r*0.66), across/(r*0.5)
				if e := nx*nx + ny*ny; e < 1 {
					shine = [3]float64{10, 14, 16}
					lit += 0.06 * (1 - e)
				} else if e < 1.18 {
					lit -= 0.05
				}
			}
			i := y*width + x
			for k := range tone {
				p.plane[k][i] = float32(float64(p.plane[k][i])*(1-cover) + (tone[k]*lit+shine[k])*cover)
			}
		}
	}
}
