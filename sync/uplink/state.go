package uplink

import (
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// A Phase is what an uplink is doing.
type Phase uint8

const (
	Waiting Phase = iota // after trouble, until State.Next
	Sending
	Idle // everything is acknowledged
)

func (p Phase) String() string {
	switch p {
	case Sending:
		return "sending"
	case Idle:
		return "idle"
	}
	return "waiting"
}

// A State is what an uplink shows. Fault is "" when all is well; it stays
// while the next attempt is under way.
type State struct {
	Phase        Phase
	Fault        scanner.Fault
	Err          error     // for the log, never for the screen
	Next         time.Time // of the next attempt, when Waiting
	Acknowledged uint64    // log size of the last receipt since Run began
	Receipt      time.Time // the hub's time in it

	// Revocation is the hub's signed notice, where the last refusal carried one
	// that verifies; the zero one otherwise. Whether it is newer than all the
	// hub has granted since is the caller's to say.
	Revocation wire.Revocation
}
