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
	v := p.snap.Verdict.plain()
	c := p.c.verdict(v.Verdict.Outcome)
	p.ground(c.ground)

	// The ground is one large control under all others: a tap anywhere goes on.
	if p.area(&p.ui.ground, p.whole, p.w.outcome(v.Verdict.Outcome)+". "+p.w.line(v), true) {
		p.want(Dismiss{})
	}

	body := inset(p.window(), p.u(40), p.u(26))
	strip, body := cutTop(body, p.u(40))
	p.verdictStrip(strip, v, c)
	foot, body := cutBottom(body, p.reach(96))
	p.after(foot, func() { p.verdictFoot(foot, c) })
	body = inset(body, 0, p.u(14))

	if p.upright() {
		gap := p.u(56)
		col := p.verdictColumn(body.Dx(), body.Dy()*67/100, v, c, middle)
		badge, column := cutTop(body, min(body.Dy()-col.height-gap, body.Dx()*62/100))
		p.badge(badge, v.Verdict.Outcome, c)
		p.drawColumn(col, inset(column, 0, gap/2), c)
		return
	}
	badge, column := cutLeft(body, min(body.Dx()*35/100, body.Dy()))
	side := badge.Dx() * 94 / 100
	p.badge(centred(badge, side, side), v.Verdict.Outcome, c)
	_, column = cutLeft(column, p.u(36))
	p.drawColumn(p.verdictColumn(column.Dx(), column.Dy(), v, c, left), column, c)
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
	if turned := p.w.turned(v.Turned); turned != "" {
		st := style{px: p.u(28), bold: true}
		var box image.Rectangle
		box, rest = cutRight(rest, min(p.set(turned, rest.Dx(), st).width+p.u(2), rest.Dx()/2))
		p.write(box, turned, st, c.text)
		_, rest = cutRight(rest, p.u(14))
		box, rest = cutRight(rest, p.u(34))
		p.gate(centred(box, p.u(32), p.u(32)), v.Turned, c)
		_, rest = cutRight(rest, p.u(24))
	}
	way := style{px: p.u(30), bold: true}
	word, rest := cutLeft(rest, p.wayWidth(v.Direction, way))
	p.way(word, v.Direction, way, c.text)
	_, rest = cutLeft(rest, p.u(24))
	if p.upright() && v.Turned != NoBarrier {
		return // there is room for one of them
	}
	p.write(rest, p.w.place(p.snap.Checkpoint, p.snap.Lane), style{px: p.u(28)}, c.text)
}

// gate is a barrier: open, open with a tick, or shut.
func (p *page) gate(r image.Rectangle, t Turned, c ink) {
	q := p.plot(r)
	switch t {
	case TurnCompleted:
		q.tick(c.text)
	case TurnAnnulled:
		q.line(c.text, 0.16, 0.16, 0.16, 0.84, 0.84)
		q.line(c.text, 0.16, 0.84, 0.16, 0.16, 0.84)
	default:
		q.line(c.text, 0.14, 0.12, 0.94, 0.12, 0.66, 0.84, 0.10)
	}
}

// verdictFoot holds the controls; the purpose is one where it is asked.
func (p *page) verdictFoot(r image.Rectangle, c ink) {
	share := 36
	if len(p.snap.Purposes) > 0 {
		share = 27
	}
	gap := p.u(20)
	why, next := cutLeft(r, (r.Dx()-gap)*share/100)
	_, next = cutLeft(next, gap)
	if len(p.snap.Purposes) > 0 {
		var purpose image.Rectangle
		purpose, next = cutLeft(next, (r.Dx()-gap)*share/100)
		_, next = cutLeft(next, gap)
		if p.outlined(p.ui.tap("verdict-purpose"), purpose, p.w.Label.Purpose, c) {
			p.want(Open{PurposeScreen})
		}
	}
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
	p.paint(inset(r, p.u(12), p.u(4)), label, style{px: p.u(36), bold: true, align: middle, lines: 2, floor: p.u(24)}, c.text)
	return tapped
}

// A column is the word of a verdict with its reason, and under a rule the
// person it is about.
type column struct {
	word, person stack
	gap, rule    int // space on both sides of the rule, and its thickness
	height       int
}

// shrinks are the scales tried where a lot must be said in little room.
var shrinks = [...]float32{1, 0.9, 0.8, 0.7, 0.6}

// verdictColumn sets the column, its word as large as the space allows. The
// word never gives way below an eighth of the window: what stands under it
// does.
func (p *page) verdictColumn(width, height int, v VerdictView, c ink, a align) (col column) {
	for _, scale := range shrinks {
		if col = p.columnAt(scale, width, height, v, c, a); col.height <= height {
			break
		}
	}
	return col
}

func (p *page) columnAt(scale float32, width, height int, v VerdictView, c ink, a align) column {
	u := func(px float32) int { return p.u(px * scale) }
	col := column{gap: u(20), rule: max(p.u(3*p.c.stroke), 1)}
	if v.Name != "" {
		name := style{px: u(44), bold: true, align: a, lines: 2, floor: u(30)}
		col.person.add(p.set(v.Name, width, name), 0, c.text)
	}
	if number := p.personLine(v); number != "" {
		col.person.add(p.set(number, width, style{px: u(40), align: a}), 0, c.text)
	}

	reason := style{px: u(55), bold: true, align: a, lines: 2, floor: u(36)}
	if p.upright() {
		reason.px = u(52)
	}
	under := []stacked{
		{block: p.set(p.otherLanguage(v.Verdict.Outcome), width, style{px: u(32), bold: true, align: a}), before: col.gap},
		{block: p.set(p.w.line(v), width, reason), before: u(6)},
	}
	if v.Verdict.Message != "" {
		message := p.set(assets.Fill(p.w.Label.Says, "message", v.Verdict.Message), width, style{px: u(36), align: a, lines: 2})
		under = append(under, stacked{block: message, before: u(2)})
	}

	if col.person.height > 0 {
		col.height = col.person.height + 2*col.gap + col.rule
	}
	rest := col.height
	for _, it := range under {
		rest += it.before + it.block.height()
	}
	col.word = p.word(v.Verdict.Outcome, width, height-rest, a)
	for _, it := range under {
		col.word.add(it.block, it.before, c.text)
	}
	col.height += col.word.height
	return col
}

func (p *page) drawColumn(col column, r image.Rectangle, c ink) {
	y := r.Min.Y + max(0, (r.Dy()-col.height)/2)
	p.drawStack(col.word, r, y)
	if col.person.height == 0 {
		return
	}
	y += col.word.height + col.gap
	p.fill(image.Rect(r.Min.X, y, r.Max.X, y+col.rule), c.text)
	p.drawStack(col.person, r, y+col.rule+col.gap)
}

// word sets the verdict's word as large as its space allows, in a window held
// upright one word to a line.
func (p *page) word(o scanner.Outcome, width, height int, a align) stack {
	lines := []string{p.w.outcome(o)}
	if p.upright() {
		lines = strings.Fields(lines[0])
	}
	least := (p.whole.Dy() + 7) / 8
	for px := min(p.u(260), largest); ; px = max(px*15/16, least) {
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
		if fits && s.height <= height || px <= least {
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
