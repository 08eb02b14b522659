package main

import (
	"context"
	"runtime"
	"time"

	"chot/ui"

	"gioui.org/app"
	"gioui.org/io/system"
	"gioui.org/op"
)

// show draws snapshots until the window is closed or ctx ends.
func (k *kiosk) show(ctx context.Context) error {
	screen, err := ui.New()
	if err != nil {
		return err
	}
	// Until a compositor names a size, Gio's Wayland window that is to fill the
	// screen has none, and some leave it to the program (cage does): it would
	// panic. A window of its own size has one at once, and may grow afterwards.
	drawn := make(chan struct{})
	go func() {
		select {
		case <-drawn:
			if k.options.fullscreen {
				k.window.Option(app.Fullscreen.Option())
			}
			<-ctx.Done()
		case <-ctx.Done():
		}
		k.window.Perform(system.ActionClose)
		// On X11 Gio leaves what that sends in its buffer until it draws again
		// (gioui.org v0.10.3, x11Window.close): a page at rest would stay for the
		// rest of the minute.
		k.window.Invalidate()
	}()
	var ops op.Ops
	for {
		switch e := k.window.Event().(type) {
		case app.DestroyEvent:
			return e.Err
		case app.ViewEvent:
			// The window is gone, and the event that says so comes after this one.
			// Who asks Gio for it has a new window made first, and waits for ever
			// where that fails (gioui.org v0.10.3, Window.Event, Window.processEvent).
			// Android takes a window's view away, and gives it another, while it lives.
			if runtime.GOOS != "android" && !e.Valid() {
				k.log.Info("the window is closed")
				return nil
			}
		case app.FrameEvent:
			if k.frames.Load() == 0 {
				k.known.wait(ctx, patience)
			}
			now := time.Now()
			gtx, snap := whole(&ops, e), k.model.Snapshot(now)
			snap.Insets = covered(e)
			k.hand.drawing(screen, snap)
			for _, intent := range screen.Layout(gtx, snap) {
				k.hand.used(now)
				k.apply(intent, now)
			}
			for _, order := range k.model.Orders() {
				k.ask(order)
			}
			gtx.Execute(op.InvalidateCmd{At: k.model.Tick(now)})
			e.Frame(gtx.Ops)
			if k.frames.Add(1) == 1 {
				close(drawn)
			}
		}
	}
}

// apply folds an intent into the model and passes on what it asks a verdict for.
func (k *kiosk) apply(intent ui.Intent, now time.Time) {
	if payload, judge := k.model.Apply(intent, now); judge {
		k.ask(payload)
	}
}

// ask hands the station something to do. What is told of the screen and of the
// operator's choices must not be lost, and there is room for a minute of them.
func (k *kiosk) ask(what any) {
	if k.hand.do(what) {
		return
	}
	if w, ok := what.(ui.Torch); ok {
		if lamp := k.lamp.Load(); lamp != nil {
			lamp.Switch(w.On)
		}
		return
	}
	select {
	case k.work <- what:
	default: // the station is far behind: dropping is seen at once, waiting would freeze the screen
		k.log.Warn("the station is busy; an input was dropped")
	}
}
