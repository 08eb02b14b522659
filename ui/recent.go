package ui

import (
	"image"

	"chot/scanner"
)

// recent lists the last scans: when, what came out, which way, whose number
// with its first digits hidden. Names are not listed: others read along.
func (p *page) recent() {
	body, foot := p.sheet(p.w.Recent.Title)
	rest := p.back(foot)
	row := p.u(74)
	from, to, at, pages := p.pageOf(len(p.snap.Recent), body.Dy()/max(row, 1))
	p.leaf(rest, at, pages)
	if len(p.snap.Recent) == 0 {
		p.paragraphs(body, paragraph{text: p.w.Recent.None, px: 36, colour: p.c.page.text})
		return
	}
	for _, v := range p.snap.Recent[from:to] {
		line, after := cutTop(body, row)
		p.recentRow(line, v.plain())
		body = after
	}
}

func (p *page) recentRow(r image.Rectangle, v VerdictView) {
	p.hairline(r, p.c.rule)
	who := grouped(v.MaskedID)
	if who == "" {
		who = p.w.Recent.Nobody
	}
	reason := p.w.line(v)
	if turned := p.w.turned(v.Turned); turned != "" {
		reason = turned
	}
	p.tell(r, p.w.clock(v.At)+", "+p.w.outcome(v.Verdict.Outcome)+", "+p.w.direction(v.Direction)+", "+who+", "+reason)
	r = inset(r, 0, p.u(6))
	part := func(share int) (cell image.Rectangle) {
		cell, r = cutLeft(r, share*(p.size.X-2*p.u(40))/100)
		cell.Max.X -= p.u(14)
		return cell
	}
	clock, way, number, why := 10, 14, 30, 40
	if p.upright() {
		clock, way, number, why = 15, 19, 45, 0
	}
	p.paint(part(clock), p.w.clock(v.At), style{px: p.u(32), bold: true, floor: p.u(20)}, p.c.page.text)
	badge, rest := cutLeft(r, p.u(56))
	p.badge(centred(badge, p.u(46), p.u(46)), v.Verdict.Outcome, ink{ground: p.c.page.ground, text: p.c.page.text})
	_, r = cutLeft(rest, p.u(18))
	p.wayIn(part(way), v.Direction)
	if why == 0 {
		upper, lower := cutTop(r, r.Dy()/2)
		p.paint(upper, who, style{px: p.u(28), bold: true, floor: p.u(20)}, p.c.page.text)
		p.paint(lower, reason, style{px: p.u(24), floor: p.u(16)}, p.c.quiet.text)
		return
	}
	p.paint(part(number), who, style{px: p.u(32), bold: true, floor: p.u(20)}, p.c.page.text)
	p.paint(r, reason, style{px: p.u(28), floor: p.u(18)}, p.c.quiet.text)
}

// wayIn writes a direction into a cell.
func (p *page) wayIn(r image.Rectangle, d scanner.Direction) {
	st := style{px: p.u(28), bold: true}
	width := p.wayWidth(d, st)
	if width > r.Dx() {
		st.px = typeSize(st.px * r.Dx() / max(width, 1))
		width = p.wayWidth(d, st)
	}
	cell, _ := cutLeft(r, width)
	p.way(cell, d, st, p.c.page.text)
}
