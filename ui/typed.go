package ui

import (
	"image"
	"strconv"

	"chot/assets"
)

// typing shows the number so far and a keypad for gloves.
func (p *page) typing() {
	p.ground(p.c.page.ground)
	body := inset(p.window(), p.u(40), p.u(32))
	if p.tight(p.u(58+8*2+70*2+10*3) + 2*p.reach(126)) {
		p.typingTight()
		return
	}
	if p.upright() {
		foot, rest := cutBottom(body, p.reach(120))
		_, rest = cutBottom(rest, p.u(24))
		top, pad := cutTop(rest, max(rest.Dy()*44/100, p.u(58+8*2+70*2+10*3-25)+2*p.reach(126)))
		p.number(top)
		p.keypad(pad)
		p.typingFoot(foot)
		return
	}
	text, pad := cutLeft(body, body.Dx()*52/100)
	_, pad = cutLeft(pad, p.u(40))
	foot, text := cutBottom(text, p.reach(120))
	p.number(text)
	p.keypad(pad)
	p.typingFoot(foot)
}

// number is the two fields and what is said about them.
func (p *page) number(r image.Rectangle) {
	t := p.snap.Typing
	title, r := cutTop(r, p.u(58))
	p.write(title, p.w.Typed.Title, style{px: p.u(40), bold: true}, p.c.page.text)
	_, r = cutTop(r, p.u(10))
	high := p.reach(126)
	field, r := cutTop(r, high)
	p.entry("field-number", field, NumberField, p.w.Typed.NumberField, grouped(t.Text), "", MaxDigits-len(t.Text))
	_, r = cutTop(r, p.u(8))
	note, r := cutTop(r, p.u(70))
	p.numberNote(note)
	_, r = cutTop(r, p.u(10))
	field, r = cutTop(r, high)
	p.entry("field-birth", field, BirthField, p.w.Typed.BirthField, dated(t.Birth), p.w.Typed.BirthEmpty, MaxBirth-len(t.Birth))
	_, r = cutTop(r, p.u(8))
	note, _ = cutTop(r, p.u(70))
	p.birthNote(note)
}

// numberNote and birthNote say what each field's text is.
func (p *page) numberNote(r image.Rectangle) {
	t, how := p.snap.Typing, well
	if t.Number == IDCardDoubted || t.Number == IDCardUnborn {
		how = soso
	}
	p.noteOn(r, p.w.typed(t), t.Number.Complete(), how)
}

func (p *page) birthNote(r image.Rectangle) {
	d, how := p.snap.Typing.Date, soso
	if d == DateYear || d == DateWhole {
		how = well
	}
	p.noteOn(r, p.w.date(d), d != DateNone && d != DateShort, how)
}

// entry is one field; a tap on it lets the keypad write there.
func (p *page) entry(key string, r image.Rectangle, f Field, label, text, empty string, room int) {
	t, here := p.ui.tap(key), p.snap.Typing.Field == f
	said := label
	if text != "" {
		said += ": " + text
	}
	if p.choice(t, r, said, here) {
		p.want(ChooseField{Field: f})
	}
	width, border := max(p.u(2*p.c.stroke), 1), p.c.rule
	if here {
		width, border = max(p.u(5*p.c.stroke), 2), p.c.field.text
	}
	p.round(r, p.u(14), p.pressed(t, p.c.field))
	p.frame(r, p.u(13), width, border)
	in := inset(r, p.u(24), p.u(8))
	small, in := cutTop(in, in.Dy()*32/100)
	p.paint(small, label, style{px: p.u(24), floor: p.u(14)}, p.c.quiet.text)
	b := block{width: -p.u(6)}
	switch {
	case text != "":
		b = p.paint(in, text, style{px: p.u(64), bold: true, floor: p.u(22)}, p.c.field.text)
	case !here:
		p.paint(in, empty, style{px: p.u(34), floor: p.u(16)}, p.c.quiet.text)
	}
	if here && room > 0 {
		caret := min(in.Min.X+b.width+p.u(8), in.Max.X)
		p.fill(image.Rect(caret, in.Min.Y+in.Dy()/8, caret+max(p.u(5), 2), in.Max.Y-in.Dy()/8), p.c.accent())
	}
}

// noteOn says what a field's text is, with a sign once it is something.
func (p *page) noteOn(r image.Rectangle, s string, judged bool, how mood) {
	st := style{px: p.u(30), bold: judged, lines: 2, floor: p.u(22)}
	if !judged {
		p.write(r, s, st, p.c.quiet.text)
		return
	}
	icon, r := cutLeft(r, p.u(44))
	if how == well {
		p.plot(centred(icon, p.u(32), p.u(32))).tick(p.c.page.text)
	} else {
		p.plot(centred(icon, p.u(36), p.u(36))).warning(p.c.page.text, p.c.page.ground)
	}
	_, r = cutLeft(r, p.u(14))
	p.write(r, s, st, p.c.page.text)
}

func (p *page) typingFoot(r image.Rectangle) {
	back, submit := cutLeft(r, r.Dx()*38/100)
	_, submit = cutLeft(submit, p.u(20))
	if p.outlined(&p.ui.back, back, p.w.Label.Back, p.c.page) {
		p.want(CloseTyped{})
	}
	ready := p.snap.Typing.Number.Complete() && p.snap.Typing.Date.Usable()
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

// keypad is laid out as on a telephone, as cash machines have it; where four
// rows are too low for a finger, the last one's keys stand beside the others.
func (p *page) keypad(r image.Rectangle) {
	gap, cols, rows := p.u(14), 3, 4
	flat := (r.Dy()-3*gap)/4 < p.reach(0) && (r.Dx()-3*gap)/4 >= p.reach(0)
	if flat {
		cols, rows = 4, 3
	}
	w, h := (r.Dx()-(cols-1)*gap)/cols, (r.Dy()-(rows-1)*gap)/rows
	cell := func(i int) image.Rectangle {
		if flat {
			i = [...]int{0, 1, 2, 4, 5, 6, 8, 9, 10, 7, 11, 3}[i]
		}
		at := r.Min.Add(image.Pt(i%cols*(w+gap), i/cols*(h+gap)))
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
