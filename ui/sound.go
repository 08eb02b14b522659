package ui

import (
	"image"

	"chot/assets"
	"chot/scanner"
)

// sound sets the volume and spoken words, and lets each verdict be heard.
func (p *page) sound() {
	body, foot := p.sheet(p.w.Sound.Title)
	rest := p.back(foot)
	if p.snap.Silent {
		p.after(rest, func() {
			p.signed(rest, soso, p.w.Sound.Silent, style{px: p.u(28), lines: 2, wrap: true, floor: p.u(20)}, p.c.page.text)
		})
	}
	prefer := p.snap.Preferences
	n := 3
	if p.snap.Vibrates {
		n++
	}
	rows := p.rows(body, n)
	p.volume(p.labelled(rows[0], p.w.Sound.Volume))
	p.segments(p.labelled(rows[1], p.w.Sound.Spoken), []tile{
		{key: "spoken-off", label: p.w.Sound.Off, intent: SetSpoken{}, chosen: !prefer.Spoken},
		{key: "spoken-on", label: p.w.Sound.On, intent: SetSpoken{On: true}, chosen: prefer.Spoken},
	})
	if p.snap.Vibrates {
		p.segments(p.labelled(rows[2], p.w.Sound.Felt), []tile{
			{key: "felt-off", label: p.w.Sound.Off, intent: SetVibrate{}, chosen: !prefer.Vibrate},
			{key: "felt-on", label: p.w.Sound.On, intent: SetVibrate{On: true}, chosen: prefer.Vibrate},
		})
	}
	test := p.labelled(rows[n-1], p.w.Sound.Test)
	w := (test.Dx() - 2*p.u(14)) / 3
	for i, o := range []scanner.Outcome{scanner.Admit, scanner.Refer, scanner.Refuse} {
		at := test.Min.Add(image.Pt(i*(w+p.u(14)), 0))
		b := image.Rectangle{Min: at, Max: at.Add(image.Pt(w, test.Dy()))}
		t := p.ui.tap(nth("hear", i))
		if p.areaNoted(t, b, p.w.outcome(o), p.w.Sound.Test, !p.snap.Silent) {
			p.want(HearSound{Outcome: o})
		}
		look := p.c.key
		if p.snap.Silent {
			look = p.c.idle
		}
		p.key(t, b)
		in := inset(b, p.u(14), p.u(6))
		icon, label := cutLeft(in, min(p.u(56), in.Dx()/3))
		p.badge(centred(icon, p.u(44), p.u(44)), o, ink{ground: p.c.key.ground, text: look.text})
		_, label = cutLeft(label, p.u(10))
		p.paint(label, p.w.outcome(o), style{px: p.u(30), bold: true, lines: 2, wrap: p.upright(), floor: p.u(18)}, look.text)
	}
}

// labelled writes a row's label at its left, or above where there is no width
// for both, and returns the rest.
func (p *page) labelled(row image.Rectangle, label string) (rest image.Rectangle) {
	if p.upright() || row.Dx() < 5*p.reach(0) {
		head, rest := cutTop(row, min(p.u(52), row.Dy()-p.reach(0)))
		p.write(head, label, style{px: p.u(32), bold: true}, p.c.quiet.text)
		return rest
	}
	head, rest := cutLeft(row, row.Dx()*22/100)
	_, rest = cutLeft(rest, p.u(20))
	p.write(head, label, style{px: p.u(34), bold: true, lines: 2, floor: p.u(20)}, p.c.quiet.text)
	return rest
}

// volume is a row of bars between two buttons.
func (p *page) volume(r image.Rectangle) {
	n := p.snap.Preferences.Volume
	b := max(p.reach(110), r.Dx()*14/100)
	less, r := cutLeft(r, b)
	more, bars := cutRight(r, b)
	for _, c := range []struct {
		r     image.Rectangle
		key   string
		label string
		to    int
	}{{less, "softer", p.w.Sound.Softer, n - 1}, {more, "louder", p.w.Sound.Louder, n + 1}} {
		t, look, on := p.ui.tap(c.key), p.c.key, c.to >= 0 && c.to <= MaxVolume
		if !on {
			look = p.c.idle
		}
		if p.area(t, c.r, c.label, on) {
			p.want(SetVolume{Volume: c.to})
		}
		p.key(t, c.r)
		q := p.plot(centred(c.r, p.u(48), p.u(48)))
		if c.to < n {
			q.minus(look.text)
		} else {
			q.plus(look.text)
		}
	}
	bars = inset(bars, p.u(24), p.u(12))
	p.tell(bars, assets.Fill(p.w.Sound.Level, "count", p.w.number(n), "most", p.w.number(MaxVolume)))
	step := bars.Dx() / MaxVolume
	for i := range MaxVolume {
		h := bars.Dy() * (i + 3) / (MaxVolume + 2)
		bar := image.Rect(bars.Min.X+i*step+step/8, bars.Max.Y-h, bars.Min.X+(i+1)*step-step/8, bars.Max.Y)
		if i < n {
			p.round(bar, p.u(6), p.c.page.text)
		} else {
			p.frame(bar, p.u(6), max(p.u(3), 1), p.c.page.text)
		}
	}
}
