package ui

import (
	"image"

	"chot/assets"
	"chot/scanner"
)

// duty shows the shift: who, since when, how many went which way, and how
// many in each hour.
func (p *page) duty() {
	body, foot := p.sheet(p.w.Shift.Title)
	rest := p.back(foot)
	p.do("hand-over", rest, p.w.Shift.HandOver, true, Open{HandoverScreen})

	who := p.snap.Shift.Operator
	if who == "" {
		who = p.w.Shift.Nobody
	}
	since := ""
	if !p.snap.Shift.Since.IsZero() {
		since = p.w.when(p.snap.Shift.Since)
	}
	facts := []fact{{p.w.Shift.Operator, printable(who)}}
	if since != "" {
		facts = append(facts, fact{p.w.Shift.Since, since})
	}
	if p.upright() {
		head, rest := cutTop(body, p.u(140))
		p.table(head, facts)
		_, rest = cutTop(rest, p.u(30))
		counts, rest := cutTop(rest, rest.Dy()*52/100)
		p.tallies(counts)
		_, rest = cutTop(rest, p.u(30))
		p.hours(rest)
		return
	}
	left, right := cutLeft(body, body.Dx()*56/100)
	_, right = cutLeft(right, p.u(48))
	head, right := cutTop(right, min(p.u(124), right.Dy()*38/100))
	p.table(head, facts)
	_, right = cutTop(right, p.u(20))
	p.tallies(left)
	p.hours(right)
}

// tallies is the table of both directions by outcome.
func (p *page) tallies(r image.Rectangle) {
	rows := []scanner.Outcome{scanner.Admit, scanner.Refer, scanner.Refuse}
	h := r.Dy() / (len(rows) + 2)
	cell := func(line image.Rectangle, i int) image.Rectangle {
		first := line.Dx() * 40 / 100
		w := (line.Dx() - first) / 2
		if i == 0 {
			c, _ := cutLeft(line, first)
			return c
		}
		return image.Rect(line.Min.X+first+(i-1)*w, line.Min.Y, line.Min.X+first+i*w, line.Max.Y)
	}
	head, r := cutTop(r, h)
	for i, d := range []scanner.Direction{scanner.In, scanner.Out} {
		c := cell(head, i+1)
		st := style{px: min(p.u(32), h*6/10), bold: true}
		p.way(centred(c, min(p.wayWidth(d, st), c.Dx()), c.Dy()), d, st, p.c.page.text)
	}
	p.hairline(head, p.c.rule)
	figure := style{px: min(p.u(52), h*7/10), bold: true, align: middle}
	for _, o := range rows {
		line, after := cutTop(r, h)
		name := cell(line, 0)
		icon, name := cutLeft(name, min(p.u(56), h))
		side := min(p.u(44), h*7/10)
		p.badge(centred(icon, side, side), o, ink{ground: p.c.page.ground, text: p.c.page.text})
		_, name = cutLeft(name, p.u(14))
		p.paint(name, p.w.outcome(o), style{px: p.u(30), bold: true, lines: 2, floor: p.u(18)}, p.c.page.text)
		for i, n := range []int{p.snap.Tally.In[o], p.snap.Tally.Out[o]} {
			d := scanner.Direction(i)
			p.paint(cell(line, i+1), p.w.number(n), figure, p.c.page.text)
			p.tell(cell(line, i+1), assets.Fill(p.w.Shift.Cell, "direction", p.w.direction(d), "outcome", p.w.outcome(o), "count", p.w.number(n)))
		}
		p.hairline(line, p.c.rule)
		r = after
	}
	line, _ := cutTop(r, h)
	p.paint(cell(line, 0), p.w.Shift.Sum, style{px: p.u(30), bold: true}, p.c.quiet.text)
	for i, n := range []int{p.snap.Tally.In.Sum(), p.snap.Tally.Out.Sum()} {
		p.paint(cell(line, i+1), p.w.number(n), figure, p.c.page.text)
		p.tell(cell(line, i+1), assets.Fill(p.w.Shift.Cell, "direction", p.w.direction(scanner.Direction(i)), "outcome", p.w.Shift.Sum, "count", p.w.number(n)))
	}
}

// hours draws a bar for each hour of the day.
func (p *page) hours(r image.Rectangle) {
	title, r := cutTop(r, p.u(40))
	p.write(title, p.w.Shift.Hours, style{px: p.u(26), bold: true}, p.c.quiet.text)
	most := 1
	for _, n := range p.snap.Tally.Hours {
		most = max(most, n)
	}
	scale, bars := cutBottom(r, p.u(34))
	figures, bars := cutTop(bars, p.u(32))
	step := bars.Dx() / 24
	for h, n := range p.snap.Tally.Hours {
		x := bars.Min.X + h*step
		base := image.Rect(x, bars.Max.Y-max(p.u(3), 1), x+step-max(step/5, 1), bars.Max.Y)
		if n > 0 {
			base.Min.Y = min(base.Min.Y, bars.Max.Y-bars.Dy()*n/most)
		}
		p.fill(base, p.c.accent())
		if n == most && n > 0 {
			over := image.Rect(x-2*step, base.Min.Y-figures.Dy(), x+3*step, base.Min.Y).Intersect(p.window())
			p.paint(over, p.w.number(n), style{px: p.u(24), bold: true, align: middle}, p.c.page.text)
			most++ // only the first of equals is written out
		}
		if h%6 == 0 {
			c := image.Rect(x, scale.Min.Y, x+4*step, scale.Max.Y)
			p.paint(c, p.w.hour(h), style{px: p.u(22)}, p.c.quiet.text)
		}
	}
}
