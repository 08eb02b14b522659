package ui

import (
	"image"
	"image/color"

	"chot/scanner"
)

// What the scan screen has in one hand: the smaller controls in a row of their
// own above the two halves, the lamp, and what stands where a camera's picture
// would be.

// stacked reports whether the scan screen's controls stand in two rows: in
// one they would leave the two halves narrow.
func (p *page) stacked() bool { return p.narrow() || p.upright() && p.snap.Handheld }

// smallRow holds the controls of second rank side by side.
func (p *page) smallRow(r image.Rectangle, gap int) {
	n := 2
	if p.snap.Torch != NoTorch {
		n++
	}
	cell := func() (c image.Rectangle) {
		c, r = cutLeft(r, (r.Dx()-(n-1)*gap)/n)
		_, r = cutLeft(r, gap)
		n--
		return c
	}
	if p.snap.Torch != NoTorch {
		p.torch(cell())
	}
	p.small(&p.ui.typed, cell(), p.w.Label.Typed, OpenTyped{}, plot.keypad)
	p.small(p.ui.tap("more"), cell(), p.w.Label.More, Open{MoreScreen}, plot.more)
}

// torch switches the camera's lamp, where it has one.
func (p *page) torch(r image.Rectangle) {
	if p.snap.Torch == NoTorch {
		return
	}
	t, look, on := p.ui.tap("torch"), p.c.other, p.snap.Torch == TorchOn
	if on {
		look = p.c.chosen
	}
	if p.toggle(t, r, p.w.Handheld.Torch, on) {
		p.want(SetTorch{On: !on})
	}
	p.face(t, r, p.w.Handheld.Torch, look, func(q plot, c color.NRGBA) { q.torch(c, on) })
}

// unseen says in the picture's place why there is none, and what leads out of
// it; readers and typed numbers go on meanwhile.
func (p *page) unseen(r image.Rectangle, f scanner.Fault, look ink) {
	text := p.w.fault(f)
	if label, in := p.remedy(f); in != nil {
		var button image.Rectangle
		button, r = cutBottom(r, p.reach(112))
		_, r = cutBottom(r, p.u(22))
		defer p.act("unseen", button, label, true, in) // told after the sentence
	}
	side := min(p.u(120), r.Dy()/3)
	title := paragraph{text: text.Title, px: 48, bold: true, align: middle, colour: look.text}
	do := paragraph{text: text.Do, px: 38, align: middle, colour: look.text}
	if !p.upright() {
		mark, rest := cutLeft(r, min(p.u(120), r.Dx()/6))
		iconSources(p.plot(centred(mark, mark.Dx(), mark.Dx())), look.text, look.ground)
		_, r = cutLeft(rest, p.u(36))
		title.align, do.align = left, left
		p.paragraphs(r, title, do)
		return
	}
	_, r = cutTop(r, max(0, r.Dy()-side-p.u(300))/2)
	mark, r := cutTop(r, side)
	iconSources(p.plot(mark), look.text, look.ground)
	_, r = cutTop(r, p.u(22))
	p.paragraphs(r, title, do)
}
