package ui

import (
	"image"
	"image/color"
	"time"

	"gioui.org/gesture"
	"gioui.org/op"
)

// more offers what the guard needs less often. Holding its title leads to the
// supervisor's menu: the one gesture that is hidden, and the only long one.
func (p *page) more() {
	p.ground(p.c.page.ground)
	body := inset(p.window(), p.u(40), p.u(16))
	head, body := cutTop(body, p.reach(88))
	p.paint(head, p.w.More.Title, style{px: p.u(44), bold: true}, p.c.page.text)
	if p.held(&p.ui.supervisor, head, p.w.More.Title, p.w.More.Supervisor) {
		p.want(AskSupervisor{})
	}
	body, foot := p.footed(body)
	p.back(foot)
	faults := ""
	if n := len(p.snap.Faults); n > 0 {
		faults = p.w.number(n)
	}
	p.tiles(body, []tile{
		{key: "more-recent", label: p.w.Recent.Title, icon: iconRecent, intent: Open{RecentScreen}},
		{key: "more-shift", label: p.w.Shift.Title, note: p.snap.Shift.Operator, icon: iconShift, intent: Open{ShiftScreen}},
		{key: "more-faults", label: p.w.Menu.Faults, note: faults, icon: iconFaults, intent: Open{FaultsScreen}},
		{key: "more-display", label: p.w.Display.Title, note: p.w.Name, icon: iconDisplay, intent: Open{DisplayScreen}},
	})
}

// A hold is an area that is pressed long.
type hold struct {
	tap
	since time.Time // when the finger came; zero when it is not there
}

const holdFor = 2 * time.Second

// held reports that a finger stayed on r for holdFor.
func (p *page) held(h *hold, r image.Rectangle, label, what string) (fired bool) {
	p.noted(&h.tap, r, label, what, true)
	for {
		e, ok := h.click.Update(p.gtx.Source)
		if !ok {
			break
		}
		if e.Kind == gesture.KindPress {
			h.since = p.gtx.Now
		} else {
			h.since = time.Time{}
		}
	}
	switch {
	case h.since.IsZero():
	case p.gtx.Now.Sub(h.since) >= holdFor:
		h.since = time.Time{}
		return true
	default:
		p.gtx.Execute(op.InvalidateCmd{At: h.since.Add(holdFor)})
	}
	return false
}

// adds is the row of the scan screen on which purpose and vehicle stand, where
// the checkpoint asks for them.
func (p *page) adds(r image.Rectangle) {
	both := len(p.snap.Purposes) > 0 && p.snap.Vehicles
	left := r
	if both {
		gap := p.u(14)
		left, r = cutLeft(r, (r.Dx()-gap)/2)
		_, r = cutLeft(r, gap)
	}
	if len(p.snap.Purposes) > 0 {
		said := p.w.Purposes.None
		if p.snap.Purpose != "" {
			said = p.w.purpose(p.snap.Purposes, p.snap.Purpose)
		}
		p.add("add-purpose", left, p.w.Label.Purpose, said, p.snap.Purpose != "", iconPurpose, Open{PurposeScreen})
	}
	if p.snap.Vehicles {
		said := p.w.vehicle(p.snap.Vehicle)
		p.add("add-vehicle", r, p.w.Label.Vehicle, said, p.snap.Vehicle != (Vehicle{}), iconVehicle, Open{VehicleScreen})
	}
}

// asksMore reports whether the scan screen has the row of adds.
func (p *page) asksMore() bool { return len(p.snap.Purposes) > 0 || p.snap.Vehicles }

// add is one of them: what it is, small, and what is chosen.
func (p *page) add(key string, r image.Rectangle, label, said string, chosen bool, icon func(plot, color.NRGBA, color.NRGBA), in Intent) {
	t, look := p.ui.tap(key), p.c.other
	if chosen {
		look = p.c.chosen
	}
	if p.area(t, r, label+": "+said, true) {
		p.want(in)
	}
	p.round(r, p.u(14), p.pressed(t, look))
	box := inset(r, p.u(20), p.u(8))
	mark, box := cutLeft(box, p.u(56))
	icon(p.plot(centred(mark, p.u(50), p.u(50))), look.text, p.pressed(t, look))
	_, box = cutLeft(box, p.u(20))
	small, large := cutTop(box, box.Dy()*40/100)
	p.paint(small, label, style{px: p.u(24), floor: p.u(16)}, look.text)
	p.paint(large, said, style{px: p.u(34), bold: true, floor: p.u(18)}, look.text)
}
