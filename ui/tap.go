package ui

import (
	"image"
	"image/color"

	"gioui.org/gesture"
	"gioui.org/io/semantic"
	"gioui.org/op/clip"
)

// A tap is an area that is pressed. Unlike widget.Clickable it never takes
// the keyboard's focus, which belongs to the reader's text.
type tap struct{ click gesture.Click }

// area makes r the tap's own, tells it to screen readers, and reports whether
// it was tapped since the last frame.
func (p *page) area(t *tap, r image.Rectangle, label string, enabled bool) bool {
	area := clip.Rect(r).Push(p.gtx.Ops)
	semantic.Button.Add(p.gtx.Ops)
	semantic.LabelOp(label).Add(p.gtx.Ops)
	semantic.EnabledOp(enabled).Add(p.gtx.Ops)
	t.click.Add(p.gtx.Ops)
	area.Pop()
	return p.tapped(t) && enabled
}

// choice is area for one of several that exclude each other.
func (p *page) choice(t *tap, r image.Rectangle, label string, chosen bool) bool {
	area := clip.Rect(r).Push(p.gtx.Ops)
	semantic.RadioButton.Add(p.gtx.Ops)
	semantic.LabelOp(label).Add(p.gtx.Ops)
	semantic.SelectedOp(chosen).Add(p.gtx.Ops)
	t.click.Add(p.gtx.Ops)
	area.Pop()
	return p.tapped(t)
}

// toggle is area for what is on or off.
func (p *page) toggle(t *tap, r image.Rectangle, label string, on bool) bool {
	area := clip.Rect(r).Push(p.gtx.Ops)
	semantic.Switch.Add(p.gtx.Ops)
	semantic.LabelOp(label).Add(p.gtx.Ops)
	semantic.SelectedOp(on).Add(p.gtx.Ops)
	t.click.Add(p.gtx.Ops)
	area.Pop()
	return p.tapped(t)
}

func (p *page) tapped(t *tap) (tapped bool) {
	for {
		e, ok := t.click.Update(p.gtx.Source)
		if !ok {
			return tapped
		}
		tapped = tapped || e.Kind == gesture.KindClick
	}
}

// button draws a plain button and reports a tap.
func (p *page) button(t *tap, r image.Rectangle, label string, px int, i ink) bool {
	tapped := p.area(t, r, label, true)
	p.round(r, p.u(14), p.pressed(t, i))
	p.paint(inset(r, p.u(16), 0), label, style{px: px, bold: true, align: middle}, i.text)
	return tapped
}

const pressedWeight = 0.15

// pressed shifts a ground towards its text while a finger is on it.
func (p *page) pressed(t *tap, i ink) color.NRGBA {
	if t.click.Pressed() {
		return mix(i.text, i.ground, pressedWeight)
	}
	return i.ground
}
