package ui

import (
	"image"
	"slices"
	"strconv"

	"chot/assets"
	"chot/scanner"
)

// banners is how many faults are written out at once; the rest are counted.
const banners = 2

// faults writes the machine's troubles at the top, the worst first, and
// returns what they leave of r.
func (p *page) faults(r image.Rectangle) image.Rectangle {
	loud, notes := p.sortFaults()
	for i, f := range loud {
		if i == banners {
			chip, _ := cutTop(r, p.u(62))
			p.chip(chip, assets.Fill(p.w.Label.MoreFaults, "count", strconv.Itoa(len(loud)-banners)), p.c.bar)
			r.Min.Y = chip.Max.Y
			break
		}
		var strip image.Rectangle
		strip, r = cutTop(r, p.bannerHeight())
		p.banner(strip, f)
	}
	for _, f := range notes[:min(len(notes), 1)] {
		var strip image.Rectangle
		strip, r = cutTop(r, p.u(62))
		p.chip(strip, p.w.fault(f).Title+". "+p.w.fault(f).Do, p.c.bar)
	}
	return r
}

// sortFaults parts what needs a banner from what is only noted. A stale list
// is noted where its age stands.
func (p *page) sortFaults() (loud, notes []scanner.Fault) {
	for _, f := range p.snap.Faults {
		switch {
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
		return p.u(132)
	}
	return p.u(104)
}

// banner is one fault: what is wrong, and large what to do.
func (p *page) banner(r image.Rectangle, f scanner.Fault) {
	look, stops := p.c.amber, f.Severity() >= scanner.Stopped
	if stops {
		look = p.c.alert
	}
	p.fill(r, look.ground)
	text := p.w.fault(f)
	p.tell(r, text.Title+". "+text.Do)
	in := inset(r, p.u(28), p.u(10))
	icon, in := cutLeft(in, p.u(72))
	q := p.plot(centred(icon, p.u(58), p.u(58)))
	if stops {
		q.stop(look.text, look.ground)
	} else {
		q.warning(look.text, look.ground)
	}
	_, in = cutLeft(in, p.u(24))
	title, do := cutTop(in, in.Dy()*48/100)
	p.paint(title, text.Title, style{px: p.u(36), bold: true}, look.text)
	p.paint(do, text.Do, style{px: p.u(32), lines: 2, floor: p.u(24)}, look.text)
	p.hairline(r, look.text)
}

// chip is a small line for what only needs to be known.
func (p *page) chip(r image.Rectangle, s string, i ink) {
	st := style{px: p.u(26)}
	b := p.set(s, r.Dx()-p.u(72), st)
	box, _ := cutLeft(inset(r, p.u(20), p.u(8)), b.width+p.u(34))
	p.round(box, box.Dy()/2, i.ground)
	p.write(inset(box, p.u(17), 0), s, st, i.text)
}
