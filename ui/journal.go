package ui

import (
	"image"

	"chot/assets"
)

// journal shows how full the journal is and checks it.
func (p *page) journal() {
	body, foot := p.sheet(p.w.Journal.Title)
	rest := p.back(foot)
	t, j := p.snap.CheckTask, p.snap.Journal
	p.do("check", rest, p.w.Journal.Check, t.State != TaskRunning, StartCheck{})
	full := p.w.Journal.Far
	if j.FullIn > 0 {
		full = p.w.age(j.FullIn)
	}
	facts := []fact{
		{p.w.Journal.Entries, p.w.number(int(j.Entries))},
		{p.w.Journal.Acknowledged, p.w.number(int(j.Acknowledged))},
		{p.w.Journal.Size, assets.Fill(p.w.Journal.Of, "used", p.w.size(j.Bytes), "most", p.w.size(j.MaxBytes))},
		{p.w.Journal.Full, full},
	}
	var table, result image.Rectangle
	if p.upright() {
		table, result = cutTop(body, p.u(58)*len(facts))
		_, result = cutTop(result, p.u(40))
	} else {
		table, result = cutLeft(body, body.Dx()*50/100)
		_, result = cutLeft(result, p.u(50))
	}
	p.tableAt(table, facts, 44)
	switch t.State {
	case TaskRunning:
		result = p.paragraphs(result, paragraph{text: p.w.Journal.Running, px: 40, bold: true, colour: p.c.page.text})
		bar, _ := cutTop(result, p.u(80))
		p.progress(bar, t)
	case TaskDone:
		line, after := cutTop(result, p.u(150))
		p.signed(line, well, assets.Fill(p.w.Journal.Done, "count", p.w.number(int(t.Done))), style{px: p.u(36), bold: true, lines: 3, wrap: true, floor: p.u(22)}, p.c.page.text)
		if note := printable(t.Note); note != "" {
			_, after = cutTop(after, p.u(14))
			box, _ := cutTop(after, p.u(72))
			p.command(box, note, p.c.field, p.c.rule)
		}
	case TaskFailed:
		p.failure(result, t.Failure)
	default:
		p.paragraphs(result, paragraph{text: p.w.Journal.About, px: 32, colour: p.c.quiet.text})
	}
}
