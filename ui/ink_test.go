//go:build cgo

package ui

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
	"testing"

	"gioui.org/gpu/headless"
	"gioui.org/op/clip"

	"chot/assets"
	"chot/scanner"
)

// paper draws on a surface and hands its pixels back.
type paper struct {
	t   testing.TB
	win *headless.Window
	img *image.RGBA
}

func newPaper(t testing.TB) *paper {
	return &paper{t: t, win: newStudio(t).surface(t, wide), img: image.NewRGBA(image.Rect(0, 0, wide.w, wide.h))}
}

func (q *paper) take(p *page) *image.RGBA {
	q.t.Helper()
	if err := q.win.Frame(p.gtx.Ops); err != nil {
		q.t.Fatal(err)
	}
	if err := q.win.Screenshot(q.img); err != nil {
		q.t.Fatal(err)
	}
	p.gtx.Ops.Reset()
	return q.img
}

// A typeface is a size and weight of type.
type typeface struct {
	px   int
	bold bool
}

// usedTypes are all sizes and weights of type on any screen, in any size of
// window, language and size of type.
func usedTypes(t *testing.T) []typeface {
	used := map[typeface]bool{}
	for _, size := range windows {
		d := deskIn(t, size, snapshot(ScanScreen))
		d.screens.drawn = func(b block, _ image.Rectangle, _ int) { used[typeface{b.px, b.bold}] = true }
		for i, s := range everyStage(t) {
			s.Language, s.Large = assets.Languages()[i%2], i%3 == 0
			d.snap = s
			d.frame()
		}
	}
	return slices.SortedFunc(maps.Keys(used), func(a, b typeface) int { return cmp.Or(cmp.Compare(a.px, b.px), cmp.Compare(a.weight(), b.weight())) })
}

func (f typeface) weight() string {
	if f.bold {
		return "bold"
	}
	return "regular"
}

// What is painted of stacked marks is all of them, at every size of type that
// any screen uses and in every preset: a text drawn into the room its block
// claims loses no row of pixels.
func TestMarksAreNotClipped(t *testing.T) {
	q, p := newPaper(t), newPage(t, image.Pt(wide.w, wide.h), "vi")
	types := usedTypes(t)
	if len(types) < 40 {
		t.Fatalf("only %d sizes of type are used", len(types))
	}
	for preset := range presets {
		look := Preset(preset).colours().page
		p.c = Preset(preset).colours()
		type placed struct {
			typeface
			ink image.Rectangle
		}
		var sheet []placed
		y := 0
		check := func() {
			img := q.take(p)
			for _, s := range sheet {
				painted := paintedIn(img, s.ink.Inset(-8), look.ground)
				if d := painted.Min.Sub(s.ink.Min); abs(d.X) > 1 || abs(d.Y) > 1 {
					t.Errorf("%v %s %d px: painted %v, the letters are %v", Preset(preset), s.weight(), s.px, painted, s.ink)
				}
				if d := painted.Max.Sub(s.ink.Max); abs(d.X) > 1 || abs(d.Y) > 1 {
					t.Errorf("%v %s %d px: painted %v, the letters are %v", Preset(preset), s.weight(), s.px, painted, s.ink)
				}
			}
			sheet, y = nil, 0
			p.fill(p.window(), look.ground)
		}
		p.fill(p.window(), look.ground)
		for _, f := range types {
			b := p.fit("ẨỄỘ", wide.w, style{px: f.px, bold: f.bold})
			if y+b.height()+20 > wide.h {
				check()
			}
			room := image.Rect(40, y+10, 40+b.width, y+10+b.height())
			y = room.Max.Y + 10
			area := clip.Rect(image.Rect(0, room.Min.Y, wide.w, room.Max.Y)).Push(p.gtx.Ops)
			p.draw(b, room, room.Min.Y-b.top, look.text)
			area.Pop()
			sheet = append(sheet, placed{f, b.ink.Add(image.Pt(room.Min.X, room.Min.Y-b.top))})
		}
		check()
	}

	// The control: a row less room is seen.
	p.c = Day.colours()
	look := p.c.page
	p.gtx.Ops.Reset()
	p.fill(p.window(), look.ground)
	b := p.fit("ẨỄỘ", wide.w, style{px: 60, bold: true})
	ink := b.ink.Add(image.Pt(40, 200))
	area := clip.Rect(image.Rect(0, ink.Min.Y+4, wide.w, ink.Max.Y)).Push(p.gtx.Ops)
	p.draw(b, image.Rect(40, 0, 1000, 400), 200, look.text)
	area.Pop()
	if painted := paintedIn(q.take(p), ink.Inset(-8), look.ground); painted.Min.Y <= ink.Min.Y+1 {
		t.Error("a mark that is cut off is not seen")
	}
}

// paintedIn is the box of what differs from the ground.
func paintedIn(img *image.RGBA, r image.Rectangle, ground color.NRGBA) (box image.Rectangle) {
	r = r.Intersect(img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := img.RGBAAt(x, y)
			if abs(int(c.R)-int(ground.R))+abs(int(c.G)-int(ground.G))+abs(int(c.B)-int(ground.B)) > 70 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// Colour is never alone: in one grey, the shapes of outcomes, of moods and of
// what the barrier did are told apart, in every preset.
func TestShapesDifferInGrey(t *testing.T) {
	q, p := newPaper(t), newPage(t, image.Pt(wide.w, wide.h), "vi")
	const side = 120
	grey := ink{ground: rgb(0xFFFFFF), text: rgb(0x000000)}
	mask := func(draw func(image.Rectangle)) []bool {
		p.fill(p.window(), grey.ground)
		draw(image.Rect(20, 20, 20+side, 20+side))
		img := q.take(p)
		out := make([]bool, 0, (side+20)*(side+20))
		for y := 10; y < side+30; y++ {
			for x := 10; x < side+30; x++ {
				out = append(out, img.RGBAAt(x, y).G < 128)
			}
		}
		return out
	}
	apart := func(a, b []bool) float64 {
		n := 0
		for i := range a {
			if a[i] != b[i] {
				n++
			}
		}
		return float64(n) / float64(len(a))
	}
	for preset := range presets {
		p.c = Preset(preset).colours()
		p.c.page = grey
		sets := map[string][][]bool{}
		for _, o := range []scanner.Outcome{scanner.Refuse, scanner.Refer, scanner.Admit} {
			sets["outcomes"] = append(sets["outcomes"], mask(func(r image.Rectangle) { p.badge(r, o, grey) }))
		}
		for _, m := range []mood{well, soso, bad} {
			sets["moods"] = append(sets["moods"], mask(func(r image.Rectangle) { p.sign(r, m) }))
		}
		for _, turned := range []Turned{TurnAwaited, TurnCompleted, TurnAnnulled} {
			sets["barrier"] = append(sets["barrier"], mask(func(r image.Rectangle) { p.gate(r, turned, grey) }))
		}
		for what, shapes := range sets {
			for i := range shapes {
				for j := range i {
					if d := apart(shapes[i], shapes[j]); d < 0.08 {
						t.Errorf("%v: %s %d and %d differ in %.1f %% of their pixels only", Preset(preset), what, i, j, 100*d)
					}
				}
			}
		}
		again := mask(func(r image.Rectangle) { p.sign(r, well) })
		if d := apart(again, sets["moods"][0]); d != 0 {
			t.Errorf("the same shape twice differs in %.1f %%", 100*d)
		}
	}
}
