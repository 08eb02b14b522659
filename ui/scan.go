package ui

import (
	"image"
	"image/color"

	"chot/scanner"
)

// scan shows the camera's picture from edge to edge, and at its foot which
// way people are going.
func (p *page) scan() {
	foot, upper := cutBottom(p.window(), p.footHeight())
	p.preview(upper)
	free := p.faults(upper)
	p.finder(free)
	p.foot(foot)
}

func (p *page) footHeight() int { return p.u(56) + p.reach(112) + p.u(22) }

// foot holds the direction, and small what is well.
func (p *page) foot(r image.Rectangle) {
	p.fill(r, p.c.bar.ground)
	status, choices := cutTop(r, p.u(56))
	p.status(inset(status, p.u(28), 0))

	choices = inset(choices, p.u(22), 0)
	choices.Max.Y -= p.u(22)
	gap := p.u(14)
	typed, halves := cutRight(choices, max(p.reach(150), choices.Dx()*19/100))
	_, halves = cutRight(halves, gap)
	in, out := cutLeft(halves, (halves.Dx()-gap)/2)
	_, out = cutLeft(out, gap)
	p.half(&p.ui.in, in, scanner.In)
	p.half(&p.ui.out, out, scanner.Out)

	if p.area(&p.ui.typed, typed, p.w.Label.Typed, true) {
		p.want(OpenTyped{})
	}
	p.round(typed, p.u(14), p.pressed(&p.ui.typed, p.c.other))
	icon, label := cutTop(inset(typed, p.u(8), p.u(14)), typed.Dy()*46/100)
	p.plot(centred(icon, p.u(44), p.u(44))).keypad(p.c.other.text)
	p.paint(label, p.w.Label.Typed, style{px: p.u(26), bold: true, align: middle}, p.c.other.text)
}

// half is one of the two directions.
func (p *page) half(t *tap, r image.Rectangle, d scanner.Direction) {
	chosen, look := p.snap.Direction == d, p.c.other
	if chosen {
		look = p.c.chosen
	}
	if p.choose(t, r, p.w.direction(d), chosen) {
		p.want(SetDirection{Direction: d})
	}
	p.round(r, p.u(14), p.pressed(t, look))
	word := style{px: p.u(56), bold: true}
	p.way(centred(r, p.wayWidth(d, word), r.Dy()), d, word, look.text)
	if chosen {
		mark, _ := cutRight(inset(r, p.u(22), 0), p.u(38))
		p.plot(centred(mark, p.u(38), p.u(38))).tick(look.text)
	}
}

// way writes a direction with its arrow: the arrow leads to IN and leaves OUT.
func (p *page) way(r image.Rectangle, d scanner.Direction, st style, c color.NRGBA) {
	label := p.w.direction(d)
	arrow, word := cutLeft(r, st.px)
	_, word = cutLeft(word, st.px*4/10)
	if d == scanner.Out {
		arrow, word = cutRight(r, st.px)
		_, word = cutRight(word, st.px*4/10)
	}
	p.plot(centred(arrow, st.px, st.px)).arrow(c, 0.15*p.c.stroke)
	p.paint(word, label, st, c)
}

func (p *page) wayWidth(d scanner.Direction, st style) int {
	return p.setAt(p.w.direction(d), p.size.X, style{px: st.px, bold: st.bold, lines: 1}).width + st.px*14/10
}

// status is one line: where, what waits, how old the list is, the time.
func (p *page) status(r image.Rectangle) {
	size := style{px: p.u(26)}
	put := func(s string, i ink, chip bool) {
		b := p.set(s, r.Dx(), size)
		pad := 0
		if chip {
			pad = p.u(14)
		}
		box, rest := cutRight(r, b.width+2*pad+p.u(2))
		if chip {
			p.round(centred(box, box.Dx(), p.u(42)), p.u(21), i.ground)
		}
		p.write(inset(box, pad, 0), s, size, i.text)
		_, r = cutRight(rest, p.u(30))
	}
	put(p.w.clock(p.snap.Now), p.c.bar, false)
	switch p.snap.List.State {
	case ListFresh:
		put(p.w.list(p.snap.List), p.c.bar, false)
	case ListStale:
		put(p.w.list(p.snap.List), p.c.amber, true)
	default:
		put(p.w.list(p.snap.List), p.c.alert, true)
	}
	put(p.w.unsent(p.snap.Unsent), p.c.bar, false)
	p.write(r, p.w.place(p.snap.Checkpoint, p.snap.Lane), style{px: size.px, bold: true}, p.c.bar.text)
}

// finder marks where a code is, or should be, and says what would help.
func (p *page) finder(r image.Rectangle) {
	v := p.view(r)
	codes := p.snap.Preview.Corners
	for _, corners := range codes {
		p.outline(v, corners)
	}
	hint, prompt := p.w.hint(p.snap.Hint), ""
	if len(codes) == 0 {
		side := min(r.Dy()*62/100, r.Dx()*62/100)
		box := centred(r, side, side)
		box = box.Add(image.Pt(0, -p.u(24)))
		if p.snap.Preview.Image != nil {
			width := float32(p.u(7 * p.c.stroke))
			p.brackets(box, float32(side)/5, width+float32(p.u(4)), color.NRGBA{A: 0x80})
			p.brackets(box, float32(side)/5, width, p.c.bar.text)
			prompt = p.w.Label.Prompt
		} else {
			prompt = p.w.Label.PromptReader
		}
	}
	switch {
	case hint != "":
		p.pill(r, hint, style{px: p.u(52), bold: true}, p.c.hint)
	case prompt != "" && p.snap.Preview.Image != nil:
		p.pill(r, prompt, style{px: p.u(34)}, ink{ground: p.c.bar.ground, text: p.c.bar.text})
	case prompt != "":
		box := centred(r, r.Dx()*9/10, p.u(120))
		p.write(box, prompt, style{px: p.u(64), bold: true, align: middle}, p.c.bar.text)
	}
}

// pill writes a text on its own ground at the foot of r.
func (p *page) pill(r image.Rectangle, s string, st style, i ink) {
	st.align = middle
	b := p.set(s, r.Dx()-p.u(100), st)
	h := b.px*lineTenths/10 + p.u(18)
	box, _ := cutBottom(r, h+p.u(18))
	box = centred(box, b.width+p.u(64), h)
	p.round(box, h/2, i.ground)
	p.write(box, s, st, i.text)
}

const lineTenths = 13 // room for a line's marks, in tenths of its size
