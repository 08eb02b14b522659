package ui

import (
	"image"
	"image/color"
	"strconv"

	"chot/scanner"
)

// first greets whoever starts a device that belongs to no checkpoint.
func (p *page) first() {
	p.ground(p.c.page.ground)
	body := inset(p.window(), p.u(56), p.u(28))
	gap, step := p.u(8), p.u(52)
	if p.upright() {
		gap, step = p.u(36), p.u(104)
	}
	foot, body := cutBottom(body, p.reach(96))
	p.after(foot, func() {
		rest := p.languages(foot)
		p.write(rest, p.w.First.Safe, style{px: p.u(28), lines: 3, floor: p.u(22), wrap: true}, p.c.quiet.text)
	})

	head, body := cutTop(body, p.u(80))
	mark, title := cutLeft(head, p.u(80))
	p.badge(inset(mark, p.u(8), p.u(8)), scanner.Admit, ink{ground: p.c.page.ground, text: p.c.accent()})
	_, title = cutLeft(title, p.u(28))
	p.write(title, p.w.First.Title, style{px: p.u(58), bold: true}, p.c.page.text)

	_, body = cutTop(body, gap)
	lead, body := cutTop(body, p.u(48))
	p.write(lead, p.w.First.Lead, style{px: p.u(34), floor: p.u(22)}, p.c.page.text)
	_, body = cutTop(body, gap)
	offer, body := cutTop(body, p.reach(96))
	if p.area(p.ui.tap("first-scan"), offer, p.w.First.Scan, true) {
		p.want(Open{EnrolScreen})
	}
	p.round(offer, p.u(14), p.pressed(p.ui.tap("first-scan"), p.c.act))
	icon, label := cutLeft(inset(offer, p.u(30), p.u(14)), p.u(90))
	iconEnrol(p.plot(centred(icon, p.u(76), p.u(76))), p.c.act.text, p.c.act.ground)
	_, label = cutLeft(label, p.u(20))
	p.paint(label, p.w.First.Scan, style{px: p.u(44), bold: true}, p.c.act.text)

	if p.snap.Handheld || p.short() {
		if _, body = cutTop(body, gap); p.snap.Handheld { // there is no command line in it
			p.paragraphs(body, paragraph{text: p.w.Handheld.Managed, px: 32, colour: p.c.quiet.text})
		}
		return
	}
	_, body = cutTop(body, gap)
	or, body := cutTop(body, p.u(44))
	p.write(or, p.w.First.Or, style{px: p.u(32), floor: p.u(22)}, p.c.quiet.text)

	steps := []struct{ text, command string }{
		{p.w.First.Ask, ""}, {p.w.First.Type, p.snap.Setup}, {p.w.First.Open, ""},
	}
	for i, s := range steps {
		_, body = cutTop(body, gap)
		row, after := cutTop(body, step)
		number, text := cutLeft(row, p.u(52))
		number = centred(number, p.u(52), p.u(52))
		p.round(number, p.u(26), p.c.key.ground)
		p.frame(number, p.u(25), max(p.u(2*p.c.stroke), 1), p.c.page.text)
		p.paint(number, strconv.Itoa(i+1), style{px: p.u(30), bold: true, align: middle}, p.c.key.text)
		_, text = cutLeft(text, p.u(28))
		p.write(text, s.text, style{px: p.u(32), lines: 2, wrap: p.upright(), floor: p.u(22)}, p.c.page.text)
		body = after
		if s.command == "" {
			continue
		}
		_, body = cutTop(body, p.u(6))
		box, after := cutTop(body, p.u(58))
		_, box = cutLeft(box, p.u(80))
		p.command(box, s.command, p.c.field, p.c.rule)
		body = after
	}
}

// command shows what to type, as it is typed.
func (p *page) command(r image.Rectangle, s string, i ink, border color.NRGBA) {
	p.round(r, p.u(12), i.ground)
	p.frame(r, p.u(11), max(p.u(3), 1), border)
	p.write(inset(r, p.u(26), 0), s, style{px: p.u(34), floor: p.u(20)}, i.text)
}
