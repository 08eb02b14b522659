package ui

import (
	"image"
	"slices"
	"strconv"
	"strings"

	"chot/assets"
)

// sources lists cameras and readers; one at a time can be tried out, and what
// it reads is shown without the number's first digits, judged by nobody.
func (p *page) sources() {
	body, foot := p.sheet(p.w.Sources.Title)
	rest := p.back(foot)
	if len(p.snap.Sources) == 0 {
		p.notice(body, soso, paragraph{text: p.w.Sources.None, px: 38, colour: p.c.page.text})
		return
	}
	all := p.snap.Sources
	row, gap := p.reach(104)+p.u(22), p.u(14)
	if p.upright() {
		row += p.u(44) // a line more, for the detail
	}
	if i := slices.IndexFunc(all, func(s SourceView) bool { return s.Testing }); i >= 0 {
		// The one under test, and below it what it reads.
		line, panel := cutTop(body, row)
		p.source(line, i, all[i])
		_, panel = cutTop(panel, gap)
		p.testPanel(panel, all[i].Name)
		return
	}
	from, to, at, pages := p.pageOf(len(all), rowsIn(body, row, gap))
	p.leaf(rest, at, pages)
	for i, s := range all[from:to] {
		line, after := cutTop(body, row)
		p.source(line, i, s)
		_, body = cutTop(after, gap)
	}
}

func (p *page) source(r image.Rectangle, i int, s SourceView) {
	in := p.card(r)
	test, in := cutRight(in, max(p.reach(150), r.Dx()*17/100))
	label := p.w.Sources.Test
	if s.Testing {
		label = p.w.Sources.Stop
	}
	name := printable(s.Name)
	t := p.ui.tap(nth("source", i))
	test = centred(test, test.Dx(), max(test.Dy(), p.reach(0)))
	p.noted(t, test, label, name, true)
	if p.tapped(t) {
		p.want(ToggleTest{Source: s.Name})
	}
	look := p.c.key
	if s.Testing {
		look = p.c.act
	}
	p.round(test, p.u(14), p.pressed(t, look))
	p.frame(test, p.u(13), max(p.u(3*p.c.stroke), 2), look.text)
	p.paint(inset(test, p.u(10), 0), label, style{px: p.u(32), bold: true, align: middle, floor: p.u(20)}, look.text)
	_, in = cutRight(in, p.u(20))

	icon, in := cutLeft(in, p.u(72))
	draw := iconSources
	switch s.Kind {
	case ReaderSource:
		draw = iconReader
	case WedgeSource:
		draw = iconWedge
	}
	draw(p.plot(centred(icon, p.u(60), p.u(60))), p.c.field.text, p.c.field.ground)
	_, in = cutLeft(in, p.u(22))

	how, state := well, p.w.Sources.Working
	switch s.State {
	case SourceWaiting:
		state = p.w.Sources.Waiting
	case SourceAbsent:
		how, state = soso, p.w.Sources.Absent
	case SourceForbidden:
		how, state = bad, p.w.Sources.Forbidden
	case SourceLost:
		how, state = bad, p.w.Sources.Lost
	case SourceWorking:
	default:
		how, state = bad, p.w.Sources.Lost
	}
	if !s.LastRead.IsZero() {
		state += " · " + assets.Fill(p.w.Sources.Last, "age", p.w.ago(p.snap.Now.Sub(s.LastRead)))
	}
	detail := printable(s.Detail)
	words := []string{name, state}
	if detail != "" {
		words = append(words, detail)
	}
	p.tell(in, strings.Join(words, ", "))
	if p.upright() {
		var below image.Rectangle
		below, in = cutBottom(in, in.Dy()/3)
		p.paint(below, detail, style{px: p.u(26), floor: p.u(16)}, p.c.field.text)
	} else if detail != "" {
		name += " · " + detail
	}
	upper, lower := cutTop(in, in.Dy()/2)
	p.paint(upper, name, style{px: p.u(32), bold: true, floor: p.u(18)}, p.c.field.text)
	mark, lower := cutLeft(lower, p.u(32))
	p.sign(centred(mark, p.u(30), p.u(30)), how)
	_, lower = cutLeft(lower, p.u(14))
	p.paint(lower, state, style{px: p.u(28), floor: p.u(18)}, p.c.field.text)
}

// testPanel shows what the source under test has read.
func (p *page) testPanel(r image.Rectangle, source string) {
	p.frame(r, p.u(14), max(p.u(4*p.c.stroke), 2), p.c.accent())
	in := inset(r, p.u(26), p.u(16))
	high := p.u(60)
	if p.upright() {
		high = p.u(100)
	}
	head, in := cutTop(in, high)
	p.write(head, assets.Fill(p.w.Sources.Prompt, "source", printable(source)), style{px: p.u(32), bold: true, lines: 2, wrap: p.upright(), floor: p.u(20)}, p.c.page.text)
	for _, reading := range p.snap.Readings {
		in = p.reading(in, reading)
	}
}

// reading is one of them at the top of r; it returns what is left of r.
func (p *page) reading(r image.Rectangle, t TestReading) (rest image.Rectangle) {
	h := p.u(58)
	if p.upright() {
		h = p.u(84)
	}
	if h > r.Dy() {
		return image.Rectangle{Min: r.Max, Max: r.Max}
	}
	line, rest := cutTop(r, h)
	scheme, ok := p.w.Scheme[t.Scheme.String()]
	if !ok {
		scheme = t.Scheme.String()
	}
	said := assets.Fill(p.w.Sources.Read, "scheme", scheme, "bytes", strconv.Itoa(t.Bytes))
	if id := grouped(printable(t.MaskedID)); id != "" {
		said = id + " · " + said
	}
	p.tell(line, p.w.second(t.At)+", "+said)
	clock, text := cutLeft(line, p.u(150))
	p.paint(clock, p.w.second(t.At), style{px: p.u(28)}, p.c.quiet.text)
	p.paint(text, said, style{px: p.u(32), bold: true, lines: 2, wrap: p.upright(), floor: p.u(20)}, p.c.page.text)
	if t.Garbled && rest.Dy() >= h {
		line, rest = cutTop(rest, h)
		_, line = cutLeft(line, p.u(150))
		p.signed(line, soso, p.w.Sources.Garbled, style{px: p.u(28), bold: true, lines: 2, floor: p.u(20)}, p.c.page.text)
	}
	return rest
}
