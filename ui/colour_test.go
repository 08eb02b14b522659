package ui

import (
	"image/color"
	"math"
	"reflect"
	"testing"
)

// Every text stands 7:1 from its ground (WCAG 2.2 §1.4.6), every large shape
// 3:1 (§1.4.11), in every preset.
func TestContrast(t *testing.T) {
	for i, c := range presets {
		pairs := 0
		v := reflect.ValueOf(c)
		for f := range v.NumField() {
			if v.Field(f).Type() != reflect.TypeFor[ink]() {
				continue
			}
			pairs++
			name := v.Type().Field(f).Name
			pair := inkOf(c, name)
			if got := Contrast(pair.ground, pair.text); got < 7 {
				t.Errorf("%v %s: text and ground are %.2f:1 apart, want 7", Preset(i), name, got)
			}
			if got := Contrast(pair.ground, pair.badge()); got < 3 {
				t.Errorf("%v %s: shape and ground are %.2f:1 apart, want 3", Preset(i), name, got)
			}
			// A finger on a control must not make it illegible.
			if got := Contrast(mix(pair.text, pair.ground, pressedWeight), pair.text); got < 4.5 {
				t.Errorf("%v %s: while pressed only %.2f:1, want 4.5", Preset(i), name, got)
			}
		}
		if got := Contrast(c.accent(), c.page.ground); got < 3 {
			t.Errorf("%v: accent and page are %.2f:1 apart, want 3", Preset(i), got)
		}
		if pairs < 14 {
			t.Errorf("%v: only %d pairs were checked", Preset(i), pairs)
		}
		if c.stroke < 1 {
			t.Errorf("%v has no stroke", Preset(i))
		}
	}
}

func inkOf(c colours, name string) ink {
	return map[string]ink{
		"admit": c.admit, "refuse": c.refuse, "refer": c.refer, "page": c.page, "quiet": c.quiet, "field": c.field, "key": c.key,
		"act": c.act, "idle": c.idle, "bar": c.bar, "chosen": c.chosen, "other": c.other, "alert": c.alert, "amber": c.amber, "hint": c.hint,
	}[name]
}

// At night nothing large is bright.
func TestNightIsDim(t *testing.T) {
	c := Night.colours()
	for name, ground := range map[string]color.NRGBA{
		"admit": c.admit.ground, "refuse": c.refuse.ground, "refer": c.refer.ground, "page": c.page.ground,
		"admit's shape": c.admit.badge(), "refuse's shape": c.refuse.badge(), "refer's shape": c.refer.badge(), "hint": c.hint.ground, "chosen": c.chosen.ground,
	} {
		if l := luminance(ground); l > 0.35 {
			t.Errorf("%s has the luminance %.2f", name, l)
		}
	}
}

// The published examples: black and white, and the grey that just passes AA.
func TestContrastFormula(t *testing.T) {
	for _, c := range []struct {
		a, b uint32
		want float64
	}{{0x000000, 0xFFFFFF, 21}, {0xFFFFFF, 0xFFFFFF, 1}, {0x767676, 0xFFFFFF, 4.54}, {0xFF0000, 0xFFFFFF, 4.00}} {
		if got := Contrast(rgb(c.a), rgb(c.b)); math.Abs(got-c.want) > 0.01 {
			t.Errorf("#%06X on #%06X: %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
	if Contrast(rgb(0x777777), rgb(0x888888)) >= 7 {
		t.Error("the control passes")
	}
}

func TestParsePreset(t *testing.T) {
	for _, p := range []Preset{Day, Night, Sun} {
		if got, ok := ParsePreset(p.String()); !ok || got != p {
			t.Errorf("%v does not survive its name", p)
		}
	}
	if _, ok := ParsePreset("dusk"); ok {
		t.Error("dusk is a preset")
	}
	if Preset(200).colours().stroke == 0 {
		t.Error("an unknown preset has no colours")
	}
}
