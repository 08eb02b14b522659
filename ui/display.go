package ui

import (
	"image"

	"chot/assets"
)

// display offers language, colours and size of type; each takes effect at
// once, so the screen itself is the trial.
func (p *page) display() {
	body, foot := p.sheet(p.w.Display.Title)
	p.back(foot)
	var languages []tile
	for _, l := range assets.Languages() {
		languages = append(languages, tile{key: "language-" + l, label: p.ui.languages[l].Name, intent: SetLanguage{Language: l}, chosen: l == p.w.Language})
	}
	var presets []tile
	for i, name := range []string{p.w.Display.Day, p.w.Display.Night, p.w.Display.Sun} {
		presets = append(presets, tile{key: nth("preset", i), label: name, intent: SetPreset{Preset: Preset(i)}, chosen: p.snap.Preset == Preset(i)})
	}
	sizes := []tile{
		{key: "size-plain", label: p.w.Display.Plain, intent: SetLarge{}, chosen: !p.snap.Large},
		{key: "size-large", label: p.w.Display.Large, intent: SetLarge{On: true}, chosen: p.snap.Large},
	}
	p.choices(body, []choices{{p.w.Display.Language, languages}, {p.w.Display.Preset, presets}, {p.w.Display.Size, sizes}})
}

// choices are segments with their label.
type choices struct {
	label string
	all   []tile
}

func (p *page) choices(r image.Rectangle, groups []choices) {
	gap := p.u(18)
	h := min((r.Dy()-(len(groups)-1)*gap)/len(groups), p.reach(150))
	for _, g := range groups {
		var row image.Rectangle
		row, r = cutTop(r, h)
		_, r = cutTop(r, gap)
		if p.upright() {
			label, rest := cutTop(row, p.u(52))
			p.write(label, g.label, style{px: p.u(32), bold: true}, p.c.quiet.text)
			p.segments(rest, g.all)
			continue
		}
		label, rest := cutLeft(row, row.Dx()*22/100)
		_, rest = cutLeft(rest, p.u(20))
		p.write(label, g.label, style{px: p.u(34), bold: true, lines: 2, floor: p.u(20)}, p.c.quiet.text)
		p.segments(rest, g.all)
	}
}
