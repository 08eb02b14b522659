package ui

import "image"

// plateKeys are what Vietnamese plates are made of (Circular 79/2024/TT-BCA):
// digits, and the letters that are told apart at a distance.
const plateKeys = "1234567890" + "ABCDEFGHKLMNPRSTUVXYZ"

// vehicle shows the plate so far, a keyboard for gloves and the head-count.
func (p *page) vehicle() {
	p.ground(p.c.page.ground)
	if p.plateTight() {
		p.vehicleTight()
		return
	}
	gap, cols, space := p.u(10), 8, p.u(24)
	body := inset(p.window(), p.u(18), p.u(16))
	if p.upright() {
		cols = 5
		if cols*(p.reach(0)+gap) > body.Dx() { // a handheld is five fingers wide
			gap, space = p.u(2), p.u(8)
			body = inset(p.window(), p.u(4), p.u(4))
		}
		foot, body := cutBottom(body, p.reach(120))
		field, body := cutTop(body, p.reach(150))
		_, body = cutTop(body, space)
		heads, body := cutTop(body, p.reach(130))
		_, body = cutTop(body, space)
		keys, _ := cutTop(body, body.Dy()-space)
		p.plateField(field)
		p.heads(heads)
		p.plateKeypad(keys, cols, gap)
		p.vehicleFoot(foot)
		return
	}
	top, body := cutTop(body, p.reach(112))
	_, body = cutTop(body, p.u(16))
	field, rest := cutLeft(top, top.Dx()*54/100)
	p.plateField(field)
	_, rest = cutLeft(rest, p.u(18))
	side, keys := cutRight(body, max(p.reach(150), body.Dx()*12/100))
	_, keys = cutRight(keys, p.u(18))
	if (keys.Dx()-9*gap)/10 >= p.reach(0) {
		cols = 10 // a row for the digits
	}
	p.plateKeypad(keys, cols, gap)
	p.heads(side)
	p.vehicleFoot(rest)
}

func (p *page) plateField(r image.Rectangle) {
	p.round(r, p.u(14), p.c.field.ground)
	p.frame(r, p.u(13), max(p.u(4*p.c.stroke), 2), p.c.field.text)
	in := inset(r, p.u(24), p.u(10))
	label, in := cutTop(in, in.Dy()*34/100)
	p.write(label, p.w.Vehicle.Plate, style{px: p.u(26)}, p.c.quiet.text)
	if p.snap.Plate == "" {
		p.write(in, p.w.Vehicle.PlateEmpty, style{px: p.u(34)}, p.c.quiet.text)
		return
	}
	p.write(in, plate(p.snap.Plate), style{px: p.u(64), bold: true}, p.c.field.text)
}

func (p *page) plateKeypad(r image.Rectangle, cols, gap int) {
	rows := (len(plateKeys) + 1 + cols - 1) / cols
	w, h := (r.Dx()-(cols-1)*gap)/cols, (r.Dy()-(rows-1)*gap)/rows
	h = min(h, w*5/4)
	cell := func(i int) image.Rectangle {
		at := r.Min.Add(image.Pt(i%cols*(w+gap), i/cols*(h+gap)))
		return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
	}
	for i, c := range plateKeys {
		p.plateKey(cell(i), string(c))
	}
	// The key that takes back is as wide as the row has room for, up to three.
	last := rows*cols - 1
	erase := cell(last)
	if free := last - len(plateKeys); free > 0 {
		erase.Min.X = cell(last - min(free, 2)).Min.X
	}
	p.eraseKey(erase)
}

// heads is the head-count with its two buttons: side by side where there is
// width, else one above the other.
func (p *page) heads(r image.Rectangle) {
	n := p.snap.Vehicle.HeadCount
	var less, more, count image.Rectangle
	if r.Dx() > r.Dy() {
		b := max(p.reach(0), r.Dx()*28/100)
		less, r = cutLeft(r, b)
		more, count = cutRight(r, b)
	} else {
		b := max(p.reach(0), r.Dy()*30/100)
		more, r = cutTop(r, b)
		less, count = cutBottom(r, b)
	}
	for _, b := range []struct {
		r     image.Rectangle
		key   string
		label string
		to    int
		on    bool
	}{{less, "head-less", p.w.Vehicle.Remove, n - 1, n > 0}, {more, "head-more", p.w.Vehicle.Add, n + 1, n < maxHeads}} {
		t, look := p.ui.tap(b.key), p.c.key
		if !b.on {
			look = p.c.idle
		}
		if p.area(t, b.r, b.label, b.on) {
			p.want(SetHeadCount{Count: b.to})
		}
		p.key(t, b.r)
		q := p.plot(centred(b.r, p.u(48), p.u(48)))
		if b.to < n {
			q.minus(look.text)
		} else {
			q.plus(look.text)
		}
	}
	count = inset(count, p.u(4), p.u(10))
	label, figure := cutTop(count, count.Dy()*36/100)
	said := p.w.Vehicle.HeadsNone
	if n > 0 {
		said = p.w.number(n)
	}
	p.tell(count, p.w.Vehicle.Heads+": "+said)
	p.paint(label, p.w.Vehicle.Heads, style{px: p.u(28), align: middle, floor: p.u(16)}, p.c.quiet.text)
	px := p.u(72)
	if n == 0 {
		px = p.u(28)
	}
	p.paint(figure, said, style{px: px, bold: true, align: middle, lines: 2, floor: p.u(16)}, p.c.page.text)
}

func (p *page) vehicleFoot(r image.Rectangle) {
	back, done := cutLeft(r, r.Dx()*32/100)
	_, done = cutLeft(done, p.u(14))
	if p.snap.Vehicle != (Vehicle{}) || p.snap.Plate != "" {
		var clear image.Rectangle
		clear, done = cutLeft(done, done.Dx()*46/100)
		_, done = cutLeft(done, p.u(14))
		if p.outlined(p.ui.tap("vehicle-clear"), clear, p.w.Vehicle.Clear, p.c.page) {
			p.want(ClearVehicle{})
		}
	}
	if p.outlined(&p.ui.back, back, p.w.Label.Back, p.c.page) {
		p.want(Close{})
	}
	p.do("vehicle-done", done, p.w.Vehicle.Done, true, SubmitTyped{})
}
