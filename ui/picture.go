package ui

import (
	"image"

	"gioui.org/f32"
	"gioui.org/layout"
	"gioui.org/op"
	"gioui.org/op/clip"
	"gioui.org/op/paint"

	"chot/scanner/qr"
)

// A view maps frame pixels to the window.
type view struct {
	frame image.Point // size of the frame
	turns int         // quarter turns clockwise that bring it upright
	flip  bool        // after the turn
	scale float32     // window pixels to a frame pixel
	at    f32.Point   // where its upper left corner is, as it is shown
}

// upright is the frame's size once it is turned.
func (v view) upright() image.Point {
	if v.turns%2 != 0 {
		return image.Pt(v.frame.Y, v.frame.X)
	}
	return v.frame
}

func (v view) point(x, y float32) f32.Point {
	w, h := float32(v.frame.X), float32(v.frame.Y)
	switch v.turns {
	case 1:
		x, y, w = h-y, x, h
	case 2:
		x, y = w-x, h-y
	case 3:
		x, y, w = y, w-x, h
	}
	if v.flip {
		x = w - x
	}
	return v.at.Add(f32.Pt(x, y).Mul(v.scale))
}

// place is how a picture of the frame, of a size in its own pixels, is drawn: as
// point maps its corners.
func (v view) place(pixels image.Point) f32.Affine2D {
	o := v.point(0, 0)
	x := v.point(float32(v.frame.X), 0).Sub(o).Div(float32(pixels.X))
	y := v.point(0, float32(v.frame.X)).Sub(o).Div(float32(pixels.X)) // pixels are square
	return f32.NewAffine2D(x.X, y.X, o.X, x.Y, y.Y, o.Y)
}

// area is where the frame stands in the window.
func (v view) area() image.Rectangle {
	return image.Rectangle{Min: v.at.Round(), Max: v.at.Add(layout.FPt(v.upright()).Mul(v.scale)).Round()}
}

// mostLost is how much of a frame may fall outside the window before it is
// shown whole instead: a code that is seen but not shown confuses. In a device
// held upright the controls take more, and it is moved to where the code is.
const mostLost, mostLostInHand = 0.4, 0.45

// view fits the picture into r: edge to edge, cut where the shapes differ a
// little, whole where they differ much.
func (p *page) view(r image.Rectangle) view {
	pic := p.snap.Preview
	size := pic.Frame
	if size.X <= 0 || size.Y <= 0 {
		if pic.Image == nil {
			return view{}
		}
		size = pic.Image.Rect.Size()
	}
	v := view{frame: size, turns: ((pic.Turns % 4) + 4) % 4, flip: pic.Mirror}
	size = v.upright()
	sx, sy := float32(r.Dx())/float32(size.X), float32(r.Dy())/float32(size.Y)
	v.scale = max(sx, sy)
	most := float32(mostLost)
	if p.narrow() {
		most = mostLostInHand
	}
	if least := min(sx, sy); least/v.scale < 1-most {
		v.scale = least
	}
	v.at = f32.Pt(
		float32(r.Min.X)+(float32(r.Dx())-v.scale*float32(size.X))/2,
		float32(r.Min.Y)+(float32(r.Dy())-v.scale*float32(size.Y))/2)
	return v
}

// preview draws the newest frame behind everything.
func (p *page) preview(r image.Rectangle) {
	p.ground(p.c.bar.ground)
	p.picture(r)
}

// picture draws the newest frame into r.
func (p *page) picture(r image.Rectangle) {
	pic := p.snap.Preview
	if pic.Image == nil {
		return
	}
	last := &p.ui.picture
	if last.seq != pic.Seq || last.op.Size() != pic.Image.Rect.Size() {
		// A texture cannot be updated in place, so there is one ImageOp for
		// each frame, and nearest-neighbour scaling, which needs no mipmaps.
		last.op, last.seq = paint.NewImageOp(pic.Image), pic.Seq
		last.op.Filter = paint.FilterNearest
	}
	v := p.view(r)
	pixels := pic.Image.Rect.Size()
	place := v.place(pixels)
	window := clip.Rect(r).Push(p.gtx.Ops)
	moved := op.Affine(place).Push(p.gtx.Ops)
	area := clip.Rect{Max: pixels}.Push(p.gtx.Ops)
	last.op.Add(p.gtx.Ops)
	paint.PaintOp{}.Add(p.gtx.Ops)
	area.Pop()
	moved.Pop()
	window.Pop()
	if p.c.veil.A > 0 {
		p.fill(r, p.c.veil)
	}
	p.tell(r, p.w.Label.Preview)
}

// outline draws around a code where it is.
func (p *page) outline(v view, corners [4]qr.Point) {
	if v.scale == 0 {
		return
	}
	pts := make([]f32.Point, 0, 4)
	box := image.Rectangle{}
	for i, c := range corners {
		pt := v.point(c.X, c.Y)
		pts = append(pts, pt)
		dot := image.Rectangle{Min: pt.Round(), Max: pt.Round().Add(image.Pt(1, 1))}
		if i == 0 {
			box = dot
		}
		box = box.Union(dot)
	}
	width := float32(p.u(8 * p.c.stroke))
	p.loop(pts, width+float32(p.u(6)), p.c.bar.ground)
	p.loop(pts, width, p.c.outline)
	p.tell(box.Intersect(p.whole), p.w.Label.Found)
}
