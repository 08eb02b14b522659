package main

import (
	"image"
	"testing"
	"time"

	"chot/camera"
	"chot/cmd/internal/station"
	"chot/scanner/qr"
	"chot/ui"
)

// The window is drawn for what is new to see, not for every frame that a
// camera gives; a lamp is offered as soon as a camera has one.
func TestFramesAreDrawnForWhatIsNew(t *testing.T) {
	k := &kiosk{model: ui.NewModel(ui.Settings{})}
	b, drawn := &bridge{kiosk: k}, 0
	k.redraw = func() { drawn++ }
	frame := camera.Frame{Image: image.NewGray(image.Rect(0, 0, 64, 48)), At: time.Now()}
	saw := func(e station.Seen) (redrawn bool) {
		before := drawn
		e.Source = "camera"
		b.event(e)
		return drawn > before
	}
	if !saw(station.Seen{Frame: frame}) {
		t.Error("the first frame is not drawn")
	}
	b.shown = time.Now().Add(time.Hour) // the next picture is not due yet
	if saw(station.Seen{Frame: frame}) {
		t.Error("a frame that is not shown is drawn")
	}
	if !saw(station.Seen{Frame: frame, Symbols: []qr.Symbol{{}}}) || !saw(station.Seen{Frame: frame, Repeated: true}) {
		t.Error("a code is not drawn at once")
	}
	if k.model.Snapshot(time.Now()).Torch != ui.NoTorch {
		t.Error("a camera without a lamp offers one")
	}
	frame.Mount.Lamp = true
	saw(station.Seen{Frame: frame})
	if k.model.Snapshot(time.Now()).Torch != ui.TorchOff {
		t.Error("a camera's lamp is not offered")
	}
	k.ask(ui.Torch{On: true}) // goes to the camera, not to the station
	if len(k.work) != 0 {
		t.Error("the lamp waits for the station")
	}
}
