package ui

import (
	"image"

	"chot/assets"
)

// enrol takes the device into a checkpoint: the hub's code is scanned, its
// key compared by eye, and only then the hub is spoken to.
func (p *page) enrol() {
	body, foot := p.sheet(p.w.Enrol.Title)
	e := p.snap.Enrolment
	hub, fingerprint := printable(e.Hub), printable(e.Fingerprint)
	switch e.State {
	case EnrolOffered:
		rest := p.back(foot)
		other, rest := cutLeft(rest, rest.Dx()*36/100)
		_, rest = cutLeft(rest, p.u(20))
		p.after(other, func() {
			if p.outlined(p.ui.tap("enrol-retry"), other, p.w.Enrol.Retry, p.c.page) {
				p.want(RetryEnrolment{})
			}
		})
		p.do("enrol-confirm", rest, p.w.Enrol.Confirm, true, ConfirmEnrolment{})
		body = p.paragraphs(body, paragraph{text: p.w.Enrol.Compare, px: 40, bold: true, colour: p.c.page.text})
		box, body := cutTop(body, min(p.u(170), body.Dy()*45/100))
		p.round(box, p.u(14), p.c.field.ground)
		p.frame(box, p.u(13), max(p.u(4*p.c.stroke), 2), p.c.field.text)
		p.tell(box, p.w.Enrol.Fingerprint+": "+fingerprint)
		p.paint(inset(box, p.u(26), p.u(8)), fingerprint, style{px: p.u(58), bold: true, align: middle, lines: 2, floor: p.u(24)}, p.c.field.text)
		_, body = cutTop(body, p.u(16))
		p.table(body, []fact{{p.w.Enrol.Hub, hub}, {p.w.Enrol.Expires, p.w.when(e.Expires)}})
	case EnrolRunning:
		p.back(foot)
		p.paragraphs(body, paragraph{text: assets.Fill(p.w.Enrol.Running, "hub", hub), px: 44, bold: true, colour: p.c.page.text})
	case EnrolDone:
		p.enrolled(body, foot, e)
	case EnrolFailed:
		rest := p.back(foot)
		p.do("enrol-again", rest, p.w.Enrol.Retry, true, RetryEnrolment{})
		p.failure(body, e.Failure)
	default:
		rest := p.back(foot)
		p.after(rest, func() {
			p.write(rest, p.w.Enrol.How, style{px: p.u(28), lines: 2, wrap: true, floor: p.u(20)}, p.c.quiet.text)
		})
		head, picture := cutTop(body, p.u(70))
		p.write(head, p.w.Enrol.Scan, style{px: p.u(40), bold: true, floor: p.u(24)}, p.c.page.text)
		_, picture = cutTop(picture, p.u(12))
		p.aim(picture)
	}
}

// enrolled says where the device belongs now.
func (p *page) enrolled(body, foot image.Rectangle, e EnrolView) {
	p.do("enrol-done", foot, p.w.Enrol.Start, true, Close{})
	side := min(body.Dx(), body.Dy()) * 45 / 100
	box := centred(body, min(body.Dx(), side*3), body.Dy())
	mark, text := cutTop(box, side)
	p.sign(mark, well)
	_, text = cutTop(text, p.u(20))
	p.paragraphs(text,
		paragraph{text: p.w.Enrol.Done, px: 36, align: middle, colour: p.c.page.text},
		paragraph{text: p.w.place(printable(e.Checkpoint), printable(e.Lane)), px: 56, bold: true, align: middle, colour: p.c.page.text})
}

// aim shows the camera's picture in a frame, to hold a code into.
func (p *page) aim(r image.Rectangle) {
	if f := p.instead(); f != "" {
		p.unseen(r, f, p.c.page)
		return
	}
	if p.snap.Preview.Image == nil {
		box := p.card(r)
		side := min(box.Dy()*60/100, box.Dx()/2)
		iconEnrol(p.plot(centred(box, side, side)), p.c.field.text, p.c.field.ground)
		return
	}
	p.picture(r)
	v := p.view(r)
	for _, corners := range p.snap.Preview.Corners {
		p.outline(v, corners)
	}
	if hint := p.w.hint(p.snap.Hint); hint != "" {
		p.pill(r, hint, style{px: p.u(44), bold: true}, p.c.hint)
	}
	p.frame(r, 0, max(p.u(4), 2), p.c.rule)
}

// failure is what went wrong and what to do about it.
func (p *page) failure(r image.Rectangle, f Failure) {
	text := p.w.failure(f)
	p.notice(r, bad,
		paragraph{text: text.Title, px: 44, bold: true, colour: p.c.page.text},
		paragraph{text: text.Do, px: 36, colour: p.c.page.text})
}
