package ui

import (
	"image"
	"strings"

	"chot/assets"
)

// The plate's keyboard in a small window has two boards, digits and letters,
// which turn by themselves as a plate goes on ("29", "A", "123.45"). Twelve
// digit keys are a finger high and wide; five or eight letters beside each
// other are as wide as the window lets them, at least 68 dp.

// plateTight reports whether all keys of one board would be smaller than a
// finger.
func (p *page) plateTight() bool {
	var w, h int
	if p.upright() {
		w = (p.size.X - p.u(8) - 4*p.u(2)) / 5
		h = (p.size.Y - p.reach(120) - p.reach(150) - p.reach(130) - p.u(8+3*8+6*2)) / 7
	} else {
		w = (p.size.X - p.reach(150) - p.u(2*18+18+7*10)) / 8
		h = (p.size.Y - p.reach(112) - p.u(2*16+16+3*10)) / 4
	}
	return min(w, h) < p.reach(0)
}

// vehicleTight is the vehicle's screen with one board of keys at a time; heads
// are counted beside the digits.
func (p *page) vehicleTight() {
	body, gap, letters := inset(p.window(), p.u(8), p.u(8)), p.u(4), p.snap.Page > 0
	var field, heads, keys, foot image.Rectangle
	cols := 4
	if p.upright() {
		foot, body = cutBottom(body, p.reach(0))
		_, body = cutBottom(body, p.u(8))
		field, body = cutTop(body, p.reach(0))
		_, keys = cutTop(body, p.u(8))
		if letters {
			cols = 5
		} else {
			heads, keys = cutTop(keys, p.reach(0))
			_, keys = cutTop(keys, p.u(8))
		}
	} else {
		cols = 6
		field, body = cutTop(body, p.reach(0))
		field, foot = cutLeft(field, field.Dx()*54/100)
		_, foot = cutLeft(foot, p.u(12))
		_, keys = cutTop(body, p.u(8))
		if letters {
			cols = 8
		} else {
			heads, keys = cutRight(keys, p.reach(150))
			_, keys = cutRight(keys, p.u(12))
		}
	}
	p.plateField(field)
	if letters {
		p.plateBoard(keys, plateKeys[plateDigits:], cols, gap, p.w.Handheld.Digits, "123", -1)
	} else {
		p.heads(heads)
		p.plateBoard(keys, plateKeys[:plateDigits], cols, gap, p.w.Handheld.Letters, "ABC", 1)
	}
	p.vehicleFoot(foot)
}

// plateDigits is how many of plateKeys are digits; they come first.
const plateDigits = 10

// plateBoard is one board: its keys, the one that turns to the other board,
// and the one that takes back, as wide as the row has room for.
func (p *page) plateBoard(r image.Rectangle, keys string, cols, gap int, other, face string, by int) {
	rows := (len(keys) + 2 + cols - 1) / cols
	w, h := (r.Dx()-(cols-1)*gap)/cols, (r.Dy()-(rows-1)*gap)/rows
	cell := func(i int) image.Rectangle {
		at := r.Min.Add(image.Pt(i%cols*(w+gap), i/cols*(h+gap)))
		return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
	}
	for i, c := range keys {
		p.plateKey(cell(i), string(c))
	}
	turn, at := p.ui.tap("plate-turn"), cell(len(keys))
	if p.area(turn, at, other, true) {
		p.want(TurnPage{By: by})
	}
	p.round(at, p.u(12), p.pressed(turn, p.c.act))
	p.paint(at, face, style{px: min(p.u(44), h*2/3), bold: true, align: middle}, p.c.act.text)
	p.eraseKey(cell(len(keys) + 1).Union(cell(rows*cols - 1)))
}

// plateKey is one letter or digit.
func (p *page) plateKey(r image.Rectangle, label string) {
	t, said := p.ui.tap("plate-"+label), p.w.Label.Letter
	if label <= "9" {
		said = p.w.Label.Digit
	}
	if p.area(t, r, assets.Fill(said, "digit", label, "letter", label), true) {
		p.want(TypeText{Text: label})
	}
	p.key(t, r)
	p.paint(r, label, style{px: min(p.u(56), r.Dy()*2/3), bold: true, align: middle}, p.c.key.text)
}

// eraseKey takes the last one back.
func (p *page) eraseKey(r image.Rectangle) {
	if p.area(&p.ui.erase, r, p.w.Label.Erase, true) {
		p.want(EraseTyped{})
	}
	p.key(&p.ui.erase, r)
	p.plot(centred(r, p.u(60), p.u(60))).erase(p.c.key.text, p.pressed(&p.ui.erase, p.c.key))
}

// plateBoardFor is the board on which a plate goes on: letters after the two
// digits of a province, digits at the beginning and after a letter, else the
// board there is.
func plateBoardFor(plate string, board int) int {
	letter := func(i int) bool { return strings.ContainsRune(plateKeys[plateDigits:], rune(plate[i])) }
	switch {
	case len(plate) == 2 && !letter(0) && !letter(1):
		return 1
	case plate == "" || letter(len(plate)-1):
		return 0
	}
	return board
}
