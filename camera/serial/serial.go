// Package serial sees through readers that decode by themselves and send what
// they read over a serial line: RS-232, USB serial converters and USB CDC-ACM
// ("virtual COM").
//
// # Framing
//
// A reader marks a scan's end with a suffix it can be set to: CR (the usual
// one), LF, CR LF, TAB or ETX, or with nothing. A line ends at any of these, or
// when the reader has been silent for 50 ms; for half a second, when it ended the
// line before with a suffix. An STX in front is taken away. A reader's answer to a
// command (Send) is passed over. Nothing else is changed: 8 bits, no parity, no
// flow control, and whatever an AIM identifier or a payload holds is the next
// stage's business. A payload that itself holds a suffix byte comes in pieces: for such codes use a camera.
//
// A line has at most 8 KiB. A longer one is an error value, and what follows
// up to the next suffix or silence is dropped with it.
package serial

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DefaultBaud is what readers on TTL and RS-232 lines come set to; USB CDC-ACM
// ignores it.
const DefaultBaud = 9600

// Errors of opening a port.
var (
	ErrNoPort      = errors.New("there is no such serial port: plug the reader in, or name another port (ls /dev/serial/by-id lists them)")
	ErrNotPort     = errors.New("this is not a serial port: name another one (ls /dev/serial/by-id lists them)")
	ErrPermission  = errors.New("this user may not open the serial port: add the user to the group dialout (sudo usermod -aG dialout $USER) and sign in again")
	ErrBusy        = errors.New("another program is using the serial port: close that program (often ModemManager: sudo systemctl disable --now ModemManager)")
	ErrBaud        = errors.New("the baud rate is not one a port can be set to: use the reader's own, mostly 9600 or 115200")
	ErrUnsupported = errors.New("this build has no serial ports: use a keyboard-wedge reader or the camera")
)

// ErrUnplugged ends a port's Run.
var ErrUnplugged = errors.New("the serial reader was unplugged: plug it in again")

// ErrOverlong is a Line's error.
var ErrOverlong = errors.New("the reader sent more than 8 KiB without an end: set its suffix to CR, check its baud rate, and scan again")

// Line is one scan.
type Line struct {
	// Bytes is what the reader sent, without prefix and suffix. It is valid
	// only until the callback returns, and nil exactly when Err is set.
	Bytes []byte
	// At is when its last byte arrived.
	At time.Time
	// Err says, in a sentence for a person, why a scan was lost. It is a
	// value, not the end: the next line follows.
	Err error
}

// State is what Keep reports when a reader comes or goes.
type State struct {
	// Up is true while the port is open.
	Up bool
	// Err says why it is not.
	Err error
	// Retry is how long Keep waits before it tries again.
	Retry time.Duration
	// Port is open while Up is true, to Send commands to; it is Keep's to close.
	Port *Port
}

// ParsePort reads "/dev/ttyUSB0" or "/dev/ttyUSB0,115200".
func ParsePort(spec string) (path string, baud int, err error) {
	path, rate, given := spec, "", false
	if i := strings.LastIndexByte(spec, ','); i >= 0 {
		path, rate, given = spec[:i], spec[i+1:], true
	}
	baud = DefaultBaud
	if given {
		if baud, err = strconv.Atoi(strings.TrimSpace(rate)); err != nil || baud <= 0 {
			return "", 0, fmt.Errorf("serial port %s: %w", path, ErrBaud)
		}
	}
	if path == "" {
		return "", 0, fmt.Errorf("serial port: no name given: %w", ErrNoPort)
	}
	return path, baud, nil
}
