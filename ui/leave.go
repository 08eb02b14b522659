package ui

import "chot/assets"

// leaving asks once more before the program is left: nothing is scanned then.
func (p *page) leaving() {
	body, foot := p.sheet(p.w.Handheld.Leave)
	rest := p.back(foot)
	p.do("leave-now", rest, p.w.Handheld.LeaveNow, true, LeaveNow{})
	p.notice(body, soso, paragraph{
		text: assets.Fill(p.w.Handheld.LeaveSay, "unsent", p.w.unsent(p.snap.Unsent)), px: 38, colour: p.c.page.text,
	})
}
