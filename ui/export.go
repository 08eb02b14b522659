package ui

import (
	"image"
	"image/color"

	"chot/assets"
)

// export copies what no hub has to a stick.
func (p *page) export() {
	body, foot := p.sheet(p.w.Export.Title)
	rest := p.back(foot)
	t := p.snap.ExportTask
	switch t.State {
	case TaskRunning:
		p.underWay(body, p.w.Export.Running, t)
		return
	case TaskDone:
		line, body := cutTop(body, p.u(120))
		p.signed(line, well, assets.Fill(p.w.Export.Done, "count", p.w.number(int(t.Done))), style{px: p.u(40), bold: true, lines: 2, floor: p.u(24)}, p.c.page.text)
		_, body = cutTop(body, p.u(14))
		if note := printable(t.Note); note != "" {
			var box image.Rectangle
			box, body = cutTop(body, p.u(80))
			p.command(box, note, p.c.field, p.c.rule)
		}
		if t.Done > 0 && p.snap.Stopped == "" { // there is nothing to come back to where it is
			_, body = cutTop(body, p.u(24))
			p.paragraphs(body, paragraph{text: p.w.Export.Next, px: 36, colour: p.c.page.text})
		}
		return
	case TaskFailed:
		height := body.Dy() * 50 / 100
		var above image.Rectangle
		above, body = cutTop(body, height)
		p.failure(above, t.Failure)
	default:
		said := p.w.Export.Nothing
		if p.snap.Unsent > 0 {
			said = assets.Fill(p.w.Export.Waiting, "count", p.w.number(p.snap.Unsent))
		}
		line, after := cutTop(body, p.u(60))
		p.write(line, said, style{px: p.u(36), bold: true, floor: p.u(22)}, p.c.page.text)
		_, body = cutTop(after, p.u(14))
	}
	if len(p.snap.Sticks) == 0 {
		p.notice(body, soso, paragraph{text: p.w.Export.None, px: 36, colour: p.c.page.text})
		return
	}
	p.drives(body, rest, len(p.snap.Sticks), func(line image.Rectangle, i int) { p.stick(line, i, p.snap.Sticks[i]) })
}

// underWay says what happens with a stick, and how far that is.
func (p *page) underWay(body image.Rectangle, said string, t Task) {
	body = p.paragraphs(body, paragraph{text: said, px: 44, bold: true, colour: p.c.page.text})
	_, body = cutTop(body, p.u(20))
	bar, _ := cutTop(body, p.u(80))
	p.progress(bar, t)
}

// drives are n rows to choose from, leafed through in rest.
func (p *page) drives(body, rest image.Rectangle, n int, draw func(line image.Rectangle, i int)) {
	row, gap := p.reach(110), p.u(14)
	from, to, at, pages := p.pageOf(n, rowsIn(body, row, gap))
	p.leaf(rest, at, pages)
	for i := from; i < to; i++ {
		var line image.Rectangle
		line, body = cutTop(body, row)
		draw(line, i)
		_, body = cutTop(body, gap)
	}
}

func (p *page) stick(r image.Rectangle, i int, s Stick) {
	note := assets.Fill(p.w.Export.Free, "size", p.w.size(s.Free))
	if s.ReadOnly {
		note = p.w.Export.ReadOnly
	}
	if p.drive(nth("stick", i), r, iconExport, p.stickName(s.Name), note, !s.ReadOnly) {
		p.want(StartExport{Stick: s.ID})
	}
}

// drive is a stick as a button: its name and what is on it or wrong with it.
func (p *page) drive(key string, r image.Rectangle, draw func(q plot, c, ground color.NRGBA), name, note string, on bool) (chosen bool) {
	t, look := p.ui.tap(key), p.c.key
	if !on {
		look = p.c.idle
	}
	chosen = p.areaNoted(t, r, name, note, on)
	p.round(r, p.u(14), p.pressed(t, look))
	p.frame(r, p.u(13), max(p.u(3*p.c.stroke), 2), look.text)
	in := inset(r, p.u(24), p.u(8))
	icon, in := cutLeft(in, p.u(64))
	draw(p.plot(centred(icon, p.u(60), p.u(60))), look.text, look.ground)
	_, in = cutLeft(in, p.u(24))
	upper, lower := cutTop(in, in.Dy()*55/100)
	p.paint(upper, name, style{px: p.u(36), bold: true, floor: p.u(20)}, look.text)
	p.paint(lower, note, style{px: p.u(28), floor: p.u(18)}, look.text)
	return chosen
}
