package main

import (
	"image"
	"testing"
	"time"

	"chot/camera"
	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/ui"
)

// What a handheld's camera sees is shown as the screen is turned, and its lamp can
// be switched for as long as the camera is there.
func TestBridgeOfABuiltInCamera(t *testing.T) {
	k := &kiosk{model: ui.NewModel(ui.Settings{}), work: make(chan any, 1)}
	b := &bridge{kiosk: k}
	begin := func(lit bool) {
		k.lamp.Store(new(camera.Lamp))
		b.torch(lit)
	}
	show := func(m camera.Mount) ui.Snapshot {
		b.shown = time.Time{}
		b.seen(station.Seen{Frame: camera.Frame{Image: image.NewGray(image.Rect(0, 0, 64, 48)), Mount: m}})
		return k.model.Snapshot(time.Now())
	}
	back, front := camera.Mount{Facing: camera.Back, Degrees: 90, Lamp: true}, camera.Mount{Facing: camera.Front, Degrees: 270}
	begin(false)
	for rotation := range 4 {
		k.rotation.Store(int32(rotation))
		if p := show(back).Preview; p.Turns != back.Turns(rotation) || p.Mirror {
			t.Errorf("rotation %d: the back camera's picture is turned by %d, mirror %v", rotation, p.Turns, p.Mirror)
		}
		if p := show(front).Preview; p.Turns != front.Turns(rotation) || !p.Mirror {
			t.Errorf("rotation %d: the front camera's picture is turned by %d, mirror %v", rotation, p.Turns, p.Mirror)
		}
	}

	torch := func(what string, want ui.TorchState, lit bool) {
		t.Helper()
		if got := k.model.Snapshot(time.Now()).Torch; got != want {
			t.Errorf("%s: the torch is %v", what, got)
		}
		if k.lamp.Load().Lit(false) != lit {
			t.Errorf("%s: the lamp is lit: %v", what, !lit)
		}
	}
	torch("a camera with a lamp", ui.TorchOff, false)
	k.apply(ui.SetTorch{On: true}, time.Now())
	for _, order := range k.model.Orders() {
		k.ask(order)
	}
	torch("switched on", ui.TorchOn, true)
	camera := station.SourceState{Name: "camera auto", Kind: "camera", Up: true}
	b.state(station.State{Sources: []station.SourceState{camera}})
	torch("still there", ui.TorchOn, true)
	camera.Up = false
	b.state(station.State{Sources: []station.SourceState{camera, {Kind: "wedge", Up: true}}})
	torch("away", ui.NoTorch, true)
	show(back)
	torch("back again", ui.TorchOn, true)
	begin(false)
	torch("another station", ui.NoTorch, false)
	show(front)
	torch("without a lamp", ui.NoTorch, false)
	begin(true)
	show(back)
	torch("as chot.toml says", ui.TorchOn, false)
	if len(k.work) > 0 {
		t.Error("the station is asked for the lamp")
	}
}

// However fast a camera is, the preview changes at most 15 times a second.
func TestPreviewRate(t *testing.T) {
	b := &bridge{kiosk: &kiosk{model: ui.NewModel(ui.Settings{})}}
	frame := station.Seen{Frame: camera.Frame{Image: image.NewGray(image.Rect(0, 0, 64, 48))}}
	began, sent, shown := time.Now(), 0, 0
	for ; shown < 4; sent++ {
		if b.seen(frame) {
			shown++
			b.model.Snapshot(time.Now()) // the window has drawn it
		}
	}
	if most := int(time.Since(began)/(time.Second/16)) + 1; shown > most || sent == shown {
		t.Errorf("of %d frames %d were shown in %v", sent, shown, time.Since(began))
	}
}

// Only what delivers is shown as ready.
func TestSourceStates(t *testing.T) {
	for want, s := range map[ui.SourceState]station.SourceState{
		ui.SourceWorking:   {Up: true, LastRead: time.Now()},
		ui.SourceWaiting:   {Up: true},
		ui.SourceAbsent:    {},
		ui.SourceForbidden: {Fault: scanner.FaultPermissionInput},
		ui.SourceLost:      {Fault: scanner.FaultReader, LastRead: time.Now()},
	} {
		if v := sourceViews([]station.SourceState{s}); v[0].State != want {
			t.Errorf("%+v is shown as %d, want %d", s, v[0].State, want)
		}
	}
}
