package ui

import (
	"image"
	"slices"

	"chot/scanner"
)

// faultList writes out every fault: what is wrong and what to do.
func (p *page) faultList() {
	body, foot := p.sheet(p.w.Faults.Title)
	rest := p.back(foot)
	all := slices.Clone(p.snap.Faults)
	if len(all) == 0 {
		line, _ := cutTop(body, p.u(80))
		p.signed(line, well, p.w.Faults.None, style{px: p.u(38), bold: true}, p.c.page.text)
		return
	}
	slices.SortStableFunc(all, func(a, b scanner.Fault) int { return int(b.Severity()) - int(a.Severity()) })
	row, gap := p.u(144), p.u(14)
	if p.upright() {
		row = p.u(190)
	}
	if slices.ContainsFunc(all, func(f scanner.Fault) bool { _, in := p.remedy(f); return in != nil }) {
		row = max(row+p.u(56), p.reach(0)) // a line that says where a tap leads
	}
	from, to, at, pages := p.pageOf(len(all), rowsIn(body, row, gap))
	p.leaf(rest, at, pages)
	for _, f := range all[from:to] {
		var line image.Rectangle
		line, body = cutTop(body, row)
		p.fault(line, f)
		_, body = cutTop(body, gap)
	}
}

func (p *page) fault(r image.Rectangle, f scanner.Fault) {
	look, grade := p.c.field, p.w.Faults.Note
	switch f.Severity() {
	case scanner.Note:
	case scanner.Warning:
		look, grade = p.c.amber, p.w.Faults.Warning
	default:
		look, grade = p.c.alert, p.w.Faults.Stopped
	}
	text, detail := p.w.fault(f), printable(p.snap.FaultDetails[f])
	said := grade + ": " + text.Title + ". " + text.Do
	if detail != "" {
		said += " " + detail
	}
	ground, in := look.ground, inset(r, p.u(24), p.u(12))
	label, want := p.remedy(f)
	if want == nil {
		p.tell(r, said)
	} else {
		t := p.ui.tap("fault-" + string(f))
		if p.areaNoted(t, r, said, label, true) {
			p.want(want)
		}
		ground = p.pressed(t, look)
	}
	p.round(r, p.u(14), ground)
	p.frame(r, p.u(13), max(p.u(2*p.c.stroke), 1), look.text)
	if want != nil {
		var line image.Rectangle
		line, in = cutBottom(in, p.u(50))
		mark, words := cutRight(line, p.u(44))
		p.plot(centred(mark, p.u(36), p.u(36))).chevron(look.text, false)
		p.paint(words, label, style{px: p.u(32), bold: true, align: right, floor: p.u(20)}, look.text)
	}
	icon, in := cutLeft(in, p.u(76))
	q := p.plot(centred(icon, p.u(64), p.u(64)))
	switch f.Severity() {
	case scanner.Note:
		q.dot(look.text, 0.44, 0.5, 0.5)
		q.line(look.ground, 0.11, 0.5, 0.46, 0.5, 0.72)
		q.dot(look.ground, 0.065, 0.5, 0.27)
	case scanner.Warning:
		q.warning(look.text, look.ground)
	default:
		q.stop(look.text, look.ground)
	}
	_, in = cutLeft(in, p.u(24))
	title, rest := cutTop(in, in.Dy()*36/100)
	p.paint(title, text.Title, style{px: p.u(34), bold: true, floor: p.u(20)}, look.text)
	if detail != "" {
		var line image.Rectangle
		line, rest = cutBottom(rest, rest.Dy()*42/100)
		p.paint(line, detail, style{px: p.u(26), floor: p.u(16)}, look.text)
	}
	p.paint(rest, text.Do, style{px: p.u(30), lines: 2, floor: p.u(18), wrap: p.upright()}, look.text)
}
