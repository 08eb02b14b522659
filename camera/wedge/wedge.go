// Package wedge sees through readers that decode by themselves and type what
// they read, as a keyboard does ("keyboard wedge"). It takes the keys from
// Linux's input devices (evdev) for this program alone (EVIOCGRAB), so no
// keyboard layout and no Vietnamese input method changes them and no button is
// pressed by them.
//
// # Keys
//
// A key is read as on a US keyboard, whatever the system's layout, with Shift
// and Caps Lock. Ctrl with a key is a control character (Ctrl+] is GS). A line
// ends with Return, Enter, Tab, or their control characters. Where the reader
// has no suffix, the option silence ends a line after 50 ms without a key;
// without that option keys that stop for half a second are dropped with an
// error, and so is what follows within two seconds up to a suffix, because half
// a number is another person's number.
//
// # ALT codes
//
// A character that is on no US key comes as ALT held down with a decimal
// number: ALT+7841, or with a leading zero ALT+0225. What the number stands for
// depends on how the reader was set up, and is decided for each line as a whole:
//
//  1. A number above 255 in the line: all are Unicode code points.
//  2. Otherwise, where the codes from 128 to 255 that follow one another form
//     valid UTF-8: they are UTF-8's bytes.
//  3. Otherwise each is a character of a code page: Windows-1258 (Vietnamese,
//     with combining tone marks) or, by an option, Windows-1252.
//
// The second cannot be mistaken for the third in written Vietnamese, where an
// accented letter stands between ASCII ones. A code with and without a leading
// zero means the same: on a Vietnamese Windows both code pages are 1258. A
// number that is no character loses the line. The text is not normalised: that
// is the next stage's business, as are AIM identifiers and a payload sent twice.
//
// A line has at most 8,192 characters.
package wedge

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors of opening a reader.
var (
	ErrNoReader    = errors.New("there is no such keyboard-wedge reader: plug it in, set it to USB keyboard, or name another one (ls /dev/input/by-id lists them)")
	ErrNotReader   = errors.New("this device has no letter keys: name another one (ls /dev/input/by-id lists them)")
	ErrPermission  = errors.New("this user may not open the reader: add the user to the group input (sudo usermod -aG input $USER) and sign in again")
	ErrBusy        = errors.New("another program has taken the reader for itself: close that program")
	ErrSpec        = errors.New("the reader's options are not understood: give auto, a name or a device file, then ,silence or ,cp1252 or ,cp1258 where needed")
	ErrUnsupported = errors.New("this build cannot take a reader's keys for itself: use a serial reader, the camera, or the window's own keyboard input")
)

// ErrUnplugged ends a reader's Run.
var ErrUnplugged = errors.New("the keyboard-wedge reader was unplugged: plug it in again")

// Errors of a Line.
var (
	ErrOverlong   = errors.New("the reader typed more than 8,192 characters without an end: set its suffix to Enter (CR) and scan again")
	ErrUnfinished = errors.New("the reader stopped without Enter: wait a moment and scan again; if it happens always, set its suffix to Enter (CR), or add the option silence")
	ErrDropped    = errors.New("keys were lost because the computer was too busy: scan again, and set the reader to type more slowly if it happens often")
	ErrCode       = errors.New("the reader typed an ALT code that is no character: set it to UTF-8 or to Windows-1258 and scan again")
)

// Line is one scan.
type Line struct {
	// Bytes is what the reader typed, in UTF-8, without the suffix. It is
	// valid only until the callback returns, and nil exactly when Err is set.
	Bytes []byte
	// At is when its last key was pressed.
	At time.Time
	// Err says, in a sentence for a person, why a scan was lost. It is a
	// value, not the end: the next line follows.
	Err error
}

// State is what Keep reports when a reader comes or goes.
type State struct {
	// Up is true while the reader is open.
	Up bool
	// Err says why it is not.
	Err error
	// Retry is how long Keep waits before it tries again.
	Retry time.Duration
}

// Charset is the code page of ALT codes that are neither Unicode nor UTF-8.
type Charset uint8

// The code pages readers are set to.
const (
	Windows1258 Charset = iota // Vietnamese
	Windows1252                // Western European
)

// Spec says which reader, and how it is set up.
type Spec struct {
	// Name is "auto", a device file ("/dev/input/event5"), a name from
	// /dev/input/by-id, or a part of the name the device gives itself.
	Name string
	// Silence ends a line after 50 ms without a key.
	Silence bool
	// Charset is what ALT codes from 128 to 255 mean.
	Charset Charset
}

// ParseSpec reads "auto", "/dev/input/by-id/usb-…-event-kbd" or
// "Newland,silence,cp1252": a name, then options.
func ParseSpec(text string) (Spec, error) {
	name, options, given := strings.Cut(text, ",")
	s := Spec{Name: strings.TrimSpace(name)}
	if s.Name == "" {
		return Spec{}, fmt.Errorf("reader: no name given: %w", ErrNoReader)
	}
	for given {
		var option string
		option, options, given = strings.Cut(options, ",")
		switch strings.TrimSpace(option) {
		case "silence":
			s.Silence = true
		case "cp1258":
			s.Charset = Windows1258
		case "cp1252":
			s.Charset = Windows1252
		default:
			return Spec{}, fmt.Errorf("reader %s: %w", s.Name, ErrSpec)
		}
	}
	return s, nil
}
