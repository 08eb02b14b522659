package ui

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"gioui.org/io/semantic"
	"gioui.org/op/clip"

	"chot/assets"
)

// A sheet is how every screen but the scan and the verdict is laid out: a
// title above, the way back and the one thing to do below, and between them
// the body.

// sheet draws the ground and the title and returns body and foot.
func (p *page) sheet(title string) (body, foot image.Rectangle) {
	p.ground(p.c.page.ground)
	body = inset(p.window(), p.u(40), p.u(24))
	head, body := cutTop(body, p.u(64))
	p.write(head, title, style{px: p.u(44), bold: true}, p.c.page.text)
	return p.footed(body)
}

// footed parts a foot for controls from the body above it.
func (p *page) footed(r image.Rectangle) (body, foot image.Rectangle) {
	foot, body = cutBottom(r, p.reach(96))
	_, body = cutBottom(body, p.u(20))
	_, body = cutTop(body, p.u(12))
	return body, foot
}

// back draws the way back at the foot's left and returns the rest.
func (p *page) back(foot image.Rectangle) (rest image.Rectangle) {
	return p.backAs(foot, p.w.Label.Back)
}

func (p *page) backAs(foot image.Rectangle, label string) (rest image.Rectangle) {
	b, rest := cutLeft(foot, max(p.reach(190), foot.Dx()*24/100))
	p.after(b, func() {
		if p.outlined(&p.ui.back, b, label, p.c.page) {
			p.want(Close{})
		}
	})
	_, rest = cutLeft(rest, p.u(20))
	return rest
}

// do is the one thing to do on a screen; it can be out of reach for now.
func (p *page) do(key string, r image.Rectangle, label string, ready bool, in Intent) {
	p.after(r, func() { p.act(key, r, label, ready, in) })
}

func (p *page) act(key string, r image.Rectangle, label string, ready bool, in Intent) {
	t, look := p.ui.tap(key), p.c.act
	if !ready {
		look = p.c.idle
	}
	if p.area(t, r, label, ready) {
		p.want(in)
	}
	p.round(r, p.u(14), p.pressed(t, look))
	p.paint(inset(r, p.u(12), p.u(4)), label, style{px: p.u(40), bold: true, align: middle, lines: 2, wrap: p.upright(), floor: p.u(24)}, look.text)
}

// leaf draws the two buttons that leaf through a list of more than one page,
// at the right of r, and returns the rest.
func (p *page) leaf(r image.Rectangle, at, pages int) (rest image.Rectangle) {
	if pages <= 1 {
		return r
	}
	w := p.reach(110)
	next, rest := cutRight(r, w)
	_, rest = cutRight(rest, p.u(14))
	prev, rest := cutRight(rest, w)
	_, rest = cutRight(rest, p.u(20))
	number := rest // the result is something else by then
	p.after(next, func() { p.leaves(number, prev, next, at, pages) })
	return image.Rectangle{Min: rest.Min, Max: rest.Min}
}

// leaves are the page's number and the two buttons.
func (p *page) leaves(rest, prev, next image.Rectangle, at, pages int) {
	where := assets.Fill(p.w.Label.Page, "page", strconv.Itoa(at+1), "pages", strconv.Itoa(pages))
	p.tell(rest, where)
	if p.narrow() {
		where = strconv.Itoa(at+1) + "/" + strconv.Itoa(pages)
	}
	p.paint(rest, where, style{px: p.u(28), align: right, floor: p.u(18)}, p.c.quiet.text)
	for _, b := range []struct {
		r     image.Rectangle
		key   string
		label string
		by    int
		on    bool
	}{{prev, "page-back", p.w.Label.Previous, -1, at > 0}, {next, "page-on", p.w.Label.Following, 1, at < pages-1}} {
		t, look := p.ui.tap(b.key), p.c.key
		if !b.on {
			look = p.c.idle
		}
		if p.area(t, b.r, b.label, b.on) {
			p.want(TurnPage{By: b.by})
		}
		p.key(t, b.r)
		p.plot(centred(b.r, p.u(52), p.u(52))).chevron(look.text, b.by < 0)
	}
}

// rowsIn is how many rows stand in r, gap apart.
func rowsIn(r image.Rectangle, row, gap int) int { return (r.Dy() + gap) / max(row+gap, 1) }

// pageOf cuts a list of n into pages of most and returns the part to show.
func (p *page) pageOf(n, most int) (from, to, at, pages int) {
	most = max(most, 1)
	pages = max((n+most-1)/most, 1)
	at = min(max(p.snap.Page, 0), pages-1)
	return at * most, min((at+1)*most, n), at, pages
}

// A tile is one large button of a grid.
type tile struct {
	key    string
	label  string
	note   string // small, under the label
	icon   func(q plot, c, ground color.NRGBA)
	intent Intent
	radio  bool // one of several that exclude each other
	chosen bool
	off    bool
}

// tiles draws a grid as near to squares as the space allows.
func (p *page) tiles(r image.Rectangle, all []tile) {
	if len(all) == 0 {
		return
	}
	gap := p.u(18)
	cols := p.columns(r, len(all), gap)
	if p.narrow() && len(all) >= 4 {
		cols = max(cols, 2) // so that the last rows, near the thumb, hold all
	}
	rows := (len(all) + cols - 1) / cols
	w, h := (r.Dx()-(cols-1)*gap)/cols, (r.Dy()-(rows-1)*gap)/rows
	h = min(h, max(w*3/4, p.u(190)))
	r = p.low(r, rows*h+(rows-1)*gap)
	px := largest
	for _, t := range all { // labels of one grid are of one size
		_, label, _ := p.tileParts(image.Rect(0, 0, w, h), t)
		px = min(px, p.within(label, t.label, tileLabel(p, t)).px)
	}
	for i, t := range all {
		at := r.Min.Add(image.Pt(i%cols*(w+gap), i/cols*(h+gap)))
		p.tile(image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}, t, px)
	}
}

func tileLabel(p *page, t tile) style {
	st := style{px: p.u(36), bold: true, align: middle, lines: 2, wrap: true, floor: p.u(22)}
	if t.icon != nil && !p.narrow() {
		st.lines, st.wrap = 1, false
	}
	return st
}

// tileParts is where a tile's icon, label and note stand.
func (p *page) tileParts(r image.Rectangle, t tile) (icon, label, note image.Rectangle) {
	in := inset(r, p.u(14), p.u(14))
	if t.icon == nil {
		return icon, in, note
	}
	if p.narrow() && r.Dx()*5 > r.Dy()*9 { // wide and low: beside each other
		icon, in = cutLeft(in, in.Dy()*60/100)
		_, in = cutLeft(in, p.u(10))
	} else {
		icon, in = cutTop(in, in.Dy()*46/100)
		_, in = cutTop(in, p.u(6))
	}
	label, note = cutTop(in, in.Dy()*62/100)
	if t.note == "" {
		return icon, in, image.Rectangle{}
	}
	return icon, label, note
}

// columns is the number of columns that gives n buttons the most room.
func (p *page) columns(r image.Rectangle, n, gap int) (cols int) {
	best := math.MinInt
	for c := 1; c <= n; c++ {
		rows := (n + c - 1) / c
		w, h := (r.Dx()-(c-1)*gap)/c, (r.Dy()-(rows-1)*gap)/rows
		if room := min(w*2/3, h) - (rows*c-n)*p.u(8); room > best {
			best, cols = room, c
		}
	}
	return cols
}

func (p *page) tile(r image.Rectangle, t tile, px int) {
	tap, look, tapped := p.ui.tap(t.key), p.c.key, false
	if t.chosen {
		look = p.c.act
	}
	if t.off {
		look = p.c.idle
	}
	if t.radio {
		tapped = p.choice(tap, r, t.label, t.chosen)
	} else {
		tapped = p.areaNoted(tap, r, t.label, t.note, !t.off)
	}
	if tapped && !t.off {
		p.want(t.intent)
	}
	p.round(r, p.u(16), p.pressed(tap, look))
	if !t.chosen {
		p.frame(r, p.u(15), max(p.u(2*p.c.stroke), 1), p.c.rule)
	}
	if t.chosen {
		in := inset(r, p.u(16), p.u(14))
		mark := image.Rectangle{Min: image.Pt(in.Max.X-p.u(36), in.Min.Y), Max: image.Pt(in.Max.X, in.Min.Y+p.u(36))}
		p.plot(mark).tick(look.text)
	}
	icon, label, note := p.tileParts(r, t)
	if t.icon != nil {
		side := min(icon.Dy(), p.u(96))
		t.icon(p.plot(centred(icon, side, side)), look.text, p.pressed(tap, look))
	}
	st := tileLabel(p, t)
	st.px, st.floor = px, min(st.floor, px)
	b := p.fit(t.label, label.Dx(), st)
	p.draw(b, label, label.Min.Y+(label.Dy()-int(b.glyphsY())+b.capital())/2, look.text)
	if t.note != "" {
		p.paint(note, t.note, style{px: p.u(28), align: middle, floor: p.u(18)}, look.text)
	}
}

// areaNoted is area with a second sentence for screen readers. TalkBack reads a
// description in place of the label (AccessibilityNodeInfo,
// setContentDescription), so both stand in it.
func (p *page) areaNoted(t *tap, r image.Rectangle, label, note string, enabled bool) bool {
	p.noted(t, r, label, note, enabled)
	return p.tapped(t) && enabled
}

func (p *page) noted(t *tap, r image.Rectangle, label, note string, enabled bool) {
	area := clip.Rect(r).Push(p.gtx.Ops)
	semantic.Button.Add(p.gtx.Ops)
	semantic.LabelOp(label).Add(p.gtx.Ops)
	if note != "" {
		semantic.DescriptionOp(label + ". " + note).Add(p.gtx.Ops)
	}
	semantic.EnabledOp(enabled).Add(p.gtx.Ops)
	t.click.Add(p.gtx.Ops)
	area.Pop()
}

// segments draws choices that exclude each other in one row.
func (p *page) segments(r image.Rectangle, all []tile) {
	gap := p.u(14)
	w := (r.Dx() - (len(all)-1)*gap) / max(len(all), 1)
	for i, t := range all {
		at := r.Min.Add(image.Pt(i*(w+gap), 0))
		b := image.Rectangle{Min: at, Max: at.Add(image.Pt(w, r.Dy()))}
		tap, look := p.ui.tap(t.key), p.c.key
		if t.chosen {
			look = p.c.act
		}
		if p.choice(tap, b, t.label, t.chosen) {
			p.want(t.intent)
		}
		p.round(b, p.u(14), p.pressed(tap, look))
		if !t.chosen {
			p.frame(b, p.u(13), max(p.u(2*p.c.stroke), 1), p.c.rule)
		}
		in := inset(b, p.u(18), 0)
		if t.chosen {
			var mark image.Rectangle
			mark, in = cutLeft(in, p.u(34))
			p.plot(centred(mark, p.u(34), p.u(34))).tick(look.text)
			_, in = cutLeft(in, p.u(8))
		}
		p.paint(inset(in, 0, p.u(4)), t.label, style{px: p.u(34), bold: true, align: middle, lines: 2, floor: p.u(22)}, look.text)
	}
}

// A mood is how well something stands; its shape says so without its colour.
type mood uint8

const (
	well mood = iota // circle with a tick
	soso             // triangle
	bad              // octagon
)

// sign draws a mood.
func (p *page) sign(r image.Rectangle, m mood) {
	side := min(r.Dx(), r.Dy())
	q := p.plot(centred(r, side, side))
	switch m {
	case well:
		q.dot(p.c.page.text, 0.5, 0.5, 0.5)
		q.line(p.c.page.ground, 0.12, 0.27, 0.52, 0.44, 0.69, 0.74, 0.33)
	case soso:
		q.warning(p.c.page.text, p.c.page.ground)
	default:
		q.stop(p.c.page.text, p.c.page.ground)
	}
}

// signed writes a text with a mood before it, and tells it.
func (p *page) signed(r image.Rectangle, m mood, s string, st style, c color.NRGBA) {
	icon, text := cutLeft(r, p.u(44))
	if st.lines > 1 {
		p.sign(centred(icon, p.u(40), p.u(40)), m)
	} else {
		p.sign(centred(icon, p.u(36), p.u(36)), m)
	}
	_, text = cutLeft(text, p.u(16))
	p.write(text, s, st, c)
}

// notice is a mood at the left of r and texts beside it, from the top down.
func (p *page) notice(r image.Rectangle, m mood, texts ...paragraph) {
	icon, rest := cutLeft(r, p.u(84))
	icon, _ = cutTop(icon, p.u(84))
	p.sign(centred(icon, p.u(72), p.u(72)), m)
	_, rest = cutLeft(rest, p.u(28))
	p.paragraphs(rest, texts...)
}

// card draws the ground of a row.
func (p *page) card(r image.Rectangle) image.Rectangle {
	p.round(r, p.u(14), p.c.field.ground)
	p.frame(r, p.u(13), max(p.u(2*p.c.stroke), 1), p.c.rule)
	return inset(r, p.u(22), p.u(8))
}

// paragraphs writes texts one under the other from the top of r, smaller
// where they are long, and returns what is left.
func (p *page) paragraphs(r image.Rectangle, all ...paragraph) (rest image.Rectangle) {
	var s stack
	for _, scale := range shrinks {
		s = stack{}
		for i, t := range all {
			before := 0
			if i > 0 {
				before = p.u(14 * scale)
			}
			px := int(float32(p.u(t.px)) * scale)
			s.add(p.set(t.text, r.Dx(), style{px: px, bold: t.bold, lines: 5, wrap: true, align: t.align}), before, t.colour)
		}
		if s.height <= r.Dy() {
			break
		}
	}
	p.drawStack(s, r, r.Min.Y)
	_, rest = cutTop(r, s.height+p.u(20))
	return rest
}

type paragraph struct {
	text   string
	px     float32
	bold   bool
	align  align
	colour color.NRGBA
}

// progress draws how far a task is.
func (p *page) progress(r image.Rectangle, t Task) {
	p.round(r, r.Dy()/2, p.c.idle.ground)
	p.frame(r, r.Dy()/2, max(p.u(2*p.c.stroke), 1), p.c.rule)
	if t.Total <= 0 {
		return
	}
	part := float64(min(max(t.Done, 0), t.Total)) / float64(t.Total)
	bar, _ := cutLeft(r, max(int(part*float64(r.Dx())), r.Dy()))
	p.round(bar, r.Dy()/2, p.c.act.ground)
	p.write(r, assets.Fill(p.w.Label.Percent, "count", strconv.Itoa(int(part*100))), style{px: r.Dy() * 6 / 10, bold: true, align: middle}, p.over(part))
}

// over is the colour of a text in the middle of a bar that is part full.
func (p *page) over(part float64) color.NRGBA {
	if part >= 0.6 {
		return p.c.act.text
	}
	return p.c.idle.text
}
