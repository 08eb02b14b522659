package uplink

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// An Uplink is one device's direction up. Fill the first five fields and call
// Run.
type Uplink struct {
	Journal Journal
	Device  wire.DeviceVerifier
	Hub     string // "https://host:port"
	HubKey  wire.HubVerifier
	Client  *http.Client // from Client(pin)

	Observe func(State) // called from Run whenever the state changes; may be nil

	Timeout   time.Duration // for one exchange; 0 means 1 minute
	Heartbeat time.Duration // how often to send a sign of life; 0 means 10 minutes
	MaxWait   time.Duration // the longest pause between attempts; 0 means 2 minutes
	MaxBatch  int           // bytes of entries in a bundle, before packing; 0 means 4 MiB
	Rand      *rand.Rand    // spreads the pauses, Run's alone; nil means the process's own
}

// Run sends whenever there is something to send, until ctx is done; it
// returns ctx's error and no other. changed wakes it when an entry was added
// (a channel of capacity 1, written without blocking).
func (u *Uplink) Run(ctx context.Context, changed <-chan struct{}) error {
	r := run{Uplink: u, pause: pause{max: orDefault(u.MaxWait, 2*time.Minute), rng: u.Rand}, batch: newBatch(u.MaxBatch)}
	for {
		more, err := r.step(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var wait time.Duration
		switch {
		case err != nil:
			t := troubleOf(err)
			wait = max(r.pause.next(t.cut && r.alive), t.Retry)
			r.show(State{Phase: Waiting, Fault: t.Fault, Err: t.Err, Next: time.Now().Add(wait), Revocation: u.revocation(t)})
		case more:
			continue
		default:
			wait = orDefault(u.Heartbeat, 10*time.Minute)
			r.show(State{Phase: Idle})
		}
		if !r.wait(ctx, wait, changed, err != nil) {
			changed = nil
		}
	}
}

// wait waits for time to pass or for something to send, and reports whether
// changed is still open. At a hub that is away a new entry is no reason to
// hurry; a watch-list hit is, once.
func (r *run) wait(ctx context.Context, d time.Duration, changed <-chan struct{}, away bool) (open bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for open = true; ; {
		select {
		case <-ctx.Done():
			return open
		case <-timer.C:
			r.alive, r.alarms.deaf, r.alarms.bare = false, false, false // the hub may have been updated
			return open
		case _, open = <-changed:
			if !open {
				if !away {
					return false
				}
				changed = nil
			} else if !away || r.alarmed() {
				return true
			}
		}
	}
}

// run is what Run remembers between steps.
type run struct {
	*Uplink
	pause  pause
	batch  batch
	last   State
	shown  uint64 // Acknowledged, as last reported
	alive  bool   // the hub has answered lately
	rewind bool   // the last step moved the cursor back
	base   *base  // the next bundle that begins here shows it

	alarms  alarms
	hurried uint64 // hits before this log index have cut a pause short
}

// step sends what there is. It reports whether to look again at once.
func (r *run) step(ctx context.Context) (more bool, err error) {
	sent, err := r.convoy(ctx)
	switch {
	case errors.Is(err, errAgain):
		return true, nil
	case err != nil:
		return r.refused(err)
	}
	return sent, nil
}

// settle acknowledges what a receipt covers, if it covers what this journal
// holds.
func (r *run) settle(own wire.Head, receipt wire.Receipt) error {
	if receipt.Size() < own.Size() {
		return &Trouble{Fault: scanner.FaultHubNotOurs, Err: errors.New("the receipt is for less than was sent: an old answer, repeated")}
	}
	return acknowledge(r.Journal, r.Device, own, receipt)
}

// refused turns a failed exchange into what to do next.
func (r *run) refused(err error) (more bool, _ error) {
	t := troubleOf(err)
	if t.cut {
		r.batch.cut()
	}
	p := t.problem
	switch {
	case p == nil:
	case p.Code == wire.TooLarge && r.batch.halve():
		return true, nil
	case p.Code == wire.BadBundle && r.base != nil:
		r.base, r.rewind = nil, false
		return false, &Trouble{Fault: scanner.FaultHubRefuses, Err: errors.New("the hub was restored from an older backup and is of a version that cannot go on after what is missing there: update the hub")}
	case p.Code == wire.Gap && p.Size < t.from && !r.rewind:
		if err := r.rewindTo(p.Size); err != nil {
			return false, &Trouble{Fault: scanner.FaultHubRefuses, Err: err}
		}
		r.rewind = true
		r.alarms.next = 0 // that hub may have lost them too
		return true, nil
	}
	r.rewind, r.base = false, nil
	return false, t
}

// rewindTo moves the cursor back to what the hub has, or, when that was purged
// since, to the first entry kept, and has the next bundle show how it got there.
func (r *run) rewindTo(size uint64) error {
	err := r.Journal.Rewind(size)
	if err == nil {
		return nil
	}
	b, ok := r.baseOf()
	if !ok || size >= b.first {
		return err
	}
	if err := r.Journal.Rewind(b.first); err != nil {
		return err
	}
	r.base = &b
	return nil
}

// revocation is what a refusal proves: the zero Revocation unless the hub has
// signed that it takes nothing more from this device.
func (u *Uplink) revocation(t *Trouble) wire.Revocation {
	if t.problem == nil || t.problem.Code != wire.RevokedDevice {
		return wire.Revocation{}
	}
	r, err := wire.OpenRevocation([]byte(t.problem.Notice), u.HubKey, u.Device)
	if err != nil {
		return wire.Revocation{} // an older hub's word, or nobody's
	}
	return r
}

// show reports a state that differs from the last one.
func (r *run) show(s State) {
	s.Acknowledged, s.Receipt = r.last.Acknowledged, r.last.Receipt
	same := s.Phase == r.last.Phase && s.Fault == r.last.Fault && s.Next.Equal(r.last.Next) && r.shown == s.Acknowledged
	r.last, r.shown = s, s.Acknowledged
	if !same && r.Observe != nil {
		r.Observe(s)
	}
}

func orDefault(d, standard time.Duration) time.Duration {
	if d <= 0 {
		return standard
	}
	return d
}
