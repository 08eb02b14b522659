package station

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"chot/scanner"
	"chot/ui/relay"
)

// watcher hands a station's events of one kind to a test.
func watcher[E Event](o *Options) <-chan E {
	events := make(chan E, 1000)
	before := o.Observe
	o.Observe = func(e Event) {
		if before != nil {
			before(e)
		}
		if e, ok := e.(E); ok {
			events <- e
		}
	}
	return events
}

func (r *rig) configure(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.path("device", "chot.toml"), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// A relay board on a serial port opens for whom the list admits and for nobody
// else, after the verdict is on disk; the refusal's lamp is another relay.
func TestBarrierOpensForTheAdmitted(t *testing.T) {
	r := newRig(t)
	gate, gatePath := terminal(t)
	lamp, lampPath := terminal(t)
	opened, lit := board(t, gate), board(t, lamp)
	r.configure("[relay]\nadmit = \"serial:" + gatePath + ",lcus1\"\nrefuse = \"serial:" + lampPath + ",lcus1\"\npulse_ms = 50\n")
	s := r.open(func(o *Options) { o.Offline = true })
	if err := s.FetchLists(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	stop := r.run(s)
	if got := next(t, opened, "off at the start"); got != lcusOff {
		t.Fatalf("the board is first told %s", got)
	}
	next(t, lit, "the lamp off")
	r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
	r.expect(s, nobody, scanner.Refer, scanner.Absent)
	r.expect(s, listed, scanner.Admit, scanner.Listed)
	if on, off := next(t, opened, "open"), next(t, opened, "shut"); on != lcusOn || off != lcusOff {
		t.Errorf("the barrier was told %s %s", on, off)
	}
	if on := next(t, lit, "the lamp"); on != lcusOn {
		t.Errorf("the lamp was told %s", on)
	}
	stop()
	for more := range opened { // until the port is closed
		if more != lcusOff {
			t.Errorf("the barrier was told %s for nobody", more)
		}
	}
}

// Barrier and lamp are two relays of one board, on one port: both work, for whom
// they are meant.
func TestBarrierAndLampOfOneBoard(t *testing.T) {
	r := newRig(t)
	far, path := terminal(t)
	told := board(t, far)
	r.configure("[relay]\nadmit = \"serial:" + path + ",lcus1\"\nrefuse = \"serial:" + path + ",lcus2\"\npulse_ms = 50\n")
	s := r.open(func(o *Options) { o.Offline = true })
	if err := s.FetchLists(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	defer r.run(s)()
	const lampOn, lampOff = "a00201a3", "a00200a2"
	want := func(what string, commands ...string) {
		t.Helper()
		for _, c := range commands {
			if got := next(t, told, what); got != c {
				t.Errorf("%s: the board is told %s, want %s", what, got, c)
			}
		}
	}
	want("at the start", lcusOff, lampOff)
	r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
	want("a refusal", lampOn, lampOff)
	r.expect(s, listed, scanner.Admit, scanner.Listed)
	want("an admission", lcusOn, lcusOff)
	if has(s.State().Faults, scanner.FaultRelay) || has(s.State().Faults, scanner.FaultPermissionRelay) {
		t.Errorf("faults %v", s.State().Faults)
	}
}

// arm is a barrier's sensor.
type arm struct{ turned, broken atomic.Bool }

func (a *arm) Get() (bool, error) {
	if a.broken.Load() {
		return false, errors.New("the sensor is gone")
	}
	return a.turned.Load(), nil
}

// lever is a barrier that notes how often it opened.
type lever struct {
	opened chan struct{}
	fails  atomic.Bool
}

func (l *lever) Set(on bool) error {
	if l.fails.Load() {
		return relay.ErrAway
	}
	if on {
		l.opened <- struct{}{}
	}
	return nil
}

// A passage that took place is completed, one that did not is annulled, both
// with a trace in the journal; who did not pass is not inside.
func TestBarrierSettlesPassages(t *testing.T) {
	r := newRig(t)
	var o Options
	settled := watcher[Settled](&o)
	s := r.open(func(p *Options) { p.Observe = o.Observe })
	defer s.Close()
	if err := s.FetchLists(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	policy := s.id.policy
	policy.AntiPassback = true
	s.scanner.SetPolicy(policy)
	s.barrier.config.Relay.Admit, s.barrier.config.Relay.Turned = "as if", "as if"
	sensor, gate := &arm{}, &lever{opened: make(chan struct{}, 10)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.barrier.serve(ctx, relay.Gate{Open: gate, Arm: sensor, Pulse: time.Millisecond, Within: 300 * time.Millisecond})
	}()

	r.expect(s, listed, scanner.Admit, scanner.Listed)
	next(t, gate.opened, "the opening")
	if e := next(t, settled, "the sensor's word"); e.Turned || e.Seq != 0 {
		t.Errorf("nobody went through, but %+v", e)
	}
	// Not inside, so the card opens again; this time somebody passes.
	r.expect(s, listed, scanner.Admit, scanner.Listed)
	next(t, gate.opened, "the second opening")
	time.AfterFunc(50*time.Millisecond, func() { sensor.turned.Store(true) })
	if e := next(t, settled, "the sensor's word"); !e.Turned || e.Seq != 2 {
		t.Errorf("somebody went through, but %+v", e)
	}
	r.expect(s, listed, scanner.Refer, scanner.AlreadyInside) // the control: now they are

	var kinds []scanner.Kind
	for e, err := range s.store.Entries(0) {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, e.Kind)
	}
	want := []scanner.Kind{scanner.Scan, scanner.NotTurned, scanner.Scan, scanner.Turned, scanner.Scan}
	if len(kinds) != len(want) {
		t.Fatalf("the journal holds %v", kinds)
	}
	for i := range want {
		if kinds[i] != want[i] {
			t.Errorf("the journal holds %v, want %v", kinds, want)
		}
	}
	if shift := s.Shift(); shift.Taken != 3 || shift.In != [3]uint64{0, 1, 2} {
		t.Errorf("remarks were counted as scans: %+v", shift)
	}

	// A stuck sensor and a relay that goes away are faults; no verdict fails.
	r.expect(s, listed, scanner.Refer, scanner.AlreadyInside)
	gate.fails.Store(true)
	s.barrier.decided(scanner.Result{Kept: true, Verdict: scanner.Verdict{Outcome: scanner.Admit}})
	if err := <-ended; relayFault(err) != scanner.FaultRelay {
		t.Errorf("a relay that went away ends with %v", err)
	}
	cancel()
}

// Verdicts do not wait for a barrier that is not there, and the fault says so.
func TestBarrierAwayIsAFault(t *testing.T) {
	r := newRig(t)
	r.configure("[relay]\nadmit = \"serial:/dev/no-such-relay,lcus1\"\n")
	var o Options
	changed := watcher[Changed](&o)
	s := r.open(func(p *Options) { p.Observe = o.Observe })
	defer r.run(s)()
	for !has(next(t, changed, "the fault").State.Faults, scanner.FaultRelay) {
	}
	for range 3 * lining {
		r.typed(s, nobody)
	}
}

func has(faults []scanner.Fault, f scanner.Fault) bool {
	for _, g := range faults {
		if g == f {
			return true
		}
	}
	return false
}
