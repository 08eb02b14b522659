package station

import (
	"context"
	"errors"
	"time"

	"chot/scanner"
	"chot/ui/relay"
)

const (
	// lining is how many admissions may wait for the arm: each person gets a
	// turn of it.
	lining = 8
	// relayRetry is how long a relay that failed is left alone.
	relayRetry = 2 * time.Second
	// fresh is how long an admission may wait for a relay that is away: the
	// barrier must not open for somebody who has long gone on foot.
	fresh = 2 * time.Second
)

// A barrier opens for those who are admitted, one after the other, and says
// what its sensor told. It hears of a verdict only after it is durable, and
// nobody waits for it.
type barrier struct {
	config  Config
	admit   chan opening
	refuse  chan struct{}
	fault   func(scanner.Fault)
	warn    func(error)
	settled func(context.Context, scanner.Result, relay.Passage)
}

// An opening is an admission on its way through the barrier.
type opening struct {
	result scanner.Result
	at     time.Time
}

func newBarrier(c Config) *barrier {
	return &barrier{config: c, admit: make(chan opening, lining), refuse: make(chan struct{}, 1)}
}

// there reports whether any relay is configured.
func (b *barrier) there() bool { return b.config.Relay.Admit != "" || b.config.Relay.Refuse != "" }

// sensed reports whether the barrier tells what it did.
func (b *barrier) sensed() bool { return b.config.Relay.Turned != "" }

// Sensed reports whether a barrier tells whether it turned.
func (s *Station) Sensed() bool { return s.barrier.sensed() }

// decided hears of a verdict and never waits. An admission too many is dropped:
// the lane is blocked anyway, and the screen shows it.
func (b *barrier) decided(r scanner.Result) {
	if !b.there() || !r.Kept {
		return
	}
	if r.Verdict.Outcome == scanner.Admit {
		select {
		case b.admit <- opening{r, time.Now()}:
		default:
			b.warn(errors.New("the barrier is behind: an admission did not open it"))
		}
		return
	}
	select {
	case b.refuse <- struct{}{}:
	default: // the lamp is about to be lit already
	}
}

// run works the relays until ctx ends. One that fails is opened again, and
// what was asked for meanwhile is forgotten.
func (b *barrier) run(ctx context.Context) error {
	for {
		err := b.work(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.warn(err)
		b.fault(relayFault(err))
		if err := wait(ctx, relayRetry); err != nil {
			return err
		}
	}
}

func relayFault(err error) scanner.Fault {
	switch {
	case errors.Is(err, relay.ErrPermission):
		return scanner.FaultPermissionRelay
	case errors.Is(err, relay.ErrStuck):
		return scanner.FaultBarrier
	}
	return scanner.FaultRelay
}

// work opens what is configured and serves it until something fails.
func (b *barrier) work(ctx context.Context) error {
	c := b.config.Relay
	gate := relay.Gate{Pulse: time.Duration(c.PulseMS) * time.Millisecond, Within: time.Duration(c.WithinMS) * time.Millisecond}
	var ports relay.Ports // both relays may be of one board
	if c.Admit != "" {
		out, err := ports.Output(c.Admit)
		if err != nil {
			return err
		}
		defer out.Close()
		gate.Open = out
	}
	if c.Refuse != "" {
		out, err := ports.Output(c.Refuse)
		if err != nil {
			return err
		}
		defer out.Close()
		gate.Shut = out
	}
	if c.Turned != "" {
		in, err := relay.OpenInput(c.Turned)
		if err != nil {
			return err
		}
		defer in.Close()
		gate.Arm = in
	}
	b.fault("")
	return b.serve(ctx, gate)
}

// serve works an open gate until something fails. The lamp does not wait for
// the arm.
func (b *barrier) serve(ctx context.Context, gate relay.Gate) error {
	ctx, cancel := context.WithCancel(ctx)
	lamp := make(chan error, 1)
	go func() {
		defer cancel()
		lamp <- b.light(ctx, gate)
	}()
	err := b.turn(ctx, gate)
	cancel()
	if lampErr := <-lamp; err == nil || errors.Is(err, context.Canceled) {
		err = lampErr
	}
	return err
}

func (b *barrier) light(ctx context.Context, gate relay.Gate) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.refuse:
		}
		if gate.Shut == nil {
			continue
		}
		if err := gate.Refuse(ctx); err != nil {
			return err
		}
	}
}

func (b *barrier) turn(ctx context.Context, gate relay.Gate) error {
	late := true // what waits was asked for before the relay was there
	for {
		var o opening
		select {
		case <-ctx.Done():
			return ctx.Err()
		case o = <-b.admit:
		}
		if gate.Open == nil || late && time.Since(o.at) > fresh {
			continue
		}
		late = false
		p, err := gate.Admit(ctx)
		if b.sensed() && p != relay.Unknown {
			// Written down even if the program is told to end right now.
			b.settled(context.WithoutCancel(ctx), o.result, p)
		}
		switch {
		case errors.Is(err, relay.ErrStuck): // the arm opened; only its sensor does not tell
			b.warn(err)
			b.fault(scanner.FaultBarrier)
		case err != nil:
			return err
		default:
			b.fault("")
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// settle writes down whether somebody went through, after the verdict and
// apart from it.
func (s *Station) settle(ctx context.Context, r scanner.Result, p relay.Passage) {
	e, err := s.scanner.Settle(ctx, r, p == relay.Turned, "relay", s.clock.now())
	if s.noted(e, err) == nil {
		s.told(Settled{Seq: r.Entry.Seq, Turned: p == relay.Turned})
	}
}
