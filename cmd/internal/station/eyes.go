package station

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"chot/camera"
	"chot/camera/intent"
	"chot/camera/serial"
	"chot/camera/wedge"
	"chot/scanner"

	"golang.org/x/sync/errgroup"
)

// A Read is what a source has read, before anybody judged it. Bytes are the
// hearer's.
type Read struct {
	Source string // as in SourceState.Name; "window" for what came from there
	Input  string
	Bytes  []byte
	At     time.Time
}

// A SourceState is how one source does.
type SourceState struct {
	Name     string // as chot.toml says it: "camera auto", "serial /dev/ttyUSB0,9600"
	Kind     string // "camera", "frames", "serial", "wedge", "intent" or "typed"
	Up       bool
	Fault    scanner.Fault // "" when it is up, or waits for a device that may come
	LastRead time.Time     // of a code; zero when none came
	Maker    string        // of a scan key, once one is enrolled
	Refused  uint64        // broadcasts of others since the start
}

// Eyes run sources through unplugs and hand on what they read. A Station has
// them, and so has a device that is not enrolled yet.
type eyes struct {
	sources    Sources
	controls   camera.Controls // of the cameras
	lamp       *camera.Lamp
	patient    bool
	within     time.Duration // what decoding a live frame may take; 0 is budget
	log        *slog.Logger
	now        func() scanner.Instant
	told       func(Event)
	fault      func(who string, f scanner.Fault)
	changed    func()
	broadcasts Broadcasts
	key        *ScanKey
	keep       func(intent.Enrolled) // may be nil: there is no journal yet
	take       func(context.Context, scanner.Payload, scanner.Instant, Scanned, time.Time) scanner.Result

	mu      sync.Mutex
	states  []SourceState
	was     map[string]bool   // by source that has told how it does: it has been up
	why     map[string]string // by source that is away: what was logged of it
	divert  func(Read) bool
	testing string          // the source that the supervisor tries out
	repeats scanner.Repeats // of whatever looks at the same lane: cameras, readers, the window
	window  time.Time       // when the window last handed something on
}

// Divert has hear be told of what sources read from now on; what it returns
// true for is not judged. nil ends it. hear is called from the sources'
// goroutines.
func (s *Station) Divert(hear func(Read) bool) { s.eyes.setDivert(hear) }

func (e *eyes) setDivert(hear func(Read) bool) {
	e.mu.Lock()
	e.divert = hear
	e.mu.Unlock()
}

// Look runs sources where there is no station yet, until ctx ends: what they
// read goes to hear, frames and how they do to o.Observe. Nothing is judged.
func Look(ctx context.Context, config Config, o Options, hear func(Read)) error {
	if err := o.Sources.check(); err != nil {
		return err
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	clock := newClock(o.Wall, func() time.Time { return time.Time{} })
	s := &Station{options: o, log: log, clock: clock, faults: map[string]scanner.Fault{}}
	e := &eyes{
		sources: o.Sources, controls: config.controls(), lamp: o.Lamp, patient: true, log: log, now: clock.now, told: s.told,
		take: func(context.Context, scanner.Payload, scanner.Instant, Scanned, time.Time) scanner.Result {
			return scanner.Result{}
		},
	}
	e.divert = func(r Read) bool { hear(r); return true }
	e.broadcasts, e.key = o.Broadcasts, o.scanKey()
	if len(o.Sources.Intents) > 0 {
		e.testing = "intent " + o.Sources.Intents[0] // whoever sets the device up presses it
	}
	e.changed = func() {
		s.mu.Lock()
		faults := worstFirst(s.faults)
		s.mu.Unlock()
		s.told(Changed{State{Sources: e.state(), Faults: faults, Now: clock.now()}})
	}
	e.fault = func(who string, f scanner.Fault) {
		s.mu.Lock()
		s.faults[who] = f
		s.mu.Unlock()
	}
	sources, sourced := errgroup.WithContext(ctx)
	for _, run := range e.all() {
		sources.Go(func() error { return run(sourced) })
	}
	sources.Go(func() error { <-sourced.Done(); return sourced.Err() })
	err := sources.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// read passes on what a source has read, unless it is diverted.
func (e *eyes) read(ctx context.Context, source string, p scanner.Payload, now scanner.Instant, s Scanned, began time.Time) scanner.Result {
	e.mu.Lock()
	for i := range e.states {
		if e.states[i].Name == source {
			e.states[i].LastRead = now.Wall
		}
	}
	if source == Window {
		e.window = now.Wall
	}
	divert := e.divert
	e.mu.Unlock()
	if divert != nil && divert(Read{Source: source, Input: p.Input, Bytes: slices.Clone(p.Bytes), At: now.Wall}) {
		return scanner.Result{}
	}
	return e.take(ctx, p, now, s, began)
}

// fresh reports whether what was read is a new scan: a camera sees a code for as
// long as it is held up, readers send it twice and again, and both may read it.
func (e *eyes) fresh(payload []byte, now scanner.Instant) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.repeats.Fresh(payload, now.Since)
}

// begin notes a source before its first report.
func (e *eyes) begin(name string) {
	kind, _, _ := strings.Cut(name, " ")
	e.mu.Lock()
	e.states = append(e.states, SourceState{Name: name, Kind: kind})
	e.mu.Unlock()
}

// up notes that a source delivers.
func (e *eyes) up(name string) {
	e.mu.Lock()
	delete(e.why, name)
	e.mu.Unlock()
	e.set(name, true, "")
}

// down notes why a source does not.
func (e *eyes) down(name string, err error) {
	if err == nil {
		return
	}
	e.mu.Lock()
	was, news := e.was[name], e.why[name] != err.Error()
	if e.why == nil {
		e.why = map[string]string{}
	}
	e.why[name] = err.Error()
	e.mu.Unlock()
	if news { // it is tried every second
		e.log.Warn("source away", "source", name, "err", err)
	}
	e.set(name, false, sourceFault(name, err, was))
}

// sourceFault is how a source that is away shows on the screen.
func sourceFault(name string, err error, was bool) scanner.Fault {
	kind, where, _ := strings.Cut(name, " ")
	where, _, _ = strings.Cut(where, ",")
	switch {
	case errors.Is(err, camera.ErrPermission):
		return scanner.FaultPermission
	case errors.Is(err, camera.ErrBusy), errors.Is(err, camera.ErrTooMany):
		return scanner.FaultCameraBusy
	case errors.Is(err, camera.ErrDisabled):
		return scanner.FaultCameraOff
	case errors.Is(err, camera.ErrCameraless):
		return scanner.FaultNoCamera
	case errors.Is(err, serial.ErrPermission):
		return scanner.FaultPermissionSerial
	case errors.Is(err, wedge.ErrPermission):
		return scanner.FaultPermissionInput
	case where == "auto" && !was:
		return "" // nothing was plugged in yet: it may come
	case kind == "camera":
		return scanner.FaultCamera
	}
	return scanner.FaultReader
}

func (e *eyes) set(name string, up bool, f scanner.Fault) {
	e.mu.Lock()
	for i := range e.states {
		if s := &e.states[i]; s.Name == name {
			s.Up, s.Fault = up, f
		}
	}
	if e.was == nil {
		e.was = map[string]bool{}
	}
	e.was[name] = e.was[name] || up
	e.mu.Unlock()
	e.fault(name, f)
	e.sum()
	e.changed()
}

// sum says that there is nothing to scan with when no source delivers and none
// has said why. One that has not told yet how it does may be about to.
func (e *eyes) sum() {
	e.mu.Lock()
	f := scanner.Fault("")
	if len(e.states) > 0 && !slices.ContainsFunc(e.states, func(s SourceState) bool {
		_, told := e.was[s.Name]
		return s.Up || s.Fault != "" || !told
	}) {
		f = scanner.FaultNoSource
	}
	e.mu.Unlock()
	e.fault("sources", f)
}

// state returns how every source does; the window is one once it handed
// something on.
func (e *eyes) state() []SourceState {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := slices.Clone(e.states)
	for i := range all {
		if all[i].Kind == "intent" {
			all[i].Maker, all[i].Refused = e.key.state()
		}
	}
	if !e.window.IsZero() {
		all = append(all, SourceState{Name: Window, Kind: Window, Up: true, LastRead: e.window})
	}
	return all
}
