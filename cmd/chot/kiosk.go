package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chot/camera"
	"chot/camera/serial"
	"chot/camera/wedge"
	"chot/cmd/internal/station"
	"chot/cmd/internal/watchdog"
	"chot/scanner"
	"chot/store"
	"chot/sync/wire"
	"chot/ui"

	"gioui.org/app"
	"gioui.org/unit"
)

// A kiosk is one window and the station behind it. The station's goroutines
// write to the model, the window's reads snapshots of it; nothing else crosses.
type kiosk struct {
	options options
	log     *slog.Logger
	model   *ui.Model
	window  *app.Window
	redraw  func()   // has the window drawn anew; nil: there is none
	work    chan any // scanner.Payload and ui.Order from the window, in order
	bridge  *bridge
	sources station.Sources // of the newest station

	mu      sync.Mutex
	showing ui.Screen
	testing string          // the source under test, "" for none
	reading bool            // what sources read is looked at for a hub's code
	offered *wire.Enrolment // read, and shown to be confirmed
	last    judged
	frames  atomic.Uint64 // drawn since the start
	// rotation is how many quarter turns clockwise the screen draws by, as
	// Android's Display.getRotation counts them.
	rotation atomic.Int32
	// lamp switches the camera's; a station that begins finds it as chot.toml says.
	lamp  atomic.Pointer[camera.Lamp]
	key   station.ScanKey
	hand  hand
	known known // the model says what the device knows
}

// judged is the newest scan's payload, to be judged again with another
// purpose. It is in memory only, and forgotten with the next one.
type judged struct {
	seq     uint64
	at      time.Time
	payload scanner.Payload
}

func run(ctx context.Context, o options, log *slog.Logger) error {
	k := &kiosk{options: o, log: log, window: new(app.Window), work: make(chan any, 64)}
	if err := k.hand.take(ctx); err != nil {
		return err
	}
	config, err := station.LoadConfig(o.site)
	if err != nil {
		log.Error("settings", "err", err) // attend shows it, and goes on when it is mended
	}
	settings := o.settings(config)
	k.hand.settings(&settings)
	k.model = ui.NewModel(settings)
	k.bridge, k.redraw = &bridge{kiosk: k}, k.window.Invalidate
	// A kiosk's window never has a frame, also not before it fills the screen.
	k.window.Option(app.Title("Chốt"), app.Size(unit.Dp(1280), unit.Dp(720)), app.Decorated(!o.fullscreen))

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stationEnded := make(chan struct{})
	go func() {
		defer close(stationEnded)
		k.attend(ctx)
	}()
	watched := make(chan error, 1)
	go func() { watched <- watchdog.Run(ctx, k.answers) }()
	err = k.show(ctx)
	cancel()
	<-stationEnded
	if err := <-watched; err != nil {
		log.Warn("nobody watches the program", "err", err)
	}
	return err
}

// settings are what the command line and chot.toml say of the screen.
func (o options) settings(c station.Config) ui.Settings {
	if o.language != "" {
		c.Language = o.language
	}
	preset, _ := ui.ParsePreset(c.Screen.Preset)
	s := ui.Settings{
		Language: c.Language, Preset: preset, Large: c.Screen.Large, Mirror: o.mirror || c.Screen.Mirror, Direction: c.Direction,
		Volume: c.Sound.Volume, Spoken: c.Sound.Spoken, Vibrate: true, Vehicles: c.Vehicles, PIN: c.Supervisor.PIN != "",
		Purposes: purposes(c), Operators: operators(c),
	}
	if !station.Enrolled(o.site) {
		s.Setup = "chotctl enrol --site " + o.site + " enrolment.json"
	}
	return s
}

func purposes(c station.Config) (all []ui.Purpose) {
	for _, p := range c.Purposes {
		all = append(all, ui.Purpose{Code: p.Code, VI: p.VI, EN: p.EN})
	}
	return all
}

func operators(c station.Config) (all []ui.Operator) {
	for _, o := range c.Operators {
		all = append(all, ui.Operator{Name: o.Name, PIN: o.PIN != ""})
	}
	return all
}

// attend keeps a station running for as long as the window is open. What
// stops it becomes a fault on the screen, and it is tried again: whoever
// stands there mends what the screen says and need not start a program.
func (k *kiosk) attend(ctx context.Context) {
	for ctx.Err() == nil {
		front, leave, err := k.hand.front(ctx, k)
		if err != nil {
			return // with ctx
		}
		err = k.once(front)
		away := front.Err() != nil
		leave()
		if ctx.Err() != nil {
			return
		}
		if away { // closed, and opened again when somebody looks
			k.model.Preview().Clear() // who was in the picture is gone by then
			if err != nil {
				k.log.Error("station closed", "err", err)
			}
			continue
		}
		if err != nil {
			k.log.Error("station stopped", "err", err)
			k.model.Stop(trouble(err))
			k.known.say()
			k.invalidate()
			k.rest(ctx, retry)
			for errors.Is(err, errEnded) && ctx.Err() == nil && !k.reset() {
				k.rest(ctx, retry) // what was played to its end is not judged twice
			}
		}
	}
}

// once is one life of a station, or of a device that has no enrolment yet. It
// returns nil when the next should begin at once.
func (k *kiosk) once(ctx context.Context) error {
	if err := k.hand.prepare(ctx, k); err != nil {
		return err
	}
	config, err := station.LoadConfig(k.options.site)
	if err != nil {
		return err
	}
	sources, err := k.options.choose(config)
	if err != nil {
		return err
	}
	o := station.Options{
		Sources: sources, Patient: true, Drain: 5 * time.Second, Observe: k.bridge.event, Log: k.log, Lamp: new(camera.Lamp), ScanKey: &k.key, Broadcasts: broadcasts(), Speaker: newVoice(config.Sound.Device),
	}
	k.lamp.Store(o.Lamp)
	k.bridge.torch(config.Camera.Torch)
	k.hand.equip(&o)
	over := station.Destroyed(k.options.site)
	if !over && station.Enrolled(k.options.site) {
		err := k.scan(ctx, config, o)
		if over = errors.Is(err, station.ErrDestroyed) && station.Over(k.options.site, o); !over {
			return err
		}
		k.log.Error("station stopped", "err", err)
	}
	if over {
		k.model.Stop(scanner.FaultKeysDestroyed, "")
	}
	return k.welcome(ctx, config, o, over)
}

// retry is how long a station that was stopped is left alone.
const retry = 2 * time.Second

// errEnded says that there is nothing left to scan from.
var errEnded = errors.New("every source has ended")

// reset reports whether the settings name other sources than those that have
// ended.
func (k *kiosk) reset() bool {
	config, err := station.LoadConfig(k.options.site)
	if err != nil {
		return true // and that is said
	}
	now, err := k.options.choose(config)
	return err != nil || !reflect.DeepEqual(now, k.sources)
}

// invalidate has the window, if there is one, drawn anew.
func (k *kiosk) invalidate() {
	if k.redraw != nil {
		k.redraw()
	}
}

// rest waits, and drops what the window asks of a station meanwhile: without a
// journal there is no verdict.
func (k *kiosk) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case w := <-k.work:
			switch w := w.(type) {
			case ui.Showing:
				k.shows(w.Screen)
			case ui.ReadEnrolment:
				k.readEnrolment(w.On)
			case ui.TestSource:
				k.test(w)
			}
		}
	}
}

// trouble is how what stops a station shows on the screen, with a detail that
// helps whoever mends it.
func trouble(err error) (scanner.Fault, string) {
	var problem station.Problem
	var path *fs.PathError
	detail := ""
	if errors.As(err, &path) {
		detail = path.Path
	}
	switch {
	case errors.Is(err, errEnded):
		return scanner.FaultEnded, ""
	case errors.As(err, &problem):
		return scanner.FaultConfig, problem.String()
	case errors.Is(err, station.ErrConfig), errors.Is(err, serial.ErrBaud), errors.Is(err, serial.ErrSpec), errors.Is(err, wedge.ErrSpec):
		return scanner.FaultConfig, detail
	case errors.Is(err, camera.ErrNoPictures), errors.Is(err, camera.ErrUnsupported), errors.Is(err, serial.ErrUnsupported):
		return scanner.FaultNoSource, ""
	case errors.Is(err, store.ErrForeign):
		return scanner.FaultJournalForeign, ""
	case errors.Is(err, store.ErrInUse):
		return scanner.FaultJournalInUse, ""
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrNewer):
		return scanner.FaultJournalDamaged, ""
	case errors.Is(err, station.ErrEnding):
		return scanner.FaultKeysStuck, detail
	case errors.Is(err, station.ErrDestroyed):
		return scanner.FaultKeysDestroyed, ""
	case errors.Is(err, station.ErrKeeper):
		return scanner.FaultKeysShut, detail
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return scanner.FaultReadOnly, detail
	case errors.Is(err, syscall.ENOSPC):
		return scanner.FaultDiskFull, detail
	case errors.Is(err, station.ErrEnrolment):
		return scanner.FaultEnrolment, detail
	}
	return scanner.FaultJournal, detail
}

// welcome shows a device that belongs to no checkpoint, or no longer: it scans
// nothing but its hub's code, and what it has scanned before may be carried away.
func (k *kiosk) welcome(ctx context.Context, config station.Config, o station.Options, over bool) error {
	p := &porter{kiosk: k}
	defer p.errands.Wait()
	if over {
		k.bridge.left.Store(p.unsent(o))
		defer k.bridge.left.Store(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- station.Look(ctx, config, o, func(r station.Read) { k.hear(r) }) }()
	k.known.say()
	k.model.SetState(int(k.bridge.left.Load()), ui.ListAge{}, k.hand.lacks())
	poll := time.NewTicker(2 * time.Second) // chotctl enrol may be faster
	defer poll.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-poll.C:
			if !over {
				k.model.Start() // nothing stopped it at once
			}
			p.sticks()
			k.invalidate()
			if over != station.Over(k.options.site, o) || !over && station.Enrolled(k.options.site) {
				cancel()
				return <-ended
			}
		case w := <-k.work:
			switch w := w.(type) {
			case scanner.Payload:
				k.hear(station.Read{Source: station.Window, Input: w.Input, Bytes: w.Bytes, At: time.Now()})
			case ui.Showing:
				k.shows(w.Screen)
				p.sticks()
			case ui.ReadEnrolment:
				k.readEnrolment(w.On)
			case ui.Export:
				if over {
					p.errands.Go(func() { p.orphaned(w.Stick, o) })
				}
			case ui.Enrol:
				cancel()
				err := <-ended
				p.errands.Wait()
				k.enrol(context.WithoutCancel(ctx))
				return err
			}
		}
	}
}

// scan opens the station and runs it until it ends.
func (k *kiosk) scan(ctx context.Context, config station.Config, o station.Options) error {
	k.sources = o.Sources
	s, err := station.Open(k.options.site, o)
	if err != nil {
		return err
	}
	k.left(s)
	defer k.bridge.left.Store(0)
	k.equip(s, config)
	k.known.say()

	running, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(running) }()
	d := &desk{porter: porter{kiosk: k}, station: s, ctx: running}
	enrol, err := d.serve(ended)
	cancel()
	d.errands.Wait()
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	if enrol && err == nil {
		k.enrol(context.WithoutCancel(ctx))
		return nil
	}
	if err == nil && ctx.Err() == nil {
		err = errEnded
	}
	return err
}

// left counts what waits of devices that the folder was before.
func (k *kiosk) left(s *station.Station) {
	n, err := s.Left()
	if err != nil {
		k.log.Error("an ended device's journal", "err", err)
	}
	k.bridge.left.Store(int64(n))
}

// equip brings the model to what the station and its settings say.
func (k *kiosk) equip(s *station.Station, config station.Config) {
	m := k.model
	m.Enrolled()
	p := s.Preferences()
	if k.options.language != "" {
		p.Language = k.options.language
	}
	preset, _ := ui.ParsePreset(p.Preset)
	m.SetPreferences(ui.Preferences{Language: p.Language, Preset: preset, Large: p.Large, Volume: p.Volume, Spoken: p.Spoken, Vibrate: p.Vibrate})
	k.hand.feel(p.Vibrate)
	m.SetPurposes(purposes(config), "")
	m.SetVehicles(config.Vehicles)
	m.SetOperators(operators(config))
	pin := s.PINState()
	m.SetPIN(!pin.Unset)
	m.SetLock(lock(pin, time.Now()))
	s.Divert(k.hear)
	k.bridge.barrier = s.Sensed()
	k.bridge.state(s.State())
	s.SetPassage(m.Passage())
	k.invalidate()
}

func lock(a station.PINAnswer, now time.Time) ui.Lock {
	l := ui.Lock{Wrong: a.Wrong, Tries: a.Tries}
	if a.Left > 0 {
		l.Until = now.Add(a.Left)
	}
	return l
}
