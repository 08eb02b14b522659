package ui

import (
	"fmt"
	"image"
	"image/draw"
	"testing"

	"chot/scanner/qr"
)

// asSensed is a picture as a camera delivers it that is built in so that quarter
// turns clockwise, and then a mirror, bring it upright.
func asSensed(p Picture, turns int, mirror bool) Picture {
	w, h := p.Frame.X, p.Frame.Y
	// from is where on the upright picture a place of the frame comes from, in
	// corners of pixels.
	frame := p.Frame
	if turns%2 != 0 {
		frame = image.Pt(h, w)
	}
	to := func(x, y float32) (float32, float32) { // upright to sensed
		if mirror {
			x = float32(w) - x
		}
		// Turned back, anticlockwise, a quarter at a time.
		across := float32(w)
		for i := range turns {
			x, y = y, across-x
			if across = float32(h); i%2 != 0 {
				across = float32(w)
			}
		}
		return x, y
	}
	out := p
	out.Frame, out.Turns, out.Mirror = frame, turns, mirror
	out.Image = image.NewRGBA(image.Rectangle{Max: frame})
	for y := range h {
		for x := range w {
			u, v := to(float32(x)+0.5, float32(y)+0.5)
			out.Image.SetRGBA(int(u), int(v), p.Image.RGBAAt(x, y))
		}
	}
	out.Corners = nil
	for _, corners := range p.Corners {
		var c [4]qr.Point
		for i, pt := range corners {
			c[i].X, c[i].Y = to(pt.X, pt.Y)
		}
		out.Corners = append(out.Corners, c)
	}
	return out
}

// tall is the part of a picture around its code that a phone held upright sees.
func tall(p Picture) Picture {
	w := p.Frame.Y * 9 / 16
	middle := (p.Corners[0][0].X + p.Corners[0][2].X) / 2
	left := max(0, min(p.Frame.X-w, int(middle)-w/2))
	out := p
	out.Frame = image.Pt(w, p.Frame.Y)
	out.Image = image.NewRGBA(image.Rectangle{Max: out.Frame})
	draw.Draw(out.Image, out.Image.Rect, p.Image, image.Pt(left, 0), draw.Src)
	corners := p.Corners[0]
	for i := range corners {
		corners[i].X -= float32(left)
	}
	out.Corners = [][4]qr.Point{corners}
	return out
}

// turnedStages shows what a handheld's camera sees, however it is held.
func turnedStages(t testing.TB) (all []scene) {
	upright := withCamera(t, snapshot(ScanScreen), true)
	for _, s := range []struct {
		name   string
		size   size
		turns  int
		mirror bool
	}{
		{"held-upright", handheld, 1, false}, {"held-left", wide, 0, false}, {"held-down", handheld, 3, false}, {"held-right", wide, 2, false},
		{"held-front", handheld, 3, true},
	} {
		snap := upright
		if s.turns%2 != 0 {
			snap.Preview = tall(snap.Preview)
		}
		snap.Preview = asSensed(snap.Preview, s.turns, s.mirror)
		all = append(all, scene{fmt.Sprintf("%s-%dx%d", s.name, s.size.w, s.size.h), s.size, snap})
	}
	return all
}

// However a camera is built in, what it sees stands upright, and the outline is
// where the code is: place by place.
func TestTurnedFramesAreUpright(t *testing.T) {
	upright := withCamera(t, snapshot(ScanScreen), true)
	for _, sz := range []image.Point{landscape, {X: 800, Y: 480}, {X: 720, Y: 1280}} {
		plain := newDesk(t, sz, upright).node("Đã thấy mã").Bounds
		for turns := range 4 {
			for _, mirror := range []bool{false, true} {
				s := upright
				s.Preview = asSensed(upright.Preview, turns, mirror)
				if have := newDesk(t, sz, s).node("Đã thấy mã").Bounds; have != plain {
					t.Errorf("%v, %d quarter turns, mirror %v: the code is outlined at %v, it is at %v", sz, turns, mirror, have, plain)
				}
			}
		}
	}
}
