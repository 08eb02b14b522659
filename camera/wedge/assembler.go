package wedge

import (
	"time"
	"unicode/utf8"
)

const (
	// maxLine is the longest line in characters: more than a QR code can
	// hold (2,953 bytes, ISO/IEC 18004 Table 7) even in hexadecimal.
	maxLine = 8 << 10
	// silence ends a line that has no suffix, where that was asked for. A
	// slow USB keyboard reports every 10 ms.
	silence = 50 * time.Millisecond
	// interKey is how long a line that needs a suffix may pause.
	interKey = 500 * time.Millisecond
	// afterwards is how long what follows a line that was lost by a pause
	// counts as its rest, and is lost too: nobody scans again so soon.
	afterwards = 2 * time.Second
	// maxDigits bounds an ALT code: 1114111 is the last character.
	maxDigits = 8
)

// Values of a key event.
const (
	keyUp   = 0
	keyDown = 1 // 2 is the kernel's own repetition of a key held down
)

// A unit is one character of a line, or, with altCode, one ALT code that waits
// for the line's end to be understood.
type unit uint32

const altCode unit = 1 << 31

// Assembler makes lines of key events. It knows no clock and no device: the
// caller says when a key went down or up, and when there has been silence. The
// zero value is ready: it waits for Enter, and takes Windows-1258.
type Assembler struct {
	Silence bool    // 50 ms without a key end a line
	Charset Charset // of ALT codes

	units [maxLine]unit
	n     int
	text  [utf8.UTFMax * maxLine]byte
	at    time.Time
	err   error // the line is lost: drop keys until it ends
	rest  bool  // a line was lost by a pause, and its rest may follow

	shift, ctrl, alt uint8 // which of the left (1) and right (2) keys are down
	caps             bool
	code, digits     int // of the ALT code being typed
}

// Feed takes one key event and calls emit with the line it ends, if any. Its
// error is emit's. code is Linux's key code; value is 1 for down and 0 for up,
// all others are ignored.
func (a *Assembler) Feed(code uint16, value int32, at time.Time, emit func(Line) error) error {
	if a.Open() && at.Sub(a.at) >= a.Patience() {
		if err := a.Pause(emit); err != nil {
			return err
		}
	}
	if value != keyUp && value != keyDown {
		return nil
	}
	a.rest = a.rest && at.Sub(a.at) < afterwards
	a.at = at
	switch code {
	case keyLeftShift, keyRightShift:
		hold(&a.shift, code == keyRightShift, value)
		return nil
	case keyLeftCtrl, keyRightCtrl:
		hold(&a.ctrl, code == keyRightCtrl, value)
		return nil
	case keyLeftAlt, keyRightAlt:
		hold(&a.alt, code == keyRightAlt, value)
		if a.alt != 0 || a.digits == 0 {
			return nil
		}
		return a.altTyped(emit)
	case keyCapsLock:
		a.caps = a.caps != (value == keyDown)
		return nil
	}
	if value == keyUp {
		return nil
	}
	if a.alt != 0 {
		if d := digit(code); d >= 0 && a.digits < maxDigits {
			a.code, a.digits = 10*a.code+d, a.digits+1
		}
		return nil
	}
	c := character(code, a.shift != 0, a.caps, a.ctrl != 0)
	if c == 0 {
		return nil
	}
	return a.typed(unit(c), emit)
}

// hold notes one of a pair of keys as down or up.
func hold(pair *uint8, right bool, value int32) {
	bit := uint8(1)
	if right {
		bit = 2
	}
	*pair &^= bit
	if value == keyDown {
		*pair |= bit
	}
}

// altTyped takes the ALT code that the key's release ends.
func (a *Assembler) altTyped(emit func(Line) error) error {
	code := a.code
	a.code, a.digits = 0, 0
	switch {
	case code == 0 || code > utf8.MaxRune || !utf8.ValidRune(rune(code)):
		a.lose(ErrCode)
		return nil
	case code < 0x80:
		return a.typed(unit(code), emit)
	}
	return a.typed(altCode|unit(code), emit)
}

func (a *Assembler) typed(u unit, emit func(Line) error) error {
	ends := u == '\r' || u == '\n' || u == '\t'
	if a.rest && !ends {
		a.lose(ErrUnfinished)
	}
	a.rest = false
	switch {
	case ends:
		return a.end(emit)
	case a.err != nil:
	case a.n == len(a.units):
		a.lose(ErrOverlong)
	default:
		a.units[a.n] = u
		a.n++
	}
	return nil
}

// lose gives the line up; the first reason counts.
func (a *Assembler) lose(why error) {
	if a.err == nil {
		a.err = why
	}
}

// Dropped says that the kernel lost key events (SYN_DROPPED): the line they were
// of is lost, and which keys are down is not known.
func (a *Assembler) Dropped(at time.Time) {
	a.at = at
	a.lose(ErrDropped)
	a.shift, a.ctrl, a.alt, a.code, a.digits = 0, 0, 0, 0, 0
}

// Open tells whether an unfinished line is held, or one being dropped.
func (a *Assembler) Open() bool { return a.n > 0 || a.err != nil }

// Patience is how long an open line may pause before Pause is due. A lost line's
// rest must not pass for a line, so it is given the longer time.
func (a *Assembler) Patience() time.Duration {
	if a.Silence && a.err == nil {
		return silence
	}
	return interKey
}

// Pause says that there were no keys for as long as Patience allows.
func (a *Assembler) Pause(emit func(Line) error) error {
	if !a.Silence && a.n > 0 {
		a.lose(ErrUnfinished)
	}
	a.rest = a.err != nil
	return a.end(emit)
}

// Caps tells whether Caps Lock is on: a reader that looks at its light wants to
// be told.
func (a *Assembler) Caps() bool { return a.caps }

// end ends the line. An empty one, such as the one between CR and LF, is nothing.
func (a *Assembler) end(emit func(Line) error) error {
	n, err := a.n, a.err
	a.n, a.err = 0, nil
	switch {
	case err != nil:
		if err == ErrDropped { // a key's release may be among what was lost
			a.shift, a.ctrl, a.alt = 0, 0, 0
		}
		return emit(Line{At: a.at, Err: err})
	case n == 0:
		return nil
	}
	return emit(Line{Bytes: a.write(a.units[:n]), At: a.at})
}
