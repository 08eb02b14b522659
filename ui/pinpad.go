package ui

import (
	"image"

	"chot/assets"
)

// pinpad takes a PIN: as many dots as digits, and the keypad. Neither the
// screen nor a screen reader is told a digit that was typed.
func (p *page) pinpad() {
	p.ground(p.c.page.ground)
	body := inset(p.window(), p.u(40), p.u(32))
	foot := func(r image.Rectangle) {
		rest := p.back(r)
		p.do("pin-open", rest, p.w.PIN.Open, p.pinReady() && p.snap.PIN.Digits >= minPIN, SubmitTyped{})
	}
	if p.tight(p.u(64 + 20 + 130 + 20 + 100)) {
		text, pad, below := p.tightParts(p.u(64 + 20 + 130 + 20 + 100))
		p.dots(text)
		p.keypad(pad)
		foot(below)
		return
	}
	if p.upright() {
		below, rest := cutBottom(body, p.reach(120))
		_, rest = cutBottom(rest, p.u(24))
		top, pad := cutTop(rest, rest.Dy()*36/100)
		p.dots(top)
		p.keypad(pad)
		foot(below)
		return
	}
	text, pad := cutLeft(body, body.Dx()*52/100)
	_, pad = cutLeft(pad, p.u(40))
	below, text := cutBottom(text, p.reach(120))
	p.dots(text)
	p.keypad(pad)
	foot(below)
}

// pinReady reports whether a PIN would count now.
func (p *page) pinReady() bool {
	pin := p.snap.PIN
	return !pin.Unset && !pin.Checking && !p.snap.Now.Before(pin.Lock.Until)
}

func (p *page) dots(r image.Rectangle) {
	pin := p.snap.PIN
	title := p.w.PIN.Supervisor
	if pin.Gate == HandoverGate {
		title = assets.Fill(p.w.PIN.Operator, "operator", printable(pin.Operator))
	}
	head, r := cutTop(r, p.u(64))
	p.write(head, title, style{px: p.u(40), bold: true}, p.c.page.text)
	high, gap := p.u(130), p.u(20)
	if r.Dy() < high+2*gap+p.u(100) {
		high, gap = p.u(92), p.u(6)
	}
	_, r = cutTop(r, gap)
	field, r := cutTop(r, high)
	p.round(field, p.u(14), p.c.field.ground)
	p.frame(field, p.u(13), max(p.u(4*p.c.stroke), 2), p.c.field.text)
	p.tell(field, assets.Fill(p.w.PIN.Digits, "count", p.w.number(pin.Digits)))
	in := inset(field, p.u(30), 0)
	step := min(p.u(54), in.Dx()/maxPIN)
	for i := range pin.Digits {
		at := image.Rect(in.Min.X+i*step, in.Min.Y, in.Min.X+(i+1)*step, in.Max.Y)
		p.plot(centred(at, step*5/9, step*5/9)).dot(p.c.field.text, 0.5, 0.5, 0.5)
	}
	if p.pinReady() && pin.Digits < maxPIN {
		x := in.Min.X + pin.Digits*step + p.u(4)
		p.fill(image.Rect(x, in.Min.Y+in.Dy()/4, x+max(p.u(5), 2), in.Max.Y-in.Dy()/4), p.c.accent())
	}
	_, r = cutTop(r, gap)
	how, said := p.pinNote()
	if how == well {
		p.paragraphs(r, paragraph{text: said, px: 32, colour: p.c.page.text})
		return
	}
	note, rest := cutTop(r, min(p.u(100), r.Dy()))
	p.signed(note, how, said, style{px: p.u(34), bold: true, lines: 2, floor: p.u(22)}, p.c.page.text)
	switch {
	case pin.Unset || rest.Dy() <= p.u(40):
	case pin.Lock.Tries > 0 && pin.Gate == SupervisorGate:
		p.paragraphs(rest, paragraph{text: assets.Fill(p.w.PIN.Last, "tries", p.w.number(pin.Lock.Tries)), px: 32, bold: true, colour: p.c.page.text})
	case how == bad:
		p.paragraphs(rest, paragraph{text: p.w.PIN.Call, px: 28, colour: p.c.quiet.text})
	}
}

// pinNote says how the PIN stands.
func (p *page) pinNote() (mood, string) {
	pin := p.snap.PIN
	wrong := p.w.number(pin.Lock.Wrong)
	switch {
	case pin.Unset:
		return bad, p.w.PIN.Unset
	case pin.Checking:
		return well, p.w.PIN.Checking
	case p.snap.Now.Before(pin.Lock.Until):
		return bad, assets.Fill(p.w.PIN.Locked, "count", wrong, "wait", countdown(pin.Lock.Until.Sub(p.snap.Now)))
	case pin.Lock.Wrong > 0:
		return soso, assets.Fill(p.w.PIN.Wrong, "count", wrong)
	}
	return well, p.w.PIN.Empty
}
