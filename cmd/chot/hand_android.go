package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"chot/cmd/internal/android"
	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/ui"

	"gioui.org/app"
)

// A hand is what holds the program: the operator's, with what Android asks of
// a program and offers it. Its methods may be called from any goroutine; what
// Android does not do for it is logged, and the screen says all it must.
type hand struct {
	mu      sync.Mutex
	host    android.Host
	asking  android.Asking
	vibrate bool
	last    time.Time // when somebody scanned or touched the screen
	secure  sent      // what Android was told of its pictures
	awake   sent      // and of staying on
	joined  string    // the enrolment that was tried last
	stay    uint64    // in front, that has begun
}

// A sent is a switch of the Activity's; a new one knows nothing.
type sent struct{ known, on bool }

// change notes a switch, and reports whether Android has to be told.
func (s *sent) change(on bool) bool {
	was := *s
	*s = sent{true, on}
	return was != *s
}

// arguments stand for the command line that there is none of: the station's
// folder is in the app's own files, which no other app can read.
func arguments() []string {
	dir, err := app.DataDir()
	if err != nil {
		return nil
	}
	return []string{"--site", filepath.Join(dir, "site")}
}

// take waits for the first screen.
func (h *hand) take(ctx context.Context) error {
	host, err := android.Here(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.host, h.last = host, time.Now()
	return err
}

// settings say what a handheld has.
func (h *hand) settings(s *ui.Settings) {
	s.Handheld, s.Leaves = true, true
	var err error
	s.Vibrates, err = h.host.Vibrates()
	h.warn(err)
}

// front waits until the program is in front. What it returns ends when it is
// not; release is called when everything is closed, then or before.
func (h *hand) front(ctx context.Context, k *kiosk) (context.Context, func(), error) {
	front, release, err := android.TheLife().Front(ctx)
	if err != nil {
		return nil, nil, err
	}
	host, err := android.Here(ctx)
	if err != nil {
		release()
		return nil, nil, err
	}
	if stay := android.TheLife().Stay(); stay != h.stay {
		h.stay = stay
		h.begin(host, k)
	}
	return front, android.Beside(front, release, func(ctx context.Context) { h.watch(ctx, host, k) }), nil
}

// begin takes up a stay in front. A station that begins anew meanwhile, after a
// trouble, finds the same operator, who may be gone: the screen may go dark.
func (h *hand) begin(host android.Host, k *kiosk) {
	k.forgetPayloads() // nobody stands there any more
	granted, rationale, err := host.CameraPermission()
	h.mu.Lock()
	h.host, h.last = host, time.Now()
	h.secure, h.awake = sent{}, sent{}
	if err == nil {
		h.asking.Poll(granted, rationale)
	}
	h.mu.Unlock()
	h.warn(err)
	h.warn(host.LockTask())
}

// forgetPayloads drops what was scanned or typed before the program went out of
// sight and nobody has judged: whoever it names is gone by now.
func (k *kiosk) forgetPayloads() {
	for range len(k.work) {
		select {
		case w := <-k.work:
			if _, ok := w.(scanner.Payload); !ok {
				k.ask(w)
			}
		default:
			return
		}
	}
}

// watch keeps the screen on while it is in use, and knows how it is turned.
func (h *hand) watch(ctx context.Context, host android.Host, k *kiosk) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for n, charging := 0, true; ; n++ {
		if turned, err := host.Rotation(); err == nil {
			k.rotation.Store(int32(turned))
		}
		if n%15 == 0 { // a charger may be plugged in
			var err error
			charging, err = host.Charging()
			h.warn(err)
		}
		h.mu.Lock()
		on := android.StayAwake(time.Now(), h.last, charging)
		tell := h.awake.change(on)
		h.mu.Unlock()
		if tell {
			h.warn(host.KeepAwake(on))
		}
		select {
		case <-second.C:
		case <-ctx.Done():
			return
		}
	}
}

// prepare takes over what a manager of devices has set: chot.toml's settings,
// and the hub to join.
func (h *hand) prepare(ctx context.Context, k *kiosk) error {
	h.mu.Lock()
	host := h.host
	h.mu.Unlock()
	text, err := host.Restrictions()
	if err != nil {
		return err
	}
	r, problems := android.ParseRestrictions([]byte(text))
	for _, p := range problems {
		k.log.Error("managed settings", "problem", p)
	}
	if len(problems) > 0 {
		return problems[0]
	}
	if err := station.Manage(k.options.site, r.Settings); err != nil {
		return err
	}
	if r.Enrolment == "" || r.Enrolment == h.joined || station.Enrolled(k.options.site) && !station.Over(k.options.site, station.Options{Keeper: android.Keeper{Host: host}}) {
		return nil
	}
	e, err := parseEnrolment([]byte(r.Enrolment))
	if err != nil {
		return station.Problem{Key: "enrolment", Says: "cannot be read: set it anew, as chot-hub enrol prints it"}
	}
	k.mu.Lock()
	k.offered = &e
	k.mu.Unlock()
	k.enrol(ctx)
	h.joined = r.Enrolment
	if ctx.Err() != nil || !station.Enrolled(k.options.site) {
		h.joined = "" // the next time the operator looks
	}
	return nil
}

// equip gives a station what only Android has: its Keystore guards the keys.
func (h *hand) equip(o *station.Options) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o.Keeper = android.Keeper{Host: h.host}
}

// drawing is told of each frame before it is shown.
func (h *hand) drawing(screen *ui.UI, snap ui.Snapshot) {
	h.mu.Lock()
	host, tell := h.host, h.secure.change(snap.Private())
	h.mu.Unlock()
	if tell {
		h.warn(host.Secure(snap.Private()))
	}
	if words := screen.Announce(snap); words != "" {
		h.warn(host.Announce(words))
	}
}

// used notes that somebody has scanned or touched the screen.
func (h *hand) used(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = now
}

// feel says whether verdicts are felt.
func (h *hand) feel(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.vibrate = on
}

// verdict has a verdict felt, and does not wait.
func (h *hand) verdict(v scanner.Verdict) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if host := h.host; h.vibrate {
		go func() { h.warn(host.Vibrate(v)) }()
	}
}

// explain turns a kiosk's faults into a handheld's.
func (h *hand) explain(faults []scanner.Fault) []scanner.Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asking.State().Explain(faults)
}

// lacks is what the operator must allow before a camera sees anything; a
// station says so itself, a device without one does not.
func (h *hand) lacks() []scanner.Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f := h.asking.State().Fault(); f != "" {
		return []scanner.Fault{f}
	}
	return nil
}

var pages = map[ui.SettingsPage]string{
	ui.AppSettings: android.AppSettings, ui.ClockSettings: android.ClockSettings,
	ui.StorageSettings: android.StorageSettings, ui.NetworkSettings: android.NetworkSettings,
}

// do carries out what the window orders of Android, and reports whether it was
// such an order: no station need run for it.
func (h *hand) do(what any) bool {
	h.mu.Lock()
	host := h.host
	h.mu.Unlock()
	switch w := what.(type) {
	case ui.AskCamera:
		h.mu.Lock()
		ask := h.asking.Ask()
		h.mu.Unlock()
		if ask {
			h.warn(host.AskCamera())
		}
	case ui.OpenSettings:
		h.warn(host.OpenSettings(pages[w.Page]))
	case ui.LeaveApp:
		h.warn(host.Leave())
	default:
		return false
	}
	return true
}

// warn logs what Android did not do. That the screen is gone is not worth a
// word: it is paused, or the next is on its way.
func (h *hand) warn(err error) {
	if err == nil || errors.Is(err, android.ErrGone) {
		return
	}
	slog.Warn("Android", "err", err)
}
