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
// stage's business. A payload that itself holds a suffix byte comes in pieces:
// for such codes use a camera.
//
// # Triggers
//
// A reader that waits for a command is started when its port opens, every two
// seconds, since it stops by itself after one scan or after a time, and after
// each scan; it is stopped when the port is closed on purpose.
//
// A line has at most 8 KiB. A longer one is an error value, and what follows
// up to the next suffix or silence is dropped with it.
package serial

import (
	"errors"
	"fmt"
	"slices"
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

// ErrSpec is of a description that is not understood.
var ErrSpec = errors.New("the port's options are not understood: give the port, then a baud rate, gm65, honeywell or zebra, and suffix, as in /dev/ttyUSB0,115200,gm65")

// ErrUnplugged ends a port's Run.
var ErrUnplugged = errors.New("the serial reader was unplugged: plug it in again")

// Errors of a Line.
var (
	ErrOverlong   = errors.New("the reader sent more than 8 KiB without an end: set its suffix to CR, check its baud rate, and scan again")
	ErrUnfinished = errors.New("the reader stopped without a suffix: scan again; if it happens always, set its suffix to CR, or take the option suffix away")
)

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

// Spec says which port, and how the reader on it is set up.
type Spec struct {
	Path string
	Baud int
	// Trigger, when it is not empty, is sent again and again while the port
	// runs: the reader waits for a command.
	Trigger Trigger
	// Suffix ends a line at a suffix only. Without it silence does too. With
	// it a line that stops for half a second without its suffix is lost.
	Suffix bool
}

// rates are those Linux has a name for.
var rates = []int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000}

// ParseSpec reads "/dev/ttyUSB0", "/dev/ttyUSB0,115200" or
// "/dev/ttyACM0,gm65,suffix": a port, then options in any order. An option is
// a baud rate, a maker whose readers wait for a start command (see TriggerOf),
// or suffix.
func ParseSpec(text string) (Spec, error) {
	path, options, given := strings.Cut(text, ",")
	s := Spec{Path: strings.TrimSpace(path), Baud: DefaultBaud}
	if s.Path == "" {
		return Spec{}, fmt.Errorf("serial port: no name given: %w", ErrNoPort)
	}
	for given {
		var option string
		option, options, given = strings.Cut(options, ",")
		option = strings.TrimSpace(option)
		rate, notNumber := strconv.Atoi(option)
		trigger, notMaker := TriggerOf(option)
		switch {
		case notNumber == nil && slices.Contains(rates, rate):
			s.Baud = rate
		case notNumber == nil:
			return Spec{}, fmt.Errorf("serial port %s: %w", s.Path, ErrBaud)
		case option == "suffix":
			s.Suffix = true
		case notMaker == nil:
			s.Trigger = trigger
		default:
			return Spec{}, fmt.Errorf("serial port %s: %q: %w", s.Path, option, ErrSpec)
		}
	}
	return s, nil
}
