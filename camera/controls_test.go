package camera

import (
	"errors"
	"maps"
	"testing"
	"time"
)

// panel is a camera's controls that behave as a driver's do: a fixed time and a
// fixed focus are refused while the camera chooses its own.
type panel struct {
	has   map[uint32]bounds
	is    map[uint32]int32
	modes []int32 // of the exposure; others are refused
}

func (p panel) bounds(id uint32) (bounds, bool) { b, ok := p.has[id]; return b, ok }

func (p panel) set(id uint32, value int32) error {
	b, ok := p.has[id]
	refused := !ok || value < b.min || value > b.max || b.step > 1 && (value-b.min)%b.step != 0
	switch id {
	case cidAutoExposure:
		refused = true
		for _, m := range p.modes {
			refused = refused && m != value
		}
	case cidExposure:
		refused = refused || p.is[cidAutoExposure] != exposureManual
	case cidFocus:
		refused = refused || p.is[cidAutoFocus] != 0
	}
	if refused {
		return errors.New("refused")
	}
	p.is[id] = value
	return nil
}

var webcamPanel = map[uint32]bounds{
	cidPowerLine: {0, 2, 1}, cidAutoExposure: {0, 3, 1}, cidExposure: {3, 2047, 1}, cidExposurePriority: {0, 1, 1},
	cidFocus: {0, 250, 5}, cidAutoFocus: {0, 1, 1}, cidBacklight: {0, 2, 1}, cidTorch: {0, 2, 1},
}

func TestControls(t *testing.T) {
	usb := []int32{exposureManual, exposureAperture}
	for _, c := range []struct {
		name  string
		want  Controls
		modes []int32
		is    map[uint32]int32
	}{
		{"a gate", Controls{}, usb, map[uint32]int32{cidPowerLine: 1, cidAutoExposure: 3, cidExposurePriority: 0, cidAutoFocus: 1, cidBacklight: 0, cidTorch: 0}},
		{"a camera with another automatic", Controls{PowerLine: Mains60Hz}, []int32{exposureAuto}, map[uint32]int32{cidPowerLine: 2, cidAutoExposure: 0, cidExposurePriority: 0, cidAutoFocus: 1, cidBacklight: 0, cidTorch: 0}},
		{"all fixed", Controls{PowerLine: MainsOff, Exposure: 8 * time.Millisecond, Focus: 50, Backlight: true, Torch: true, SlowInTheDark: true}, usb,
			map[uint32]int32{cidPowerLine: 0, cidAutoExposure: 1, cidExposure: 80, cidExposurePriority: 1, cidAutoFocus: 0, cidFocus: 120, cidBacklight: 2, cidTorch: 2}},
		{"beyond what it can", Controls{Exposure: time.Minute, Focus: 1000}, usb,
			map[uint32]int32{cidPowerLine: 1, cidAutoExposure: 1, cidExposure: 2047, cidExposurePriority: 0, cidAutoFocus: 0, cidFocus: 250, cidBacklight: 0, cidTorch: 0}},
		{"below what it can", Controls{Exposure: time.Microsecond, Focus: 1}, usb,
			map[uint32]int32{cidPowerLine: 1, cidAutoExposure: 1, cidExposure: 3, cidExposurePriority: 0, cidAutoFocus: 0, cidFocus: 0, cidBacklight: 0, cidTorch: 0}},
		{"left alone", Controls{Leave: true, Torch: true}, usb, map[uint32]int32{}},
	} {
		p := panel{webcamPanel, map[uint32]int32{}, c.modes}
		done := c.want.apply(p)
		if !maps.Equal(p.is, c.is) || len(done) != len(c.is) {
			t.Errorf("%s: set %v (%d), want %v", c.name, p.is, len(done), c.is)
		}
	}
	// A camera with one control, and one with none.
	p := panel{map[uint32]bounds{cidPowerLine: {0, 2, 1}}, map[uint32]int32{}, nil}
	if done := (Controls{Focus: 3, Exposure: 1}).apply(p); len(done) != 1 || p.is[cidPowerLine] != powerLine50 {
		t.Errorf("set %v", p.is)
	}
	if done := (Controls{}).apply(panel{}); done != nil {
		t.Errorf("set %v on a camera without controls", done)
	}
}
