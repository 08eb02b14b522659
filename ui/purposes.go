package ui

// purposes offers what the policy lets people pass for.
func (p *page) purposes() {
	body, foot := p.sheet(p.w.Purposes.Title)
	rest := p.back(foot)
	const most = 8
	from, to, at, pages := p.pageOf(len(p.snap.Purposes), most)
	rest = p.leaf(rest, at, pages)
	if p.snap.JudgesAgain {
		p.write(rest, p.w.Purposes.Again, style{px: p.u(26), lines: 2, wrap: true, floor: p.u(18)}, p.c.quiet.text)
	}
	all := make([]tile, 0, most+1)
	for i, o := range p.snap.Purposes[from:to] {
		all = append(all, tile{
			key: nth("purpose", i), label: p.w.purpose(p.snap.Purposes, o.Code), intent: SetPurpose{Code: o.Code},
			radio: true, chosen: o.Code == p.snap.Purpose,
		})
	}
	all = append(all, tile{key: "purpose-none", label: p.w.Purposes.None, intent: SetPurpose{}, radio: true, chosen: p.snap.Purpose == ""})
	p.tiles(body, all)
}
