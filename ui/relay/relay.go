// Package relay moves a barrier and its lamps: a relay board on a serial port or
// a line of Linux's GPIO character device is switched on for the length of a
// pulse, and an input tells whether the barrier turned.
//
// # Naming an output
//
//	serial:/dev/ttyUSB0,lcus1            a LCUS-type board's first relay, 9600 baud
//	serial:/dev/ttyUSB0@115200,lcus2     its second, at another rate
//	serial:/dev/ttyUSB0,A00101A2,A00100A1  any board: the bytes for on and for off
//	gpio:/dev/gpiochip0,17               line 17 of a GPIO chip
//	gpio:/dev/gpiochip0,17,low           the same, on when the line is low
//
// and an input:
//
//	gpio:/dev/gpiochip0,27,low,pull-up   a contact to ground
//
// Outputs that stand on one serial port, as the relays of one board do, are opened
// through one [Ports]: the port is opened once and each command goes out whole.
//
// LCUS-type boards (LCUS-1, -2, -4…; CH340 converters, 9600 baud, 8N1) take A0,
// the relay's number, 1 or 0, and the sum of these three bytes.
//
// A line is off when it is opened, when it is closed and, for as long as the
// program can say so, when anything fails: a barrier that is not told to open
// stays shut.
package relay

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Errors of opening an output or an input.
var (
	ErrSpec        = errors.New("the relay's description is not understood: give serial:/dev/ttyUSB0,lcus1 or gpio:/dev/gpiochip0,17")
	ErrNoDevice    = errors.New("there is no such relay: plug it in, or name another device (ls /dev/serial/by-id /dev/gpiochip*)")
	ErrPermission  = errors.New("this user may not use the relay: add the user to the group dialout (serial) or gpio (GPIO), and sign in again")
	ErrBusy        = errors.New("another program is using the relay: close that program, or name another line")
	ErrUnsupported = errors.New("this build drives no relays: set no relay")
)

// Errors of using it.
var (
	ErrAway  = errors.New("the relay does not answer: check its cable and its power")
	ErrStuck = errors.New("the barrier's sensor shows a passage all the time: check the sensor and its cable")
)

// Baud is what relay boards come set to.
const Baud = 9600

// Spec is a description of an output or an input, taken apart.
type Spec struct {
	Path string
	// Of a serial port.
	Baud    int
	On, Off []byte
	// Of a GPIO line.
	GPIO   bool
	Line   uint32
	Low    bool // on is low
	PullUp bool
}

// ParseSpec reads a description.
func ParseSpec(text string) (Spec, error) {
	bad := func() (Spec, error) { return Spec{}, fmt.Errorf("relay %q: %w", text, ErrSpec) }
	kind, rest, _ := strings.Cut(text, ":")
	fields := strings.Split(rest, ",")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	s := Spec{Path: fields[0]}
	if s.Path == "" || len(fields) < 2 {
		return bad()
	}
	switch kind {
	case "gpio":
		n, err := strconv.ParseUint(fields[1], 10, 16)
		if err != nil {
			return bad()
		}
		s.GPIO, s.Line = true, uint32(n)
		for _, word := range fields[2:] {
			switch word {
			case "low":
				s.Low = true
			case "pull-up":
				s.PullUp = true
			default:
				return bad()
			}
		}
		return s, nil
	case "serial":
		s.Baud = Baud
		if path, rate, ok := strings.Cut(s.Path, "@"); ok {
			n, err := strconv.Atoi(rate)
			if err != nil || n <= 0 || path == "" {
				return bad()
			}
			s.Path, s.Baud = path, n
		}
		if number, ok := strings.CutPrefix(fields[1], "lcus"); ok && len(fields) == 2 {
			n, err := strconv.ParseUint(number, 10, 8)
			if err != nil || n == 0 {
				return bad()
			}
			s.On, s.Off = LCUS(byte(n), true), LCUS(byte(n), false)
			return s, nil
		}
		if len(fields) != 3 {
			return bad()
		}
		for i, to := range []*[]byte{&s.On, &s.Off} {
			b, err := hex.DecodeString(strings.ReplaceAll(fields[1+i], " ", ""))
			if err != nil || len(b) == 0 || len(b) > maxCommand {
				return bad()
			}
			*to = b
		}
		return s, nil
	}
	return bad()
}

// maxCommand is the longest command of a board, in bytes.
const maxCommand = 64

// LCUS returns the command that switches a relay of a LCUS-type board.
func LCUS(number byte, on bool) []byte {
	b := []byte{0xA0, number, 0}
	if on {
		b[2] = 1
	}
	return append(b, b[0]+b[1]+b[2])
}
