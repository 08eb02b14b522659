package ui

import (
	"image"
	"image/color"

	"gioui.org/f32"
	"gioui.org/font"
	"gioui.org/op"
	"gioui.org/op/clip"
	"gioui.org/op/paint"
	"gioui.org/text"

	"golang.org/x/image/math/fixed"
)

// An align says where in its space a text stands.
type align uint8

const (
	left align = iota
	middle
	right
)

// A style is how a text is set.
type style struct {
	px    int // size of the type
	bold  bool
	lines int  // at most; 0 means 1
	wrap  bool // prose: rather more lines than smaller type
	align align
	floor int // the size may shrink to this so the text fits; 0 means half
}

// lineScale is the distance of baselines in ems: Vietnamese capitals carry
// two marks on top (Ẫ) and one below (Ậ), which must not touch.
const lineScale = 1.36

// typeSize keeps a size to what the shaper can number: it panics above 1023
// pixels and below 0.
func typeSize(px int) int { return min(max(px, smallest), largest) }

const smallest, largest = 6, 900

// A block is a text that has been set and not drawn yet.
type block struct {
	glyphs []text.Glyph
	text   string
	px     int
	align  align
	lines  int
	cut    bool // it did not fit: words are missing
	// ink is the box of what is painted, relative to the left end of the
	// first baseline; width is its advance.
	ink   image.Rectangle
	width int
	// top and bottom bound the block for stacking: room for the marks of
	// every capital, whether this text has them or not.
	top, bottom int
}

// height is the room a block takes when blocks are stacked.
func (b block) height() int { return b.bottom - b.top }

// largeTenths is how much larger large type is, in tenths. Where there is no
// room for it, it shrinks back.
const largeTenths = 13

// set lays a text out in width pixels at the largest size its style allows.
func (p *page) set(s string, width int, st style) block {
	if p.snap.Large {
		if st.floor == 0 {
			st.floor = typeSize(st.px) / 2
		}
		st.px = st.px * largeTenths / 10
	}
	return p.fit(s, width, st)
}

// fit is set at the size given. A somewhat smaller size on fewer lines is
// better than a full one on more.
func (p *page) fit(s string, width int, st style) block {
	most := max(st.lines, 1)
	full := typeSize(st.px)
	if st.floor == 0 {
		st.floor = full / 2
	}
	for st.lines = 1; ; st.lines++ {
		floor := st.floor
		switch {
		case st.lines < most && st.wrap:
			floor = full
		case st.lines < most:
			floor = max(floor, full*3/4)
		}
		for st.px = full; ; st.px = max(floor, min(st.px-1, st.px*15/16)) {
			b := p.setAt(s, width, st)
			if !b.cut || st.lines == most && st.px <= floor {
				return b
			}
			if st.px <= floor {
				break
			}
		}
	}
}

func (p *page) setAt(s string, width int, st style) block {
	face := font.Font{}
	if st.bold {
		face.Weight = font.Bold
	}
	st.px = typeSize(st.px)
	b := block{text: s, px: st.px, align: st.align, lines: 1}
	p.ui.shaper.LayoutString(text.Parameters{
		Font: face, PxPerEm: fixed.I(st.px), MaxLines: st.lines, MaxWidth: max(width, 1),
		WrapPolicy: text.WrapWords, LineHeightScale: lineScale, Locale: p.gtx.Locale,
	}, s)
	base, line := int32(-1), int32(0)
	for g, ok := p.ui.shaper.NextGlyph(); ok; g, ok = p.ui.shaper.NextGlyph() {
		if base < 0 {
			base = g.Y
		}
		if g.Flags&text.FlagTruncator != 0 {
			b.cut = true
		}
		if g.Y -= base; g.Y != line {
			line = g.Y
			b.lines++
		}
		b.glyphs = append(b.glyphs, g)
		b.width = max(b.width, (g.X + g.Advance).Ceil())
		if g.Bounds.Max.X > g.Bounds.Min.X {
			b.ink = b.ink.Union(image.Rect(
				(g.X + g.Bounds.Min.X).Floor(), int(g.Y)+g.Bounds.Min.Y.Floor(),
				(g.X + g.Bounds.Max.X).Ceil(), int(g.Y)+g.Bounds.Max.Y.Ceil()))
		}
		b.top = min(b.top, int(g.Y)-g.Ascent.Ceil(), b.ink.Min.Y)
		b.bottom = max(b.bottom, int(g.Y)+g.Descent.Ceil(), b.ink.Max.Y)
	}
	if b.width > width {
		b.cut = true // one word is wider than the space
	}
	return b
}

// draw paints a block with its first baseline at y, in r's width.
func (p *page) draw(b block, r image.Rectangle, baseline int, c color.NRGBA) {
	ops := p.gtx.Ops
	for from := 0; from < len(b.glyphs); {
		to, y := from+1, b.glyphs[from].Y
		for to < len(b.glyphs) && b.glyphs[to].Y == y {
			to++
		}
		line := b.glyphs[from:to]
		last := line[len(line)-1]
		x := r.Min.X
		switch b.align {
		case middle:
			x += (r.Dx() - (last.X + last.Advance).Round()) / 2
		case right:
			x += r.Dx() - (last.X + last.Advance).Round()
		}
		at := f32.Pt(float32(x)+float32(line[0].X)/64, float32(baseline+int(y)))
		moved := op.Affine(f32.AffineId().Offset(at)).Push(ops)
		shape := clip.Outline{Path: p.ui.shaper.Shape(line)}.Op().Push(ops)
		paint.ColorOp{Color: c}.Add(ops)
		paint.PaintOp{}.Add(ops)
		shape.Pop()
		moved.Pop()
		from = to
	}
}

// write sets a text, centres it in r's height, paints it and tells it.
func (p *page) write(r image.Rectangle, s string, st style, c color.NRGBA) block {
	b := p.paint(r, s, st, c)
	p.tell(r, s)
	return b
}

// paint is write for a text that a control around it tells.
func (p *page) paint(r image.Rectangle, s string, st style, c color.NRGBA) block {
	b := p.within(r, s, st)
	// Capitals look centred when their own height is, not the room for marks.
	p.draw(b, r, r.Min.Y+(r.Dy()-int(b.glyphsY())+b.capital())/2, c)
	return b
}

// capital is the height of a capital without marks (OpenType OS/2,
// sCapHeight: 714 of 1000 in both fonts).
func (b block) capital() int { return int(float32(b.px) * 0.714) }

// within sets a text as large as its style allows in all of r.
func (p *page) within(r image.Rectangle, s string, st style) block {
	b := p.set(s, r.Dx(), st)
	for b.height() > r.Dy() && b.px > smallest && r.Dy() > 0 {
		st.px = max(min(b.px*15/16, b.px-1), smallest)
		st.floor = min(st.floor, st.px)
		b = p.fit(s, r.Dx(), st)
	}
	return b
}

// glyphsY is the last baseline relative to the first.
func (b block) glyphsY() int32 {
	if n := len(b.glyphs); n > 0 {
		return b.glyphs[n-1].Y
	}
	return 0
}

// A stack is a column of blocks, each with the space before it.
type stack struct {
	items  []stacked
	height int
}

type stacked struct {
	block
	before int
	colour color.NRGBA
	tight  bool // stacked by its ink, not by the room for marks
}

func (s *stack) add(b block, before int, c color.NRGBA) {
	if len(s.items) == 0 {
		before = 0
	}
	s.items = append(s.items, stacked{block: b, before: before, colour: c})
	s.height += before + b.height()
}

// addTight is add for a word so large that only its own ink matters.
func (s *stack) addTight(b block, before int, c color.NRGBA) {
	if len(s.items) == 0 {
		before = 0
	}
	b.top, b.bottom = b.ink.Min.Y, b.ink.Max.Y
	s.items = append(s.items, stacked{block: b, before: before, colour: c, tight: true})
	s.height += before + b.height()
}

// drawStack paints a column from y down and tells each of its texts.
func (p *page) drawStack(s stack, r image.Rectangle, y int) {
	for _, it := range s.items {
		y += it.before
		at := r
		if it.tight && it.align == left {
			at.Min.X -= it.ink.Min.X // a stem, not its bearing, stands at the margin
		}
		p.draw(it.block, at, y-it.top, it.colour)
		p.tell(image.Rect(r.Min.X, y, r.Max.X, y+it.height()), it.text)
		y += it.height()
	}
}
