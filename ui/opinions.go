package ui

import (
	"image"
	"slices"
	"strconv"
	"strings"

	"chot/assets"
	"chot/scanner"
)

// opinions shows what each of several lists says, and on the last page the
// facts. The list that decided is framed.
func (p *page) opinions(r image.Rectangle, v VerdictView, facts []fact) (at, pages int) {
	title, rows := cutTop(r, p.u(42))
	all, gap := v.Verdict.Opinions, p.u(8)
	most := max(rowsIn(rows, p.u(76), gap), 1)
	pages = (len(all)+most-1)/most + 1
	at = min(max(p.snap.Page, 0), pages-1)
	if at == pages-1 {
		p.table(r, facts)
		return at, pages
	}
	how := p.w.Why.Strictest
	if v.Verdict.Precedence == scanner.First {
		how = p.w.Why.First
	}
	p.write(title, how, style{px: p.u(27), bold: true, floor: p.u(18)}, p.c.quiet.text)
	row := min(p.u(84), (rows.Dy()+gap)/most-gap)
	for i := at * most; i < min((at+1)*most, len(all)); i++ {
		var line image.Rectangle
		line, rows = cutTop(rows, row)
		p.opinion(line, v, i)
		_, rows = cutTop(rows, gap)
	}
	return at, pages
}

// opinion is one list: its name, how old it is, and what it says.
func (p *page) opinion(r image.Rectangle, v VerdictView, i int) {
	o := v.Verdict.Opinions[i]
	name, says, mood := printable(o.List), p.w.opinion(o), moodOf(o)
	age := p.w.Lists.Missing
	if o.State != scanner.NoList {
		age = assets.Fill(p.w.Why.Held, "version", strconv.FormatUint(o.Version, 10))
		if i < len(v.Confirmed) && !v.Confirmed[i].IsZero() {
			age += " · " + p.w.age(v.At.Sub(v.Confirmed[i]))
		}
	}
	words := []string{name, age, says}
	if decides(v.Verdict, i) {
		words = append(words, p.w.Why.Decides)
		p.round(r, p.u(10), p.c.field.ground)
		p.frame(r, p.u(10), max(p.u(4*p.c.stroke), 2), p.c.page.text)
	}
	p.tell(r, strings.Join(words, ", "))
	in := inset(r, p.u(12), p.u(6))
	mark, in := cutLeft(in, p.u(40))
	p.sign(centred(mark, p.u(34), p.u(34)), mood)
	_, in = cutLeft(in, p.u(12))
	upper, lower := cutTop(in, in.Dy()/2)
	named, held := cutLeft(upper, upper.Dx()*57/100)
	_, held = cutLeft(held, p.u(10))
	p.paint(named, name, style{px: p.u(27), bold: true, floor: p.u(18)}, p.c.page.text)
	p.paint(held, age, style{px: p.u(23), align: right, floor: p.u(17)}, p.c.quiet.text)
	p.paint(lower, says, style{px: p.u(26), floor: p.u(17)}, p.c.page.text)
}

// decides reports whether a verdict is the list's. Where no list was heard none
// decided.
func decides(v scanner.Verdict, i int) bool {
	heard := slices.ContainsFunc(v.Opinions, func(o scanner.Opinion) bool { return o.Reason != scanner.Undecided })
	return heard && v.Opinions[i].List == v.List
}

// moodOf is how well a list speaks of somebody.
func moodOf(o scanner.Opinion) mood {
	switch {
	case o.Reason == scanner.Undecided, o.State != scanner.Asked, o.Outcome == scanner.Refer:
		return soso
	case o.Outcome == scanner.Admit:
		return well
	}
	return bad
}

// opinion says what a list says. One that is done without says nothing.
func (w words) opinion(o scanner.Opinion) string {
	text := w.reason(o.Reason)
	line := text.Bare
	if line == "" {
		line = text.Line
	}
	switch {
	case o.Reason == scanner.Undecided:
		return w.Why.Unasked
	case o.State != scanner.Asked && o.Optional && o.Outcome == scanner.Refer:
		return line + " · " + w.Why.Without
	}
	return w.outcome(o.Outcome) + " · " + line
}
