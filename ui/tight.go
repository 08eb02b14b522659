package ui

import "image"

// Keypads in a small window. Twelve keys of a finger's height, the foot and
// what is typed do not fit beside each other in 360×640 dp when the system's
// bars take some of it; what is read gives way, what is tapped does not.

// tight reports whether a keypad's keys would be lower than a finger if the
// text beside or above it had its usual height.
func (p *page) tight(text int) bool {
	if p.upright() {
		return p.size.Y < text+4*p.reach(0)+3*p.u(14)+p.reach(120)+p.u(24+2*32)
	}
	return p.size.Y < max(4*p.reach(0)+3*p.u(14), text+p.reach(120))+p.u(2*32)
}

// tightParts are the text, the keypad and the foot of a tight window: one
// under the other, or the keypad in four columns at the right.
// The text gets the height it needs where it is above.
func (p *page) tightParts(needs int) (text, pad, foot image.Rectangle) {
	body := inset(p.window(), p.u(28), p.u(12))
	gap := p.u(14)
	if p.upright() {
		foot, text = cutBottom(body, p.reach(0))
		_, text = cutBottom(text, gap)
		pad, text = cutBottom(text, max(4*p.reach(0)+3*gap, text.Dy()-needs-p.u(8)))
		_, text = cutBottom(text, p.u(8))
		return text, pad, foot
	}
	pad, text = cutRight(body, max(4*p.reach(0)+3*gap, body.Dx()*48/100))
	_, text = cutRight(text, p.u(28))
	foot, text = cutBottom(text, p.reach(0))
	_, text = cutBottom(text, p.u(8))
	return text, pad, foot
}

// typingTight is the typed screen without its title. Upright, the two fields
// share a row, the wider of which is written to; the note is about that one.
func (p *page) typingTight() {
	text, pad, foot := p.tightParts(p.reach(0) + p.u(80))
	t := p.snap.Typing
	high, gap := p.reach(0), p.u(14)
	var number, birth image.Rectangle
	if p.upright() {
		row, rest := cutTop(text, high)
		share := 66
		if t.Field == BirthField {
			share = 44
		}
		number, birth = cutLeft(row, (row.Dx()-gap)*share/100)
		_, birth = cutLeft(birth, gap)
		text = rest
	} else {
		number, text = cutTop(text, high)
		_, text = cutTop(text, p.u(8))
		birth, text = cutTop(text, high)
	}
	p.entry("field-number", number, NumberField, p.w.Typed.NumberField, grouped(t.Text), "", MaxDigits-len(t.Text))
	p.entry("field-birth", birth, BirthField, p.w.Typed.BirthField, dated(t.Birth), p.w.Typed.BirthEmpty, MaxBirth-len(t.Birth))
	_, text = cutTop(text, p.u(4))
	if t.Field == BirthField || !t.Date.Usable() {
		p.birthNote(text)
	} else {
		p.numberNote(text)
	}
	p.keypad(pad)
	p.typingFoot(foot)
}
