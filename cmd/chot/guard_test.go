package main

import (
	"context"

	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
	"chot/ui"
)

// A guard stands at a kiosk whose window is only thought of: intents go in,
// snapshots come out, and all that is behind them is real.
type guard struct {
	*kiosk
	t     *testing.T
	drawn chan struct{}          // something may have changed
	hook  atomic.Pointer[func()] // called, if set, with each change, by whoever made it
}

const supervisorsPIN = "271828"

// newSite sets the demonstration's site up and returns its folder.
func newSite(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("sets a whole site up")
	}
	dir := filepath.Join(t.TempDir(), "site")
	runProgram(t, "chotctl", "demo", "--setup", dir)
	return dir
}

// runProgram runs one of the project's programs.
func runProgram(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(filepath.Join(programs, name), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func configure(t *testing.T, device, settings string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(device, "chot.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
}

// settings are those of a device that has neither camera nor reader, and a
// supervisor.
func settings(t *testing.T) string {
	t.Helper()
	pin, err := station.HashPIN(supervisorsPIN)
	if err != nil {
		t.Fatal(err)
	}
	return "sources = [\"wedge no-such-reader\"]\n[sound]\non = false\n[supervisor]\npin = \"" + pin + "\"\n"
}

// newGuard starts a kiosk in a device's folder; it ends with the test.
func newGuard(t *testing.T, device string) *guard {
	t.Helper()
	config, err := station.LoadConfig(device)
	if err != nil {
		t.Log(err) // the kiosk says it
	}
	o := options{site: device}
	k := &kiosk{options: o, log: slog.New(slog.DiscardHandler), model: ui.NewModel(o.settings(config)), work: make(chan any, 64)}
	g := &guard{kiosk: k, t: t, drawn: make(chan struct{}, 1)}
	k.bridge, k.redraw = &bridge{kiosk: k}, func() {
		if hook := g.hook.Load(); hook != nil {
			(*hook)()
		}
		select {
		case g.drawn <- struct{}{}:
		default:
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); k.attend(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return g
}

// wants does what a finger does, one after the other.
func (g *guard) wants(intents ...ui.Intent) {
	for _, in := range intents {
		now := time.Now()
		g.apply(in, now)
		for _, order := range g.model.Orders() {
			g.ask(order)
		}
	}
}

// until waits for a screen, and does what time does to one meanwhile.
func (g *guard) until(what string, ok func(ui.Snapshot) bool) ui.Snapshot {
	g.t.Helper()
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	for {
		now := time.Now()
		s := g.model.Snapshot(now)
		if ok(s) {
			return s
		}
		next := time.NewTimer(g.model.Tick(now).Sub(now))
		select {
		case <-g.drawn:
		case <-next.C:
		case <-timeout.C:
			g.t.Fatalf("the screen never showed %s: screen %d, stopped %q, faults %v, lists %+v, fetch %+v, export %+v", what, s.Screen, s.Stopped, s.Faults, s.Lists, s.FetchTask, s.ExportTask)
		}
		next.Stop()
	}
}

// scans reads a number with a reader that types it, and returns the verdict.
func (g *guard) scans(number string) scanner.Verdict {
	g.t.Helper()
	s := g.until("room for a verdict", func(s ui.Snapshot) bool { return s.Stopped == "" })
	before := uint64(0)
	if len(s.Recent) > 0 {
		before = s.Recent[0].ID + 1
	}
	// Typed, so that the same number again is a scan again.
	g.ask(scanner.Payload{Bytes: []byte(number), Input: "typed", Typed: true})
	s = g.until("a verdict on "+number, func(s ui.Snapshot) bool { return len(s.Recent) > 0 && s.Recent[0].ID >= before })
	return s.Recent[0].Verdict
}

// supervises opens the supervisor's menu with the PIN.
func (g *guard) supervises() {
	g.t.Helper()
	g.until("the scan screen", func(s ui.Snapshot) bool { return s.Screen == ui.ScanScreen })
	g.wants(ui.Open{Screen: ui.MoreScreen}, ui.AskSupervisor{})
	for _, d := range supervisorsPIN {
		g.wants(ui.TypeText{Text: string(d)})
	}
	g.wants(ui.SubmitTyped{})
	g.until("the supervisor's menu", func(s ui.Snapshot) bool { return s.Supervised })
}

// exports copies to a stick, and returns how that ended.
func (g *guard) exports(onto *sticktest.Stick) ui.Task {
	g.t.Helper()
	g.wants(ui.StartExport{Stick: onto.Path})
	return g.until("an end", func(s ui.Snapshot) bool {
		return s.ExportTask.State == ui.TaskDone || s.ExportTask.State == ui.TaskFailed
	}).ExportTask
}

func (g *guard) expect(number string, outcome scanner.Outcome, reason scanner.Reason) {
	g.t.Helper()
	if v := g.scans(number); v.Outcome != outcome || v.Reason != reason {
		g.t.Errorf("the verdict on %s is %v %v, want %v %v", number, v.Outcome, v.Reason, outcome, reason)
	}
}

func (g *guard) now() time.Time { return time.Now() }
