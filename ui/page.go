package ui

import (
	"cmp"
	"image"
	"image/color"
	"slices"

	"gioui.org/io/semantic"
	"gioui.org/layout"
	"gioui.org/op/clip"
	"gioui.org/op/paint"
)

// A page is one frame on its way to the screen. All rectangles are in pixels
// of the part of the window that the system leaves free.
type page struct {
	ui   *UI
	gtx  layout.Context
	snap Snapshot
	w    words
	c    colours
	size image.Point
	unit float32 // a 720th of the shorter side
	// whole is the window, also what the system covers of it, around the page.
	whole image.Rectangle
	todo  []Intent
	last  []lastly // after the rest, though it was laid out before
}

// u scales a length given for a window 720 pixels high.
func (p *page) u(v float32) int { return int(v*p.unit + 0.5) }

// touch is the least height and width of a control: 12 mm at 160 dpi.
const touch = 76

// reach returns a control's size: v scaled, but never below 12 mm.
func (p *page) reach(v float32) int { return max(p.u(v), p.gtx.Dp(touch)) }

// window is all that may be read or tapped.
func (p *page) window() image.Rectangle { return image.Rectangle{Max: p.size} }

// upright reports whether the window is held upright.
func (p *page) upright() bool { return p.size.Y > p.size.X }

// A lastly is something drawn after the rest, and where it is.
type lastly struct {
	at   image.Rectangle
	draw func()
}

// after draws something once all else is drawn, from the top down: a screen
// reader goes through a screen in the order it is drawn, and controls that are
// laid out first stand at its foot.
func (p *page) after(at image.Rectangle, draw func()) { p.last = append(p.last, lastly{at, draw}) }

// finish draws what comes after the rest.
func (p *page) finish() {
	for len(p.last) > 0 {
		now := p.last
		p.last = nil
		slices.SortStableFunc(now, func(a, b lastly) int { return cmp.Compare(a.at.Min.Y, b.at.Min.Y) })
		for _, l := range now {
			l.draw()
		}
	}
}

func (p *page) want(in Intent) { p.todo = append(p.todo, in) }

func (p *page) fill(r image.Rectangle, c color.NRGBA) {
	paint.FillShape(p.gtx.Ops, c, clip.Rect(r).Op())
}

func (p *page) round(r image.Rectangle, radius int, c color.NRGBA) {
	radius = min(radius, r.Dx()/2, r.Dy()/2)
	paint.FillShape(p.gtx.Ops, c, clip.UniformRRect(r, radius).Op(p.gtx.Ops))
}

// frame draws the border of a rounded rectangle, inside it.
func (p *page) frame(r image.Rectangle, radius, width int, c color.NRGBA) {
	in := r.Inset(width / 2)
	paint.FillShape(p.gtx.Ops, c, clip.Stroke{Path: clip.UniformRRect(in, radius).Path(p.gtx.Ops), Width: float32(width)}.Op())
}

// tell gives a screen reader the words of an area that is no control.
func (p *page) tell(r image.Rectangle, label string) {
	if label == "" || r.Empty() {
		return
	}
	area := clip.Rect(r).Push(p.gtx.Ops)
	semantic.LabelOp(label).Add(p.gtx.Ops)
	area.Pop()
}

// The cuts take a strip off one side of a rectangle and return both.

func cutTop(r image.Rectangle, n int) (strip, rest image.Rectangle) {
	n = min(max(n, 0), r.Dy())
	strip, rest = r, r
	strip.Max.Y = r.Min.Y + n
	rest.Min.Y = strip.Max.Y
	return strip, rest
}

func cutBottom(r image.Rectangle, n int) (strip, rest image.Rectangle) {
	n = min(max(n, 0), r.Dy())
	strip, rest = r, r
	strip.Min.Y = r.Max.Y - n
	rest.Max.Y = strip.Min.Y
	return strip, rest
}

func cutLeft(r image.Rectangle, n int) (strip, rest image.Rectangle) {
	n = min(max(n, 0), r.Dx())
	strip, rest = r, r
	strip.Max.X = r.Min.X + n
	rest.Min.X = strip.Max.X
	return strip, rest
}

func cutRight(r image.Rectangle, n int) (strip, rest image.Rectangle) {
	n = min(max(n, 0), r.Dx())
	strip, rest = r, r
	strip.Min.X = r.Max.X - n
	rest.Max.X = strip.Min.X
	return strip, rest
}

// inset takes x off left and right and y off top and bottom.
func inset(r image.Rectangle, x, y int) image.Rectangle {
	x, y = min(x, r.Dx()/2), min(y, r.Dy()/2)
	return image.Rect(r.Min.X+x, r.Min.Y+y, r.Max.X-x, r.Max.Y-y)
}

// centred is a rectangle of the size given in the middle of r.
func centred(r image.Rectangle, w, h int) image.Rectangle {
	at := image.Pt(r.Min.X+(r.Dx()-w)/2, r.Min.Y+(r.Dy()-h)/2)
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
}
