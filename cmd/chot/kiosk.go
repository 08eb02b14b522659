package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/store"
	"chot/ui"

	"gioui.org/app"
	"gioui.org/unit"
)

// A kiosk is one window and the station behind it. The station's goroutines
// write to the model, the window's reads snapshots of it; nothing else crosses.
type kiosk struct {
	options options
	config  station.Config
	log     *slog.Logger
	model   *ui.Model
	window  *app.Window
	work    chan work // payloads and settings from the window, in order
}

// work is what the window asks of the station.
type work struct {
	payload   *scanner.Payload
	direction *scanner.Direction
}

func run(ctx context.Context, o options, log *slog.Logger) error {
	config, err := station.LoadConfig(o.site)
	if err != nil {
		return err
	}
	if o.language != "" {
		config.Language = o.language
	}
	settings := ui.Settings{Language: config.Language, Mirror: o.mirror, Direction: config.Direction}
	if !station.Enrolled(o.site) {
		settings.Setup = "chotctl enrol --site " + o.site + " enrolment.json"
	}
	k := &kiosk{options: o, config: config, log: log, model: ui.NewModel(settings), window: new(app.Window), work: make(chan work, 16)}
	k.window.Option(app.Title("Chốt"), app.Size(unit.Dp(1280), unit.Dp(720)))
	if o.fullscreen {
		k.window.Option(app.Fullscreen.Option())
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stationEnded := make(chan struct{})
	go func() {
		defer close(stationEnded)
		k.attend(ctx)
	}()
	err = k.show(ctx)
	cancel()
	<-stationEnded
	return err
}

// attend keeps a station running for as long as the window is open. What
// stops it becomes a fault on the screen, and it is tried again: whoever
// stands there mends what the screen says and need not start a program.
func (k *kiosk) attend(ctx context.Context) {
	for ctx.Err() == nil {
		err := k.scan(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !errors.Is(err, station.ErrNotEnrolled) {
			k.log.Error("station stopped", "err", err)
			k.model.SetState(0, ui.ListAge{}, []scanner.Fault{faultOf(err)})
		}
		k.window.Invalidate()
		k.rest(ctx, 2*time.Second)
	}
}

// rest waits, and drops what the window asks meanwhile: without a journal
// there is no verdict.
func (k *kiosk) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-k.work:
		}
	}
}

func faultOf(err error) scanner.Fault {
	switch {
	case errors.Is(err, store.ErrForeign):
		return scanner.FaultJournalForeign
	case errors.Is(err, station.ErrNotEnrolled):
		return scanner.FaultNotEnrolled
	}
	return scanner.FaultJournal
}

// scan opens the station and runs it until it ends.
func (k *kiosk) scan(ctx context.Context) error {
	sources, err := k.options.choose(k.config)
	if err != nil {
		return err
	}
	b := &bridge{model: k.model, invalidate: k.window.Invalidate}
	s, err := station.Open(k.options.site, station.Options{
		Sources: sources, Patient: true, Drain: 5 * time.Second, Observe: b.event, Log: k.log,
	})
	if err != nil {
		return err
	}
	k.model.Enrolled()
	b.state(s.State())
	s.SetDirection(k.model.Direction())

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for {
		select {
		case w := <-k.work:
			k.serve(ctx, s, w)
		case err := <-ended:
			if closeErr := s.Close(); err == nil {
				err = closeErr
			}
			if err == nil {
				err = fmt.Errorf("every source has ended")
			}
			return err
		}
	}
}

func (k *kiosk) serve(ctx context.Context, s *station.Station, w work) {
	if w.direction != nil {
		s.SetDirection(*w.direction)
	}
	if w.payload != nil {
		s.Submit(ctx, *w.payload)
	}
}
