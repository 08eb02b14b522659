package ui

import (
	"image"
	"strings"

	"chot/assets"
)

// lists shows the signed lists and how the device stands with its hub.
func (p *page) lists() {
	body, foot := p.sheet(p.w.Lists.Title)
	rest := p.back(foot)
	s := p.snap.Sync

	row, gap := p.u(150), p.u(14)
	var facts, all, leaves image.Rectangle
	switch {
	case p.narrow(): // the hub has the last page to itself
		leaves, all = cutBottom(body, p.reach(0))
		_, all = cutBottom(all, p.u(16))
		facts = all
	case p.upright():
		facts, all = cutTop(body, p.u(400))
		_, all = cutTop(all, p.u(20))
	default:
		all, facts = cutLeft(body, body.Dx()*54/100)
		_, facts = cutLeft(facts, p.u(44))
	}
	stick, all := cutBottom(all, p.reach(88))
	_, all = cutBottom(all, p.u(14))
	if p.upright() && !p.narrow() && len(p.snap.Lists) > rowsIn(all, row, gap) {
		leaves, all = cutBottom(all, p.reach(96))
		_, all = cutBottom(all, p.u(16))
	}
	from, to, at, pages := p.pageOf(len(p.snap.Lists), rowsIn(all, row, gap))
	if p.narrow() {
		pages++
		at = min(max(p.snap.Page, 0), pages-1)
	}
	if pages > 1 {
		if !p.upright() {
			leaves, rest = cutLeft(rest, max(p.reach(110)*2+p.u(180), rest.Dx()*48/100))
			_, rest = cutLeft(rest, p.u(20))
		}
		p.leaf(leaves, at, pages)
	}
	label := p.w.Lists.Refresh
	if s.Busy {
		label = p.w.Lists.Busy
	}
	p.do("refresh", rest, label, !s.Busy, RefreshNow{})
	if !p.narrow() || at == pages-1 {
		p.hub(facts)
	}
	if p.narrow() && at == pages-1 {
		return
	}
	if len(p.snap.Lists) == 0 {
		none := p.w.Lists.None
		if p.snap.Handheld {
			none = p.w.Handheld.NoList
		}
		p.notice(all, bad, paragraph{text: none, px: 36, colour: p.c.page.text})
	}
	for _, l := range p.snap.Lists[from:to] {
		var line image.Rectangle
		line, all = cutTop(all, row)
		p.list(line, l)
		_, all = cutTop(all, gap)
	}
	p.fromStick(stick)
}

// hub is how the device stands with its hub.
func (p *page) hub(r image.Rectangle) {
	s, contact := p.snap.Sync, p.w.Label.Never
	if !s.LastContact.IsZero() {
		contact = p.w.ago(p.snap.Now.Sub(s.LastContact))
	}
	name := printable(s.Hub)
	if name == "" {
		name = p.w.Lists.Missing
	}
	table := []fact{{p.w.Lists.Hub, name}, {p.w.Lists.Unsent, p.w.number(s.Unsent)}, {p.w.Lists.Contact, contact}}
	rows, below := cutTop(r, p.u(58)*len(table))
	p.table(rows, table)
	_, below = cutTop(below, p.u(14))
	title, below := cutTop(below, p.u(40))
	p.write(title, p.w.Lists.Fault, style{px: p.u(26)}, p.c.quiet.text)
	if s.LastFault == "" {
		line, _ := cutTop(below, p.u(50))
		p.signed(line, well, p.w.Lists.Fine, style{px: p.u(28), bold: true}, p.c.page.text)
		return
	}
	text := p.w.fault(s.LastFault)
	p.paragraphs(below, paragraph{text: text.Title, px: 30, bold: true, colour: p.c.page.text}, paragraph{text: text.Do, px: 28, colour: p.c.page.text})
}

func (p *page) list(r image.Rectangle, l ListView) {
	in := p.card(r)
	how, state := bad, p.w.Lists.Missing
	switch l.State {
	case ListFresh:
		how, state = well, p.w.Lists.Fresh
	case ListStale:
		how, state = soso, p.w.Lists.Stale
	case ListExpired:
		state = p.w.Lists.Expired
	}
	words := []string{printable(l.Name), state}
	line := ""
	if l.State != ListMissing {
		line = assets.Fill(p.w.Lists.Line, "version", p.w.number(int(l.Version)), "age", p.w.ago(l.Age), "rows", p.w.number(l.Rows))
		words = append(words, line)
	}
	signed := ""
	if l.Authority != "" {
		signed = assets.Fill(p.w.Lists.Signed, "authority", printable(l.Authority))
		words = append(words, signed)
	}
	p.tell(in, strings.Join(words, ", "))
	name, in := cutTop(in, in.Dy()*36/100)
	mark, name := cutLeft(name, p.u(40))
	p.sign(centred(mark, p.u(36), p.u(36)), how)
	_, name = cutLeft(name, p.u(14))
	p.paint(name, words[0]+" · "+state, style{px: p.u(32), bold: true, floor: p.u(20)}, p.c.field.text)
	upper, lower := cutTop(in, in.Dy()/2)
	p.paint(upper, line, style{px: p.u(26), floor: p.u(18)}, p.c.field.text)
	if signed != "" {
		p.paint(lower, signed, style{px: p.u(26), floor: p.u(18)}, p.c.field.text)
	}
}
