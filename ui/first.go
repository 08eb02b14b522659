package ui

import (
	"image"
	"image/color"
	"strconv"

	"chot/scanner"
)

// first greets whoever starts a device that belongs to no checkpoint.
func (p *page) first() {
	p.fill(p.window(), p.c.page.ground)
	body := inset(p.window(), p.u(64), p.u(40))
	gap, step := p.u(14), p.u(64)
	if p.upright() {
		gap, step = p.u(36), p.u(104)
	}
	foot, body := cutBottom(body, p.reach(96))
	rest := p.languages(foot)
	p.write(rest, p.w.First.Safe, style{px: p.u(28), lines: 3, floor: p.u(22), wrap: true}, p.c.quiet.text)

	head, body := cutTop(body, p.u(92))
	mark, title := cutLeft(head, p.u(92))
	p.badge(inset(mark, p.u(8), p.u(8)), scanner.Admit, ink{ground: p.c.page.ground, text: p.c.act.ground})
	_, title = cutLeft(title, p.u(28))
	p.write(title, p.w.First.Title, style{px: p.u(58), bold: true}, p.c.page.text)

	_, body = cutTop(body, gap)
	lead := p.set(p.w.First.Lead, body.Dx(), style{px: p.u(34), lines: 3, wrap: p.upright()})
	var s stack
	s.add(lead, 0, p.c.page.text)
	p.drawStack(s, body, body.Min.Y)
	_, body = cutTop(body, s.height)

	steps := []struct{ text, command string }{
		{p.w.First.Ask, ""}, {p.w.First.Type, p.snap.Setup}, {p.w.First.Open, ""},
	}
	for i, s := range steps {
		_, body = cutTop(body, gap)
		row, after := cutTop(body, step)
		number, text := cutLeft(row, p.u(64))
		number = centred(number, p.u(64), p.u(64))
		p.round(number, p.u(32), p.c.act.ground)
		p.paint(number, strconv.Itoa(i+1), style{px: p.u(38), bold: true, align: middle}, p.c.act.text)
		_, text = cutLeft(text, p.u(28))
		p.write(text, s.text, style{px: p.u(36), bold: true, lines: 2, wrap: p.upright(), floor: p.u(24)}, p.c.page.text)
		body = after
		if s.command == "" {
			continue
		}
		_, body = cutTop(body, p.u(10))
		box, after := cutTop(body, p.u(72))
		_, box = cutLeft(box, p.u(92))
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
