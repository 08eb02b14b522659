package ui

import (
	"image"
	"strconv"

	"chot/assets"
)

// typing shows the number so far and a keypad for gloves.
func (p *page) typing() {
	p.fill(p.window(), p.c.page.ground)
	body := inset(p.window(), p.u(40), p.u(32))
	if p.upright() {
		foot, rest := cutBottom(body, p.reach(120))
		_, rest = cutBottom(rest, p.u(24))
		top, pad := cutTop(rest, rest.Dy()*36/100)
		p.number(top)
		p.keypad(pad)
		p.typingFoot(foot)
		return
	}
	text, pad := cutLeft(body, body.Dx()*52/100)
	_, pad = cutLeft(pad, p.u(40))
	p.keypad(pad)
	foot, text := cutBottom(text, p.reach(120))
	p.typingFoot(foot)
	p.number(text)
}

// number is the field and what is said about it.
func (p *page) number(r image.Rectangle) {
	t := p.snap.Typing
	title, r := cutTop(r, p.u(64))
	p.write(title, p.w.Typed.Title, style{px: p.u(40), bold: true}, p.c.page.text)
	_, r = cutTop(r, p.u(20))
	field, r := cutTop(r, p.u(130))
	p.round(field, p.u(14), p.c.field.ground)
	p.frame(field, p.u(13), max(p.u(4*p.c.stroke), 2), p.c.field.text)
	in := inset(field, p.u(26), p.u(8))
	b := p.write(in, grouped(t.Text), style{px: p.u(72), bold: true}, p.c.field.text)
	if t.Text == "" {
		b.width = -p.u(6)
	}
	if len(t.Text) < MaxDigits {
		caret := min(in.Min.X+b.width+p.u(8), in.Max.X)
		p.fill(image.Rect(caret, in.Min.Y+in.Dy()/5, caret+max(p.u(5), 2), in.Max.Y-in.Dy()/5), p.c.act.ground)
	}

	_, r = cutTop(r, p.u(16))
	note, _ := cutTop(r, p.u(64))
	if t.Number.Complete() {
		var icon image.Rectangle
		icon, note = cutLeft(note, p.u(44))
		if t.Number == IDCardDoubted {
			p.plot(centred(icon, p.u(36), p.u(36))).warning(p.c.page.text, p.c.page.ground)
		} else {
			p.plot(centred(icon, p.u(32), p.u(32))).tick(p.c.page.text)
		}
		_, note = cutLeft(note, p.u(14))
	}
	p.write(note, p.w.typed(t), style{px: p.u(32), bold: t.Number.Complete(), lines: 2, floor: p.u(24)}, p.c.page.text)
}

func (p *page) typingFoot(r image.Rectangle) {
	back, submit := cutLeft(r, r.Dx()*38/100)
	_, submit = cutLeft(submit, p.u(20))
	if p.outlined(&p.ui.back, back, p.w.Label.Back, p.c.page) {
		p.want(CloseTyped{})
	}
	ready := p.snap.Typing.Number.Complete()
	look := p.c.act
	if !ready {
		look = p.c.idle
	}
	if p.area(&p.ui.submit, submit, p.w.Label.Go, ready) {
		p.want(SubmitTyped{})
	}
	p.round(submit, p.u(14), p.pressed(&p.ui.submit, look))
	p.paint(inset(submit, p.u(16), 0), p.w.Label.Go, style{px: p.u(44), bold: true, align: middle}, look.text)
}

// keypad is laid out as on a telephone, as cash machines have it.
func (p *page) keypad(r image.Rectangle) {
	gap := p.u(14)
	w, h := (r.Dx()-2*gap)/3, (r.Dy()-3*gap)/4
	cell := func(i int) image.Rectangle {
		at := r.Min.Add(image.Pt(i%3*(w+gap), i/3*(h+gap)))
		return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
	}
	digit := func(i, d int) {
		t, label := &p.ui.digits[d], strconv.Itoa(d)
		if p.area(t, cell(i), assets.Fill(p.w.Label.Digit, "digit", label), true) {
			p.want(TypeText{Text: label})
		}
		p.key(t, cell(i))
		p.paint(cell(i), label, style{px: min(p.u(64), h*2/3), bold: true, align: middle}, p.c.key.text)
	}
	for i := range 9 {
		digit(i, i+1)
	}
	digit(10, 0)

	if p.area(&p.ui.clear, cell(9), p.w.Label.Clear, true) {
		p.want(ClearTyped{})
	}
	p.key(&p.ui.clear, cell(9))
	p.paint(inset(cell(9), p.u(8), 0), p.w.Label.Clear, style{px: p.u(34), bold: true, align: middle}, p.c.key.text)

	if p.area(&p.ui.erase, cell(11), p.w.Label.Erase, true) {
		p.want(EraseTyped{})
	}
	p.key(&p.ui.erase, cell(11))
	p.plot(centred(cell(11), p.u(64), p.u(64))).erase(p.c.key.text, p.pressed(&p.ui.erase, p.c.key))
}

func (p *page) key(t *tap, r image.Rectangle) {
	p.round(r, p.u(12), p.pressed(t, p.c.key))
	p.frame(r, p.u(11), max(p.u(2*p.c.stroke), 1), p.c.rule)
}
