package serial

import (
	"errors"
	"fmt"
)

// ErrMaker is of a maker whose commands are not known.
var ErrMaker = errors.New("the commands of this maker's readers are not known: give gm65, honeywell or zebra, or set the reader to trigger by itself")

// Trigger is what starts and stops a reader that has been set to wait for a
// command. The zero value sends nothing.
type Trigger struct {
	Start []byte
	Stop  []byte
}

// TriggerOf returns the trigger of a maker's readers: "gm65", "honeywell" or
// "zebra".
func TriggerOf(maker string) (Trigger, error) {
	switch maker {
	case "gm65":
		return Trigger{GM65Start(), GM65Stop()}, nil
	case "honeywell":
		return Trigger{HoneywellStart(), HoneywellStop()}, nil
	case "zebra":
		return Trigger{ZebraStart(), ZebraStop()}, nil
	}
	return Trigger{}, fmt.Errorf("reader of maker %q: %w", maker, ErrMaker)
}
