package relay

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Output is what can be on or off.
type Output interface {
	Set(on bool) error
}

// Input is a contact.
type Input interface {
	Get() (bool, error)
}

// OutputCloser is an output that was opened.
type OutputCloser interface {
	Output
	Close() error
}

// InputCloser is an input that was opened.
type InputCloser interface {
	Input
	Close() error
}

// Passage is whether somebody went through.
type Passage uint8

// What the barrier's input said. Without an input nobody knows.
const (
	Unknown   Passage = iota
	Turned            // it turned: somebody went through
	NotTurned         // it did not, in the time given
)

// String is the passage as it is written down.
func (p Passage) String() string {
	switch p {
	case Turned:
		return "turned"
	case NotTurned:
		return "not-turned"
	}
	return "unknown"
}

// How long things take where a Gate does not say.
const (
	DefaultPulse  = 500 * time.Millisecond
	DefaultWithin = 5 * time.Second
	// look is between two looks at the input: sampling works with every GPIO
	// chip, interrupts do not, and no arm turns in less than 20 ms.
	look = 5 * time.Millisecond
)

// Gate is a barrier with its lamps. What is nil is not there.
type Gate struct {
	Open   Output        // pulsed to admit
	Shut   Output        // pulsed to refuse: a lamp or a buzzer
	Pulse  time.Duration // how long an output is on; 0: DefaultPulse
	Arm    Input         // on while the arm is turned
	Within time.Duration // how long a person has; 0: DefaultWithin
}

// Admit opens the barrier for one pulse and waits until it has turned or the time
// is over. When the context ends, the output is switched off at once. An error
// says that something broke; whether somebody went through is then as the Passage
// says, mostly Unknown.
func (g Gate) Admit(ctx context.Context) (Passage, error) {
	return pulse(ctx, g.Open, g.Arm, orElse(g.Pulse, DefaultPulse), orElse(g.Within, DefaultWithin))
}

// Refuse pulses the other output and returns when it is off again.
func (g Gate) Refuse(ctx context.Context) error {
	_, err := pulse(ctx, g.Shut, nil, orElse(g.Pulse, DefaultPulse), 0)
	return err
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// pulse switches the output on and, after its length, off, and meanwhile and up to
// within looks at the arm. A passage is the arm's going from rest to turned: one
// that is turned already belongs to the person before.
func pulse(ctx context.Context, out Output, arm Input, length, within time.Duration) (p Passage, err error) {
	if err := ctx.Err(); err != nil {
		return Unknown, err
	}
	began := time.Now()
	on := false
	off := func() error {
		if !on {
			return nil
		}
		on = false
		if err := out.Set(false); err != nil {
			return fmt.Errorf("switch off: %w", err)
		}
		return nil
	}
	// Whatever happens, it is switched off.
	defer func() {
		if e := off(); e != nil {
			err = errors.Join(err, e)
		}
	}()
	if out != nil {
		on = true // even if it fails: half a command may have arrived
		if err := out.Set(true); err != nil {
			return Unknown, fmt.Errorf("switch on: %w", err)
		}
	} else {
		length = 0
	}
	rested := false
	var broken error // of the input: the pulse still has its length
	for {
		since := time.Since(began)
		if since >= length {
			if err := off(); err != nil {
				return p, err
			}
		}
		if arm != nil && p != Turned && broken == nil {
			turned, err := arm.Get()
			switch {
			case err != nil:
				broken = fmt.Errorf("look at the barrier: %w", err)
			case !turned:
				rested = true
			case rested:
				p = Turned
			}
		}
		watching := arm != nil && p != Turned && broken == nil
		if watching && since >= within {
			if !rested {
				return Unknown, ErrStuck
			}
			return NotTurned, nil
		}
		if !watching && !on {
			return p, broken
		}
		wait := length - since
		if watching {
			wait = look
			if on {
				wait = min(wait, length-since)
			}
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return p, ctx.Err()
		}
	}
}
