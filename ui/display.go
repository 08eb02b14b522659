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

// rowHeight is how high a row of choices is, with its label above where the
// window is upright.
func (p *page) rowHeight() int {
	if p.upright() {
		return p.u(52) + p.reach(110)
	}
	return p.reach(150)
}

// choices are segments with their label.
type choices struct {
	label string
	all   []tile
}

func (p *page) choices(r image.Rectangle, groups []choices) {
	for i, row := range p.rows(r, len(groups)) {
		p.segments(p.labelled(row, groups[i].label), groups[i].all)
	}
}

// rows cuts r into n rows of choices, in two columns where it is too low for
// fingers otherwise.
func (p *page) rows(r image.Rectangle, n int) (all []image.Rectangle) {
	gap := p.u(18)
	h := min((r.Dy()-(n-1)*gap)/n, p.rowHeight())
	cols := 1
	if !p.upright() && h < p.reach(0) {
		cols = 2
		h = min((r.Dy()-((n+1)/2-1)*gap)/((n+1)/2), p.u(44)+p.reach(0))
	}
	w := (r.Dx() - (cols-1)*p.u(36)) / cols
	lines := (n + cols - 1) / cols
	r = p.low(r, lines*h+(lines-1)*gap)
	for i := range n {
		at := r.Min.Add(image.Pt(i%cols*(w+p.u(36)), i/cols*(h+gap)))
		all = append(all, image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))})
	}
	return all
}
