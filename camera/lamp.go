package camera

import "sync/atomic"

// A Lamp switches the lamps of a program's cameras while they run. The zero value
// leaves them to the cameras' Controls. It is safe for concurrent use.
type Lamp struct {
	switched atomic.Int32 // never, or off or on
}

const lampOff, lampOn = 1, 2

// Switch switches the lamp from the next frame on, where there is one.
func (l *Lamp) Switch(on bool) {
	if on {
		l.switched.Store(lampOn)
	} else {
		l.switched.Store(lampOff)
	}
}

// Lit is whether the lamp shall be on, where the settings say otherwise. A nil Lamp
// was never switched.
func (l *Lamp) Lit(otherwise bool) bool {
	if l == nil {
		return otherwise
	}
	switch l.switched.Load() {
	case lampOff:
		return false
	case lampOn:
		return true
	}
	return otherwise
}
