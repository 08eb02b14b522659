package ui

import (
	"image"
	"strings"

	"chot/assets"
	"chot/scanner"
)

// verdict fills the window with one verdict: shape, word, reason, then name
// and number to compare with the person.
func (p *page) verdict() {
	v := *p.snap.Verdict
	c := p.c.verdict(v.Verdict.Outcome)
	p.fill(p.window(), c.ground)

	// The ground is one large control under all others: a tap anywhere goes on.
	if p.area(&p.ui.ground, p.window(), p.w.outcome(v.Verdict.Outcome)+". "+p.w.line(v), true) {
		p.want(Dismiss{})
	}

	body := inset(p.window(), p.u(40), p.u(26))
	strip, body := cutTop(body, p.u(40))
	p.verdictStrip(strip, v, c)
	foot, body := cutBottom(body, p.reach(96))
	p.verdictFoot(foot, c)
	body = inset(body, 0, p.u(14))

	if p.upright() {
		badge, column := cutTop(body, min(body.Dy()*30/100, body.Dx()*62/100))
		p.badge(badge, v.Verdict.Outcome, c)
		p.verdictColumn(inset(column, 0, p.u(14)), v, c, middle)
		return
	}
	badge, column := cutLeft(body, min(body.Dx()*35/100, body.Dy()))
	side := badge.Dx() * 94 / 100
	p.badge(centred(badge, side, side), v.Verdict.Outcome, c)
	_, column = cutLeft(column, p.u(36))
	p.verdictColumn(column, v, c, left)
}

// verdictStrip is the line above: where, which way, when.
func (p *page) verdictStrip(r image.Rectangle, v VerdictView, c ink) {
	clock, rest := cutRight(r, p.u(110))
	p.write(clock, p.w.clock(v.At), style{px: p.u(30), bold: true, align: right}, c.text)
	if v.Verdict.Watch {
		mark, _ := cutRight(rest, p.u(34))
		p.plot(centred(mark, p.u(17), p.u(17))).diamond(c.text)
		p.tell(mark, p.w.Label.Watch)
	}
	_, rest = cutRight(rest, p.u(50))
	way := style{px: p.u(30), bold: true}
	word, rest := cutLeft(rest, p.wayWidth(v.Direction, way))
	p.way(word, v.Direction, way, c.text)
	_, rest = cutLeft(rest, p.u(24))
	p.write(rest, p.w.place(p.snap.Checkpoint, p.snap.Lane), style{px: p.u(28)}, c.text)
}

// verdictFoot holds the two controls.
func (p *page) verdictFoot(r image.Rectangle, c ink) {
	why, next := cutLeft(r, (r.Dx()-p.u(20))*36/100)
	_, next = cutLeft(next, p.u(20))
	if p.outlined(&p.ui.why, why, p.w.Label.Why, c) {
		p.want(Why{})
	}
	if p.outlined(&p.ui.next, next, p.w.Label.Next, c) {
		p.want(Dismiss{})
	}
}

// outlined is a button of second rank: a border instead of a ground.
func (p *page) outlined(t *tap, r image.Rectangle, label string, c ink) bool {
	tapped := p.area(t, r, label, true)
	p.round(r, p.u(14), p.pressed(t, c))
	p.frame(r, p.u(13), max(p.u(3*p.c.stroke), 2), c.text)
	p.paint(inset(r, p.u(16), 0), label, style{px: p.u(36), bold: true, align: middle}, c.text)
	return tapped
}

// verdictColumn is the word and everything under it.
func (p *page) verdictColumn(r image.Rectangle, v VerdictView, c ink, a align) {
	var under stack
	under.add(p.set(p.otherLanguage(v.Verdict.Outcome), r.Dx(), style{px: p.u(32), bold: true, align: a}), 0, c.text)
	reason := style{px: p.u(56), bold: true, align: a, lines: 2, floor: p.u(38)}
	under.add(p.set(p.w.line(v), r.Dx(), reason), p.u(6), c.text)
	if v.Verdict.Message != "" {
		under.add(p.set(assets.Fill(p.w.Label.Says, "message", v.Verdict.Message), r.Dx(), style{px: p.u(32), align: a, lines: 2}), p.u(2), c.text)
	}

	var person stack
	if v.Name != "" {
		person.add(p.set(v.Name, r.Dx(), style{px: p.u(44), bold: true, align: a}), 0, c.text)
	}
	if number := p.personLine(v); number != "" {
		person.add(p.set(number, r.Dx(), style{px: p.u(40), align: a}), 0, c.text)
	}

	gap, thick := p.u(20), max(p.u(3*p.c.stroke), 1)
	rest := under.height
	if person.height > 0 {
		rest += person.height + 2*gap + thick
	}
	word := p.word(v.Verdict.Outcome, r.Dx(), r.Dy()-rest-gap, a)
	word.items = append(word.items, stackAfter(under.items, gap)...)
	word.height += under.height + gap

	total := word.height
	if person.height > 0 {
		total += person.height + 2*gap + thick
	}
	y := r.Min.Y + max(0, (r.Dy()-total)/2)
	p.drawStack(word, r, y)
	if person.height == 0 {
		return
	}
	y += word.height + gap
	p.fill(image.Rect(r.Min.X, y, r.Max.X, y+thick), c.text)
	p.drawStack(person, r, y+thick+gap)
}

func stackAfter(items []stacked, gap int) []stacked {
	if len(items) > 0 {
		items[0].before = gap
	}
	return items
}

// word sets the verdict's word as large as its space allows, in a window held
// upright one word to a line.
func (p *page) word(o scanner.Outcome, width, height int, a align) stack {
	lines := []string{p.w.outcome(o)}
	if p.upright() {
		lines = strings.Fields(lines[0])
	}
	for px := min(p.u(200), largest); ; px = px * 15 / 16 {
		var s stack
		fits := true
		for i, line := range lines {
			b := p.set(line, width, style{px: px, bold: true, align: a, floor: px})
			fits = fits && !b.cut
			before := 0
			if i > 0 {
				before = px / 5
			}
			s.addTight(b, before, p.c.verdict(o).text)
		}
		if fits && s.height <= height || px <= p.u(60) {
			return s
		}
	}
}

// otherLanguage gives the word for whoever does not read the first language.
func (p *page) otherLanguage(o scanner.Outcome) string {
	for _, l := range assets.Languages() {
		if l != p.w.Language {
			return words{Strings: p.ui.languages[l]}.outcome(o)
		}
	}
	return ""
}

// personLine joins the masked number and the birth date.
func (p *page) personLine(v VerdictView) string {
	parts := make([]string, 0, 2)
	if v.MaskedID != "" {
		parts = append(parts, grouped(v.MaskedID))
	}
	if born := p.w.born(v.Birth); born != "" {
		parts = append(parts, born)
	}
	return strings.Join(parts, "   ")
}
