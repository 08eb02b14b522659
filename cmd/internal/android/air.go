package android

import (
	"bytes"
	"context"
)

// Air is where broadcasts of scan keys come from: Java hands them over on its
// main thread, which must not wait, and whoever runs hears them one by one. It is
// camera/intent that says what they mean. Make one with [NewAir].
type Air struct {
	manufacturer string
	waiting      chan []byte
}

// waiting is how many broadcasts may wait: a person presses a key once a second,
// and an app that floods the device must cost nothing.
const waiting = 8

// NewAir returns the air around a device of a manufacturer.
func NewAir(manufacturer string) *Air { return &Air{manufacturer, make(chan []byte, waiting)} }

// Manufacturer is android.os.Build.MANUFACTURER.
func (a *Air) Manufacturer() string { return a.manufacturer }

// Broadcast hands a broadcast over, which it copies, and never waits. Where
// nobody listens fast enough it is lost, and ok is false.
func (a *Air) Broadcast(message []byte) (ok bool) {
	select {
	case a.waiting <- bytes.Clone(message):
		return true
	default:
		return false
	}
}

// Run calls heard with each broadcast until ctx ends. What came before it began
// was for nobody: the operator looked at something else.
func (a *Air) Run(ctx context.Context, heard func(message []byte)) error {
	for len(a.waiting) > 0 {
		<-a.waiting
	}
	for {
		select {
		case m := <-a.waiting:
			heard(m)
			clear(m) // it may name somebody
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
