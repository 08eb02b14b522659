package ui

import (
	"image"
	"slices"
	"strconv"

	"chot/assets"
	"chot/scanner"
)

// banners is how many faults are written out at most; the rest are counted.
const banners = 2

// faults writes the machine's troubles at the top, the worst first, and
// returns what they leave of r.
func (p *page) faults(r image.Rectangle) image.Rectangle {
	loud, notes := p.sortFaults()
	all := min(len(loud), banners)
	if p.asksMore() && !p.upright() || p.short() {
		all = min(all, 1) // the foot takes the room
	}
	for i, f := range loud[:all] {
		var strip image.Rectangle
		strip, r = cutTop(r, p.bannerHeight())
		p.banner(strip, i, f)
	}
	if len(loud) <= all && len(notes) == 0 {
		return r
	}
	strip, r := cutTop(r, p.u(62))
	if more := len(loud) - all; more > 0 {
		strip = p.chip(strip, assets.Fill(p.w.Label.MoreFaults, "count", strconv.Itoa(more)))
	}
	if len(notes) > 0 {
		note := p.w.fault(notes[0])
		if p.upright() {
			p.chip(strip, note.Title) // there is no room for what to do, and nothing must be done
		} else {
			p.chip(strip, note.Title+". "+note.Do)
		}
	}
	return r
}

// sortFaults parts what needs a banner from what is only noted. A stale list
// is noted where its age stands.
func (p *page) sortFaults() (loud, notes []scanner.Fault) {
	for _, f := range p.snap.Faults {
		switch {
		case f == p.instead():
		case f.Severity() != scanner.Note:
			loud = append(loud, f)
		case f == scanner.FaultListStale && p.snap.List.State == ListStale:
		default:
			notes = append(notes, f)
		}
	}
	slices.SortStableFunc(loud, func(a, b scanner.Fault) int { return int(b.Severity()) - int(a.Severity()) })
	return loud, notes
}

func (p *page) bannerHeight() int {
	if p.upright() {
		return p.reach(152)
	}
	return p.reach(104)
}

// banner is one fault: what is wrong, and large what to do. A tap leads to all
// of them.
func (p *page) banner(r image.Rectangle, i int, f scanner.Fault) {
	look, stops := p.c.amber, f.Severity() >= scanner.Stopped
	if stops {
		look = p.c.alert
	}
	text, t := p.w.fault(f), p.ui.tap(nth("banner", i))
	if p.area(t, r, text.Title+". "+text.Do, true) {
		p.want(Open{FaultsScreen})
	}
	p.fill(p.bleed(r), p.pressed(t, look))
	in := inset(r, p.u(28), p.u(10))
	icon, in := cutLeft(in, p.u(72))
	q := p.plot(centred(icon, p.u(58), p.u(58)))
	if stops {
		q.stop(look.text, look.ground)
	} else {
		q.warning(look.text, look.ground)
	}
	_, in = cutLeft(in, p.u(24))
	share := 48
	if p.upright() {
		share = 38
	}
	title, do := cutTop(in, in.Dy()*share/100)
	p.paint(title, text.Title, style{px: p.u(36), bold: true, floor: p.u(26)}, look.text)
	p.paint(do, text.Do, style{px: p.u(32), lines: 2, floor: p.u(24), wrap: p.upright()}, look.text)
	p.hairline(r, look.text)
}

// chip is a small line for what only needs to be known; it returns what is
// left of r beside it.
func (p *page) chip(r image.Rectangle, s string) (rest image.Rectangle) {
	st, pad := style{px: p.u(26), floor: p.u(20)}, p.u(17)
	r.Min.X += p.u(18)
	b := p.set(s, r.Dx()-2*pad-p.u(18), st)
	box, rest := cutLeft(r, b.width+2*pad)
	box = inset(box, 0, p.u(8))
	p.round(box, box.Dy()/2, p.c.bar.ground)
	p.write(inset(box, pad, 0), s, st, p.c.bar.text)
	return rest
}
