package ui

import (
	"image"
	"image/color"
	"strconv"

	"chot/assets"
	"chot/scanner"
)

// explain shows why a verdict came out as it did, from what the device holds.
func (p *page) explain() {
	v := p.snap.Verdict.plain()
	c := p.c.verdict(v.Verdict.Outcome)
	p.ground(p.c.page.ground)

	head, body := cutTop(p.window(), p.u(150))
	p.fill(p.bleed(head), c.ground)
	head = inset(head, p.u(40), p.u(18))
	badge, head := cutLeft(head, head.Dy())
	p.badge(badge, v.Verdict.Outcome, c)
	_, head = cutLeft(head, p.u(30))
	top, bottom := cutTop(head, head.Dy()*55/100)
	p.write(top, p.w.outcome(v.Verdict.Outcome), style{px: p.u(52), bold: true}, c.text)
	p.write(bottom, p.w.line(v), style{px: p.u(36), bold: true}, c.text)

	foot, body := cutBottom(body, p.reach(96)+max(p.u(52), 2*p.u(26)))
	foot = inset(foot, p.u(40), p.u(26))

	body = inset(body, p.u(40), p.u(24))
	down, across := 55, 54 // hundredths that the reasons get
	several := len(v.Verdict.Opinions) > 1
	if several {
		down, across = 45, 48
	}
	if p.upright() {
		text, _ := cutTop(body, body.Dy()*down/100)
		_, table := cutTop(body, p.reasons(text, v)+p.u(44))
		var leaves image.Rectangle // the foot is too narrow for them
		if several {
			leaves, table = cutBottom(table, p.reach(84))
			_, table = cutBottom(table, p.u(16))
		}
		at, pages := p.evidence(table, v)
		p.leaf(leaves, at, pages)
		p.after(foot, func() { p.explainFoot(foot, 0, 1) })
		return
	}
	text, table := cutLeft(body, body.Dx()*across/100)
	p.reasons(text, v)
	_, table = cutLeft(table, p.u(48))
	at, pages := p.evidence(table, v)
	p.after(foot, func() { p.explainFoot(foot, at, pages) })
}

// evidence is what the verdict rests on: the facts and, of several lists, first
// what each says.
func (p *page) evidence(r image.Rectangle, v VerdictView) (at, pages int) {
	facts := p.facts(v)
	if len(v.Verdict.Opinions) < 2 {
		p.table(r, facts)
		return 0, 1
	}
	return p.opinions(r, v, facts)
}

func (p *page) explainFoot(r image.Rectangle, at, pages int) {
	back, rest := cutLeft(r, max(p.reach(240), r.Dx()*27/100))
	if p.button(&p.ui.back, back, p.w.Label.Back, p.u(36), p.c.act) {
		p.want(CloseWhy{})
	}
	_, rest = cutLeft(rest, p.u(30))
	rest = p.languages(rest)
	if pages > 1 {
		p.leaf(rest, at, pages)
		return
	}
	p.write(rest, p.w.Why.Offline, style{px: p.u(26), lines: 3, wrap: true}, p.c.quiet.text)
}

// languages draws the buttons of the languages not in use at r's right end
// and returns what is left of r.
func (p *page) languages(r image.Rectangle) image.Rectangle {
	for _, l := range assets.Languages() {
		if l == p.w.Language {
			continue
		}
		var b image.Rectangle
		b, r = cutRight(r, p.reach(170))
		if p.outlined(p.ui.speak[l], b, p.ui.languages[l].Name, p.c.page) {
			p.want(SetLanguage{Language: l})
		}
		_, r = cutRight(r, p.u(20))
	}
	return r
}

// reasons are the two paragraphs, smaller where they are long; their height
// is returned.
func (p *page) reasons(r image.Rectangle, v VerdictView) int {
	var s stack
	for _, scale := range shrinks {
		if s = p.reasonsAt(scale, r.Dx(), v); s.height <= r.Dy() {
			break
		}
	}
	p.drawStack(s, r, r.Min.Y)
	return s.height
}

func (p *page) reasonsAt(scale float32, width int, v VerdictView) (s stack) {
	u := func(px float32) int { return p.u(px * scale) }
	text := p.w.reason(v.Verdict.Reason)
	title := func(t string, before int) {
		s.add(p.set(t, width, style{px: u(27), bold: true}), before, p.c.quiet.text)
	}
	paragraph := func(t string) {
		s.add(p.set(t, width, style{px: u(36), lines: 4, wrap: true}), u(2), p.c.page.text)
	}
	title(p.w.Why.Because, 0)
	paragraph(text.Why)
	if v.Verdict.Message != "" {
		paragraph(assets.Fill(p.w.Label.Says, "message", v.Verdict.Message))
	}
	if v.Verdict.Outcome == scanner.Admit {
		title(p.w.Why.Until, u(22))
	} else {
		title(p.w.Why.Change, u(22))
	}
	paragraph(text.Change)
	return s
}

// A fact is one row of the table.
type fact struct{ label, value string }

func (p *page) facts(v VerdictView) []fact {
	w := p.w
	facts := []fact{{w.Why.Rule, v.Verdict.Reason.String()}}
	if v.Verdict.List != "" {
		facts = append(facts, fact{w.Why.List, listName(v.Verdict)}, fact{w.Why.Version, strconv.FormatUint(v.Verdict.Version, 10)})
	} else {
		facts = append(facts, fact{w.Why.List, w.Why.NoList})
	}
	issuer := v.Verdict.Issuer
	if issuer == "" {
		issuer = w.Why.NoIssuer
	}
	scheme, ok := w.Scheme[v.Scheme.String()]
	if !ok {
		scheme = v.Scheme.String()
	}
	entry := w.Why.EntryNone
	if v.Kept {
		entry = strconv.FormatUint(v.ID, 10)
	}
	return append(facts,
		fact{w.Why.Scheme, scheme}, fact{w.Why.Issuer, issuer}, // the document's, not the list's
		fact{w.Why.Read, w.moment(v.At)}, fact{w.Why.Entry, entry})
}

// table draws facts in rows, a hairline under each.
func (p *page) table(r image.Rectangle, facts []fact) { p.tableAt(r, facts, 32) }

// tableAt is table with the labels' share of the width in hundredths.
func (p *page) tableAt(r image.Rectangle, facts []fact, share int) {
	row := min(p.u(58), r.Dy()/len(facts))
	for i, f := range facts {
		line, rest := cutTop(r, row)
		label, value := cutLeft(line, line.Dx()*share/100)
		_, value = cutLeft(value, p.u(12))
		p.paint(label, f.label, style{px: p.u(26), floor: p.u(20)}, p.c.quiet.text)
		p.paint(value, f.value, style{px: p.u(28), bold: true, floor: p.u(18)}, p.c.page.text)
		p.tell(line, f.label+": "+f.value)
		if i < len(facts)-1 {
			p.hairline(line, p.c.rule)
		}
		r = rest
	}
}

func (p *page) hairline(r image.Rectangle, c color.NRGBA) {
	p.fill(image.Rect(r.Min.X, r.Max.Y-max(p.u(2), 1), r.Max.X, r.Max.Y), c)
}

// listName is a list with the authority that signed it.
func listName(v scanner.Verdict) string {
	if v.Authority == "" {
		return v.List
	}
	return v.List + " · " + v.Authority
}
