package ui

import (
	"image"
	"image/color"
	"slices"
	"strings"

	"chot/scanner"
)

// scan shows the camera's picture from edge to edge, and at its foot which
// way people are going.
func (p *page) scan() {
	foot, upper := cutBottom(p.window(), p.footHeight())
	sight := p.bleed(upper)
	p.preview(sight)
	free := p.faults(upper)
	if f := p.instead(); f != "" {
		p.unseen(inset(free, p.u(40), p.u(22)), f, p.c.bar)
	} else {
		p.finder(p.view(sight), free)
	}
	p.foot(foot)
}

func (p *page) footHeight() int {
	h := p.statusHeight() + p.reach(112) + p.u(22)
	if p.stacked() {
		h += p.reach(88) + p.u(14)
	}
	if p.asksMore() {
		h += p.reach(88) + p.u(14)
	}
	return h
}

// statusHeight leaves two lines where one is too short.
func (p *page) statusHeight() int {
	if p.upright() {
		return p.u(104)
	}
	return p.u(56)
}

// foot holds the direction, and small what is well.
func (p *page) foot(r image.Rectangle) {
	p.fill(p.bleed(r), p.c.bar.ground)
	status, choices := cutTop(r, p.statusHeight())
	p.status(inset(status, p.u(28), 0))

	choices = inset(choices, p.u(22), 0)
	choices.Max.Y -= p.u(22)
	gap := p.u(14)
	if p.asksMore() {
		var adds image.Rectangle
		adds, choices = cutTop(choices, p.reach(88))
		_, choices = cutTop(choices, gap)
		p.adds(adds)
	}
	if p.stacked() {
		var smaller image.Rectangle
		smaller, choices = cutTop(choices, p.reach(88))
		_, choices = cutTop(choices, gap)
		p.smallRow(smaller, gap)
		p.halves(choices, gap)
		return
	}
	more, halves := cutRight(choices, max(p.reach(120), choices.Dx()*12/100))
	_, halves = cutRight(halves, gap)
	typed, halves := cutRight(halves, max(p.reach(130), choices.Dx()*15/100))
	_, halves = cutRight(halves, gap)
	var torch image.Rectangle
	if p.snap.Torch != NoTorch {
		torch, halves = cutRight(halves, max(p.reach(120), choices.Dx()*12/100))
		_, halves = cutRight(halves, gap)
	}
	p.halves(halves, gap)
	p.torch(torch)
	p.small(&p.ui.typed, typed, p.w.Label.Typed, OpenTyped{}, plot.keypad)
	p.small(p.ui.tap("more"), more, p.w.Label.More, Open{MoreScreen}, plot.more)
}

// halves are the two directions, with words of one size.
func (p *page) halves(r image.Rectangle, gap int) {
	in, out := cutLeft(r, (r.Dx()-gap)/2)
	_, out = cutLeft(out, gap)
	word, room := style{px: p.u(56), bold: true}, in.Dx()-p.u(40)
	for _, d := range []scanner.Direction{scanner.In, scanner.Out} {
		if width := p.wayWidth(d, word); width > room {
			word.px = typeSize(word.px * room / width)
		}
	}
	p.half(&p.ui.in, in, scanner.In, word)
	p.half(&p.ui.out, out, scanner.Out, word)
}

// small is a control of second rank with its picture above its word.
func (p *page) small(t *tap, r image.Rectangle, label string, in Intent, icon func(plot, color.NRGBA)) {
	if p.area(t, r, label, true) {
		p.want(in)
	}
	p.face(t, r, label, p.c.other, icon)
}

// face is what is seen of such a control.
func (p *page) face(t *tap, r image.Rectangle, label string, look ink, icon func(plot, color.NRGBA)) {
	p.round(r, p.u(14), p.pressed(t, look))
	above, below := cutTop(inset(r, p.u(8), p.u(14)), r.Dy()*46/100)
	icon(p.plot(centred(above, p.u(44), p.u(44))), look.text)
	p.paint(below, label, style{px: p.u(26), bold: true, align: middle}, look.text)
}

// half is one of the two directions.
func (p *page) half(t *tap, r image.Rectangle, d scanner.Direction, word style) {
	chosen, look := p.snap.Direction == d, p.c.other
	if chosen {
		look = p.c.chosen
	}
	if p.choice(t, r, p.w.direction(d), chosen) {
		p.want(SetDirection{Direction: d})
	}
	p.round(r, p.u(14), p.pressed(t, look))
	width := p.wayWidth(d, word)
	p.way(centred(r, width, r.Dy()), d, word, look.text)
	if !chosen {
		return
	}
	mark, _ := cutRight(inset(r, p.u(22), 0), p.u(38))
	side := p.u(38)
	if r.Dx() <= width+4*p.u(44) { // below the word's end: its ground alone would say that it is chosen
		mark, _ = cutRight(inset(r, p.u(8), p.u(6)), p.u(28))
		mark, _ = cutBottom(mark, p.u(28))
		side = p.u(28)
	}
	p.plot(centred(mark, side, side)).tick(look.text)
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
	var above image.Rectangle
	if p.upright() {
		above, r = cutTop(inset(r, 0, p.u(4)), r.Dy()/2-p.u(4))
	}
	size := style{px: p.u(26)}
	var said []func() // from the right; they are told from the left
	put := func(s string, i ink, chip bool) {
		b := p.set(s, r.Dx(), size)
		pad := 0
		if chip {
			pad = p.u(14)
		}
		box, rest := cutRight(r, b.width+2*pad+p.u(2))
		said = append(said, func() {
			if chip {
				p.round(centred(box, box.Dx(), p.u(42)), p.u(21), i.ground)
			}
			p.write(inset(box, pad, 0), s, size, i.text)
		})
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
	unsent := p.w.unsent(p.snap.Unsent)
	if p.upright() && p.set(unsent, p.size.X, size).width > r.Dx() {
		r = above // beside the place, where the line is full
		put(unsent, p.c.bar, false)
	} else {
		put(unsent, p.c.bar, false)
		if p.upright() {
			r = above
		}
	}
	where := p.w.place(p.snap.Checkpoint, p.snap.Lane)
	if who := printable(p.snap.Shift.Operator); who != "" {
		where = strings.TrimPrefix(where+" · "+who, " · ")
	}
	p.write(r, where, style{px: size.px, bold: true}, p.c.bar.text)
	for _, say := range slices.Backward(said) {
		say()
	}
}

// finder marks where a code is, or should be, and says what would help.
func (p *page) finder(v view, r image.Rectangle) {
	codes := p.snap.Preview.Corners
	for _, corners := range codes {
		p.outline(v, corners)
	}
	hint, prompt := p.w.hint(p.snap.Hint), ""
	if p.snap.Repeated {
		hint = p.w.Label.Repeated
	}
	if p.snap.WayOut {
		hint = p.w.Handheld.WayOut
	}
	if len(codes) == 0 && !p.halted() {
		if p.reads() {
			prompt = p.w.Label.PromptReader
		}
		if p.snap.Preview.Image != nil {
			prompt = p.w.Label.Prompt
			seen := v.area().Intersect(r)
			if seen.Max.Y > r.Max.Y-p.u(76) {
				seen.Max.Y = r.Max.Y - p.u(76) // above the prompt
			}
			side := min(seen.Dy(), seen.Dx()) * 78 / 100
			if box := centred(seen, side, side); side > p.u(180) {
				width := float32(p.u(7 * p.c.stroke))
				p.brackets(box, float32(side)/5, width+float32(p.u(4)), color.NRGBA{A: 0x80})
				p.brackets(box, float32(side)/5, width, p.c.bar.text)
			}
		}
	}
	switch {
	case hint != "":
		p.pill(r, hint, style{px: p.u(52), bold: true}, p.c.hint)
	case prompt != "" && p.snap.Preview.Image != nil:
		if below := v.area().Max.Y + p.u(90); below < r.Max.Y {
			r.Max.Y = below // near a picture that does not fill the height
		}
		p.pill(r, prompt, style{px: p.u(34)}, ink{ground: p.c.bar.ground, text: p.c.bar.text})
	case prompt != "":
		box := centred(r, r.Dx()*9/10, p.u(120))
		p.write(box, prompt, style{px: p.u(64), bold: true, align: middle}, p.c.bar.text)
	}
}

// halted reports whether something stands in the way of every scan: then the
// screen does not say that it is ready.
func (p *page) halted() bool {
	return slices.ContainsFunc(p.snap.Faults, func(f scanner.Fault) bool { return f.Severity() >= scanner.Stopped })
}

// reads reports whether some source delivers, or none says how it does: where the
// only one is unplugged, the screen does not say that it is ready either.
func (p *page) reads() bool {
	all := p.snap.Sources
	return len(all) == 0 || slices.ContainsFunc(all, func(s SourceView) bool { return s.State >= SourceWaiting })
}

// pill writes a text on its own ground at the foot of r.
func (p *page) pill(r image.Rectangle, s string, st style, i ink) {
	st.align = middle
	if room := r.Dy() - p.u(36); st.px*lineTenths/10 > room {
		st.px = max(room*10/lineTenths, p.u(24)) // little is left above the foot
	}
	b := p.set(s, r.Dx()-p.u(100), st)
	h := b.px*lineTenths/10 + p.u(18)
	box, _ := cutBottom(r, h+p.u(18))
	box = centred(box, b.width+p.u(64), h)
	p.round(box, h/2, i.ground)
	p.write(box, s, st, i.text)
}

const lineTenths = 13 // room for a line's marks, in tenths of its size
