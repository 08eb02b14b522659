// Package typist says which keys a keyboard-wedge reader presses for a text: for
// tests, and written without a look at how package wedge reads them.
package typist

import (
	"fmt"
	"strings"
)

// Key is one key going down or up, by its Linux code.
type Key struct {
	Code uint16
	Down bool
}

// Key codes of include/uapi/linux/input-event-codes.h.
const (
	Tab      = 15
	Enter    = 28
	Ctrl     = 29
	Shift    = 42
	Alt      = 56
	CapsLock = 58
)

// keypad is where the digits are on the keypad, from 0 on.
var keypad = [10]uint16{82, 79, 80, 81, 75, 76, 77, 71, 72, 73}

// places gives a US keyboard's keys in the order of their codes from 2 on; _ is a
// key that types nothing.
const (
	places  = "1234567890-=__qwertyuiop[]__asdfghjkl;'`_\\zxcvbnm,./___ "
	shifted = "!@#$%^&*()\x00+__QWERTYUIOP{}__ASDFGHJKL:\"~_|ZXCVBNM<>?____"
)

// Press is a key going down and up.
func Press(code uint16) []Key { return []Key{{code, true}, {code, false}} }

// Hold is keys pressed while another is held.
func Hold(code uint16, keys ...Key) []Key {
	return append(append([]Key{{code, true}}, keys...), Key{code, false})
}

// Code is an ALT code with these digits on the keypad.
func Code(digits string) []Key {
	var keys []Key
	for _, d := range digits {
		keys = append(keys, Press(keypad[d-'0'])...)
	}
	return Hold(Alt, keys...)
}

// ASCII is the keys for printable ASCII, Enter (\r), Tab (\t) and other control
// characters; each character's keys are handed to other, when it is not nil and
// the character is not ASCII.
func ASCII(text string, other func(r rune) []Key) []Key {
	var keys []Key
	for _, r := range text {
		switch i := strings.IndexRune(places, r); {
		case r == '\r':
			keys = append(keys, Press(Enter)...)
		case r == '\t':
			keys = append(keys, Press(Tab)...)
		case r == '_':
			keys = append(keys, Hold(Shift, Press(12)...)...)
		case i >= 0:
			keys = append(keys, Press(uint16(i+2))...)
		case r > 0 && strings.ContainsRune(shifted, r):
			keys = append(keys, Hold(Shift, Press(uint16(strings.IndexRune(shifted, r)+2))...)...)
		case r == 0x1d:
			keys = append(keys, Hold(Ctrl, Press(27)...)...) // Ctrl+]
		case other != nil:
			keys = append(keys, other(r)...)
		default:
			panic(fmt.Sprintf("no key for %q", r))
		}
	}
	return keys
}

// Unicode is an ALT code with the character's number, as readers set to Unicode
// type what is not ASCII.
func Unicode(r rune) []Key { return Code(fmt.Sprint(int(r))) }

// UTF8 is an ALT code, with a zero in front, for each of the character's bytes.
func UTF8(r rune) (keys []Key) {
	for _, b := range []byte(string(r)) {
		keys = append(keys, Code(fmt.Sprintf("0%d", b))...)
	}
	return keys
}
