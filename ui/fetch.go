package ui

import (
	"image"

	"chot/assets"
)

// fromStick leads from the lists to what is on a stick, and says when there is one.
func (p *page) fromStick(r image.Rectangle) {
	said, found := p.w.Fetch.Plug, false
	for _, o := range p.snap.Offers {
		if o.ID != "" && !found {
			said, found = p.stickName(o.Name), true
		}
	}
	if p.drive("fetch", r, iconFetch, p.w.Fetch.Title, said, true) {
		p.want(Open{FetchScreen})
	}
}

func (p *page) stickName(name string) string {
	if name = printable(name); name != "" {
		return name
	}
	return p.w.Export.Unnamed
}

// fetch takes signed lists, and what the hub gave for scans, from a stick.
func (p *page) fetch() {
	body, foot := p.sheet(p.w.Fetch.Title)
	rest := p.back(foot)
	t := p.snap.FetchTask
	switch t.State {
	case TaskRunning:
		p.underWay(body, p.w.Fetch.Running, t)
		return
	case TaskDone:
		line, body := cutTop(body, p.u(120))
		p.signed(line, well, p.fetched(t), style{px: p.u(40), bold: true, lines: 2, floor: p.u(24)}, p.c.page.text)
		_, body = cutTop(body, p.u(14))
		if t.Receipts {
			line, _ = cutTop(body, p.u(80))
			p.write(line, p.w.unsent(p.snap.Unsent), style{px: p.u(36), floor: p.u(22)}, p.c.page.text)
			return
		}
		row, gap := p.u(150), p.u(14)
		from, to, at, pages := p.pageOf(len(p.snap.Lists), rowsIn(body, row, gap))
		p.leaf(rest, at, pages)
		for _, l := range p.snap.Lists[from:to] {
			line, body = cutTop(body, row)
			p.list(line, l)
			_, body = cutTop(body, gap)
		}
		return
	case TaskFailed:
		var above image.Rectangle
		above, body = cutTop(body, body.Dy()*50/100)
		p.failure(above, t.Failure)
	default:
		if len(p.snap.Offers) == 0 {
			break
		}
		line, after := cutTop(body, p.u(60))
		p.write(line, p.w.Export.Choose, style{px: p.u(36), bold: true, floor: p.u(22)}, p.c.page.text)
		_, body = cutTop(after, p.u(14))
	}
	if len(p.snap.Offers) == 0 {
		p.notice(body, soso, paragraph{text: p.w.Fetch.None, px: 36, colour: p.c.page.text})
		return
	}
	p.drives(body, rest, len(p.snap.Offers), func(line image.Rectangle, i int) { p.offer(line, i, p.snap.Offers[i]) })
}

// fetched is what a fetch has come to.
func (p *page) fetched(t Task) string {
	switch {
	case t.Receipts && t.Done > 0:
		return assets.Fill(p.w.Fetch.Taken, "count", p.w.number(int(t.Done)))
	case t.Receipts:
		return p.w.Fetch.Known
	case t.Done > 0:
		return p.w.Fetch.Done
	}
	return p.w.Fetch.Same
}

func (p *page) offer(r image.Rectangle, i int, o Offer) {
	name, note := p.stickName(o.Name), p.w.Fetch.Holds
	switch folder := printable(o.Folder); {
	case o.ID == "":
		note = p.w.Fetch.Empty
	case o.Receipts:
		note = p.w.Fetch.Receipts
	case folder != "":
		note = assets.Fill(p.w.Fetch.Folder, "folder", folder)
	}
	if p.drive(nth("offer", i), r, iconFetch, name, note, o.ID != "") {
		p.want(StartFetch{Offer: o.ID, Receipts: o.Receipts})
	}
}
