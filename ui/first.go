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
	body := inset(p.window(), p.u(64), p.u(48))
	foot, body := cutBottom(body, p.reach(96))
	rest := p.languages(foot)
	p.write(rest, p.w.First.Safe, style{px: p.u(28), lines: 2, floor: p.u(22)}, p.c.quiet.text)

	head, body := cutTop(body, p.u(104))
	mark, title := cutLeft(head, p.u(104))
	p.badge(inset(mark, p.u(8), p.u(8)), scanner.Admit, ink{ground: p.c.page.ground, text: p.c.act.ground})
	_, title = cutLeft(title, p.u(28))
	p.write(title, p.w.First.Title, style{px: p.u(58), bold: true}, p.c.page.text)

	_, body = cutTop(body, p.u(20))
	lead, body := cutTop(body, p.u(100))
	p.write(lead, p.w.First.Lead, style{px: p.u(34), lines: 2, floor: p.u(26)}, p.c.page.text)

	steps := []struct{ text, command string }{
		{p.w.First.Ask, ""}, {p.w.First.Type, p.snap.Setup}, {p.w.First.Open, ""},
	}
	for i, s := range steps {
		_, body = cutTop(body, p.u(20))
		row, after := cutTop(body, p.u(72))
		number, text := cutLeft(row, p.u(72))
		p.round(number, p.u(36), p.c.act.ground)
		p.paint(number, strconv.Itoa(i+1), style{px: p.u(38), bold: true, align: middle}, p.c.act.text)
		_, text = cutLeft(text, p.u(28))
		p.write(text, s.text, style{px: p.u(36), bold: true, lines: 2, floor: p.u(26)}, p.c.page.text)
		body = after
		if s.command == "" {
			continue
		}
		_, body = cutTop(body, p.u(12))
		box, after := cutTop(body, p.u(80))
		_, box = cutLeft(box, p.u(100))
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
