package ui

import (
	"image"
	"image/color"
	"math"

	"gioui.org/f32"
	"gioui.org/op"
	"gioui.org/op/clip"
	"gioui.org/op/paint"

	"chot/scanner"
)

// All shapes are vector paths in a square of side 1, scaled to where they
// stand: they stay distinct in grey and at any size.

// A plot draws paths given in a unit square into a rectangle.
type plot struct {
	ops  *op.Ops
	at   f32.Point
	side float32
}

func (p *page) plot(r image.Rectangle) plot {
	side := min(r.Dx(), r.Dy())
	sq := centred(r, side, side)
	return plot{ops: p.gtx.Ops, at: f32.Pt(float32(sq.Min.X), float32(sq.Min.Y)), side: float32(side)}
}

func (q plot) pt(x, y float32) f32.Point { return q.at.Add(f32.Pt(x, y).Mul(q.side)) }

// polygon fills the polygon through the points, its corners rounded by radius.
func (q plot) polygon(c color.NRGBA, radius float32, xy ...float32) {
	n := len(xy) / 2
	at := func(i int) f32.Point { i = (i + n) % n; return q.pt(xy[2*i], xy[2*i+1]) }
	r := radius * q.side
	var path clip.Path
	path.Begin(q.ops)
	for i := range n {
		corner := at(i)
		in, out := toward(corner, at(i-1), r), toward(corner, at(i+1), r)
		if i == 0 {
			path.MoveTo(in)
		} else {
			path.LineTo(in)
		}
		path.QuadTo(corner, out)
	}
	path.Close()
	paint.FillShape(q.ops, c, clip.Outline{Path: path.End()}.Op())
}

// toward is the point at distance r from a on the way to b.
func toward(a, b f32.Point, r float32) f32.Point {
	d := b.Sub(a)
	l := float32(math.Hypot(float64(d.X), float64(d.Y)))
	if l == 0 {
		return a
	}
	return a.Add(d.Mul(min(r/l, 0.5)))
}

// line strokes through the points with round ends and joints.
func (q plot) line(c color.NRGBA, width float32, xy ...float32) {
	w := width * q.side
	var path clip.Path
	path.Begin(q.ops)
	path.MoveTo(q.pt(xy[0], xy[1]))
	for i := 2; i < len(xy); i += 2 {
		path.LineTo(q.pt(xy[i], xy[i+1]))
	}
	paint.FillShape(q.ops, c, clip.Stroke{Path: path.End(), Width: w}.Op())
	for i := 0; i < len(xy); i += 2 {
		q.dot(c, w/2/q.side, xy[i], xy[i+1])
	}
}

// dot fills a circle.
func (q plot) dot(c color.NRGBA, radius, x, y float32) {
	const k = 0.5522848 // a quarter circle as a cubic
	r := radius * q.side
	m := q.pt(x, y)
	var path clip.Path
	path.Begin(q.ops)
	path.MoveTo(m.Add(f32.Pt(r, 0)))
	path.CubeTo(m.Add(f32.Pt(r, k*r)), m.Add(f32.Pt(k*r, r)), m.Add(f32.Pt(0, r)))
	path.CubeTo(m.Add(f32.Pt(-k*r, r)), m.Add(f32.Pt(-r, k*r)), m.Add(f32.Pt(-r, 0)))
	path.CubeTo(m.Add(f32.Pt(-r, -k*r)), m.Add(f32.Pt(-k*r, -r)), m.Add(f32.Pt(0, -r)))
	path.CubeTo(m.Add(f32.Pt(k*r, -r)), m.Add(f32.Pt(r, -k*r)), m.Add(f32.Pt(r, 0)))
	path.Close()
	paint.FillShape(q.ops, c, clip.Outline{Path: path.End()}.Op())
}

// badge draws the shape of an outcome with its mark in the ground's colour:
// circle and tick, octagon and bar, triangle and hand.
func (p *page) badge(r image.Rectangle, o scanner.Outcome, i ink) {
	q, thick, c := p.plot(r), p.c.stroke, i.badge()
	switch o {
	case scanner.Admit:
		q.dot(c, 0.5, 0.5, 0.5)
		q.line(i.ground, 0.115*thick, 0.27, 0.52, 0.44, 0.69, 0.74, 0.33)
	case scanner.Refer:
		q.polygon(c, 0.07, 0.5, 0.0, 1.04, 0.94, -0.04, 0.94)
		q.hand(i.ground)
	default:
		q.octagon(c)
		t := 0.16 * thick
		q.polygon(i.ground, 0.02, 0.17, 0.5-t/2, 0.83, 0.5-t/2, 0.83, 0.5+t/2, 0.17, 0.5+t/2)
	}
}

func (q plot) octagon(c color.NRGBA) {
	const s = 0.2929 // 1 − 1/√2: where a regular octagon cuts the square
	q.polygon(c, 0.012, s, 0, 1-s, 0, 1, s, 1, 1-s, 1-s, 1, s, 1, 0, 1-s, 0, s)
}

// hand draws a raised palm in the lower middle of the square.
func (q plot) hand(c color.NRGBA) {
	q.line(c, 0.066, 0.412, 0.60, 0.412, 0.44)
	q.line(c, 0.066, 0.488, 0.60, 0.488, 0.40)
	q.line(c, 0.066, 0.564, 0.60, 0.564, 0.43)
	q.line(c, 0.062, 0.636, 0.64, 0.636, 0.50)
	q.polygon(c, 0.09, 0.379, 0.56, 0.667, 0.56, 0.667, 0.71, 0.60, 0.845, 0.45, 0.845, 0.379, 0.74)
	q.line(c, 0.068, 0.45, 0.785, 0.335, 0.63)
}

// arrow points right.
func (q plot) arrow(c color.NRGBA, width float32) {
	q.line(c, width, 0.08, 0.5, 0.90, 0.5)
	q.line(c, width, 0.58, 0.18, 0.90, 0.5, 0.58, 0.82)
}

// keypad draws three rows of keys.
func (q plot) keypad(c color.NRGBA) {
	for y := range 3 {
		for x := range 3 {
			cx, cy := 0.2+0.3*float32(x), 0.2+0.3*float32(y)
			q.polygon(c, 0.05, cx-0.11, cy-0.11, cx+0.11, cy-0.11, cx+0.11, cy+0.11, cx-0.11, cy+0.11)
		}
	}
}

// erase draws a key with a cross that points left.
func (q plot) erase(c, cross color.NRGBA) {
	q.polygon(c, 0.05, 0.02, 0.5, 0.30, 0.18, 0.98, 0.18, 0.98, 0.82, 0.30, 0.82)
	q.line(cross, 0.085, 0.47, 0.36, 0.75, 0.64)
	q.line(cross, 0.085, 0.75, 0.36, 0.47, 0.64)
}

// warning draws a triangle with an exclamation mark.
func (q plot) warning(c, mark color.NRGBA) {
	q.polygon(c, 0.06, 0.5, 0.04, 1.02, 0.94, -0.02, 0.94)
	q.line(mark, 0.11, 0.5, 0.38, 0.5, 0.60)
	q.dot(mark, 0.065, 0.5, 0.78)
}

// stop draws an octagon with an exclamation mark.
func (q plot) stop(c, mark color.NRGBA) {
	q.octagon(c)
	q.line(mark, 0.12, 0.5, 0.24, 0.5, 0.54)
	q.dot(mark, 0.07, 0.5, 0.75)
}

// diamond is the small mark of a watch-list hit.
func (q plot) diamond(c color.NRGBA) {
	q.polygon(c, 0.05, 0.5, 0.05, 0.95, 0.5, 0.5, 0.95, 0.05, 0.5)
}

// tick draws a check mark alone.
func (q plot) tick(c color.NRGBA) { q.line(c, 0.15, 0.12, 0.54, 0.40, 0.80, 0.90, 0.22) }

// loop strokes a closed polygon in window pixels, as around a code that was found.
func (p *page) loop(pts []f32.Point, width float32, c color.NRGBA) {
	var path clip.Path
	path.Begin(p.gtx.Ops)
	path.MoveTo(pts[0])
	for _, pt := range pts[1:] {
		path.LineTo(pt)
	}
	path.Close()
	paint.FillShape(p.gtx.Ops, c, clip.Stroke{Path: path.End(), Width: width}.Op())
	q := plot{ops: p.gtx.Ops, side: 1}
	for _, pt := range pts {
		q.dot(c, width/2, pt.X, pt.Y)
	}
}

// brackets draws the four corners of a viewfinder.
func (p *page) brackets(r image.Rectangle, arm, width float32, c color.NRGBA) {
	q := plot{ops: p.gtx.Ops, side: 1}
	x0, y0, x1, y1 := float32(r.Min.X), float32(r.Min.Y), float32(r.Max.X), float32(r.Max.Y)
	q.line(c, width, x0, y0+arm, x0, y0, x0+arm, y0)
	q.line(c, width, x1-arm, y0, x1, y0, x1, y0+arm)
	q.line(c, width, x1, y1-arm, x1, y1, x1-arm, y1)
	q.line(c, width, x0+arm, y1, x0, y1, x0, y1-arm)
}
