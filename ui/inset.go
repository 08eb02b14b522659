package ui

import (
	"image"
	"image/color"

	"gioui.org/layout"
	"gioui.org/op"
)

// shrink leaves the part of the window that the system does not cover as the
// page's, whose corner is the origin from here on. The whole window, in the
// page's coordinates, stays known for grounds. Undo ends it.
func (p *page) shrink(in Insets) (undo op.TransformStack) {
	window := image.Rectangle{Max: p.size}
	free := image.Rect(in.Left, in.Top, p.size.X-in.Right, p.size.Y-in.Bottom)
	if in.Left < 0 || in.Top < 0 || !free.In(window) || free.Empty() {
		free = window // no bars are wider than the window
	}
	p.size, p.whole = free.Size(), window.Sub(free.Min)
	p.gtx.Constraints = layout.Exact(p.size)
	return op.Offset(free.Min).Push(p.gtx.Ops)
}

// ground fills the whole window.
func (p *page) ground(c color.NRGBA) { p.fill(p.whole, c) }

// bleed stretches a rectangle that reaches an edge of the page to the edge of
// the window there.
func (p *page) bleed(r image.Rectangle) image.Rectangle {
	w := p.window()
	if r.Min.X <= w.Min.X {
		r.Min.X = p.whole.Min.X
	}
	if r.Min.Y <= w.Min.Y {
		r.Min.Y = p.whole.Min.Y
	}
	if r.Max.X >= w.Max.X {
		r.Max.X = p.whole.Max.X
	}
	if r.Max.Y >= w.Max.Y {
		r.Max.Y = p.whole.Max.Y
	}
	return r
}

// narrow reports whether the window is a device's in one hand: too narrow for
// two wide halves and the smaller controls in one row.
func (p *page) narrow() bool { return p.upright() && p.size.X < 7*p.reach(0) }

// low moves what needs less than r's height to its foot in a device that one
// hand holds: there the thumb is.
func (p *page) low(r image.Rectangle, height int) image.Rectangle {
	if p.narrow() || p.upright() && p.snap.Handheld {
		_, r = cutTop(r, r.Dy()-height)
	}
	return r
}

// short reports whether the window lies flat in the hands: too low for four
// rows of controls between a title and a foot.
func (p *page) short() bool { return !p.upright() && p.size.Y < 6*p.reach(0) }
