package ui

import "image"

// handover shows what the shift leaves behind and asks who comes next.
func (p *page) handover() {
	body, foot := p.sheet(p.w.Handover.Title)
	rest := p.back(foot)

	s := p.snap.Shift
	height := max(body.Dy()*34/100, p.u(150))
	if p.upright() {
		height = body.Dy() * 20 / 100
	}
	if p.short() {
		height = p.u(110)
	}
	figures, body := cutTop(body, height)
	gap := p.u(18)
	w := (figures.Dx() - 2*gap) / 3
	for i, f := range []struct {
		label string
		n     int
	}{{p.w.Handover.Taken, s.Taken}, {p.w.Handover.Receipted, min(s.Receipted, s.Taken)}, {p.w.Handover.Waiting, s.Waiting()}} {
		at := figures.Min.Add(image.Pt(i*(w+gap), 0))
		box := image.Rectangle{Min: at, Max: at.Add(image.Pt(w, figures.Dy()))}
		in := p.card(box)
		p.tell(box, f.label+": "+p.w.number(f.n))
		label, figure := cutBottom(in, in.Dy()*36/100)
		p.paint(figure, p.w.number(f.n), style{px: p.u(84), bold: true, align: middle}, p.c.field.text)
		p.paint(label, f.label, style{px: p.u(30), align: middle, floor: p.u(18)}, p.c.field.text)
	}
	_, body = cutTop(body, p.u(14))
	note, how := p.w.Handover.AllNote, well
	if s.Waiting() > 0 {
		note, how = p.w.Handover.WaitNote, soso
	}
	high := p.u(56)
	if p.upright() {
		high = p.u(92)
	}
	line, body := cutTop(body, high)
	p.signed(line, how, note, style{px: p.u(30), floor: p.u(20), lines: 2, wrap: p.upright()}, p.c.page.text)
	_, body = cutTop(body, p.u(10))

	ready := len(p.snap.Operators) == 0 || p.snap.Next != ""
	if len(p.snap.Operators) == 0 {
		p.paragraphs(body, paragraph{text: p.w.Handover.Anybody, px: 32, colour: p.c.quiet.text})
	} else {
		leaves := image.Rectangle{}
		if p.upright() {
			leaves, body = cutBottom(body, p.reach(96))
			_, body = cutBottom(body, p.u(16))
		} else {
			leaves, _ = cutLeft(rest, max(p.reach(110)*2+p.u(180), rest.Dx()*48/100))
		}
		if at, pages := p.nextOperator(body); pages > 1 {
			p.leaf(leaves, at, pages)
			if !p.upright() {
				_, rest = cutLeft(rest, leaves.Dx()+p.u(20))
			}
		}
	}
	p.do("hand-over-now", rest, p.w.Handover.Confirm, ready, ConfirmHandover{})
}

// nextOperator offers the names, a page at a time.
func (p *page) nextOperator(r image.Rectangle) (at, pages int) {
	title, r := cutTop(r, p.u(46))
	p.write(title, p.w.Handover.Next, style{px: p.u(32), bold: true}, p.c.page.text)
	_, r = cutTop(r, p.u(6))
	cols, most := 4, 2
	if p.upright() {
		cols, most = 2, 4
	}
	gap := p.u(14)
	rows := min(max(rowsIn(r, p.reach(100), gap), 1), most)
	from, to, at, pages := p.pageOf(len(p.snap.Operators), cols*rows)
	w, h := (r.Dx()-(cols-1)*gap)/cols, min((r.Dy()-(rows-1)*gap)/rows, p.reach(120))
	for i, o := range p.snap.Operators[from:to] {
		b := r.Min.Add(image.Pt(i%cols*(w+gap), i/cols*(h+gap)))
		p.segments(image.Rectangle{Min: b, Max: b.Add(image.Pt(w, h))}, []tile{{
			key: nth("operator", i), label: printable(o.Name), intent: ChooseOperator{Name: o.Name}, chosen: o.Name == p.snap.Next,
		}})
	}
	return at, pages
}
