// Package ui shows: it draws the operator's screens with Gio and tells what
// the operator wants. It decides nothing.
//
// The window owns a [UI], which holds the state of widgets and nothing else,
// and a [Model], which folds what happened (a scan, a tap, the clock) into
// the next [Snapshot]. One frame is
//
//	snapshot := model.Snapshot(now)
//	for _, in := range screens.Layout(gtx, snapshot) {
//		if payload, ok := model.Apply(in, now); ok {
//			// hand the payload to the scanner
//		}
//	}
//	for _, order := range model.Orders() {
//		// carry it out, and tell the model what came of it
//	}
//
// and Model.Tick says when to draw the next frame if nothing happens before.
//
// Whatever the operator wants of the machine is an [Order]; what the machine
// has to say comes in through the model's methods (Scanned, Seen, Set…), from
// any goroutine, followed by an Invalidate of the window. An order is carried
// out off the window's goroutine: a PIN may take long to check, a stick to
// write.
//
// # The screen
//
// It is read at two metres for half a second. A verdict fills it: colour,
// shape, word and reason all say the same, so any one of them may fail to
// reach the reader (colour blindness, glare, another language). Words stand
// at least 7:1 from their ground (WCAG 2.2 §1.4.6), controls are at least
// 12 mm (76 dp) high, and nothing needs a second tap, a swipe or a long press
// but the supervisor's way in: two seconds on the title of the screen "More"
// (or F10), and then a PIN.
//
//	scan ─ verdict ─ why
//	  ├─ typed number and birth date, purposes, plate and head-count
//	  └─ more ─ last scans, shift ─ hand-over, faults, colours and language
//	       └─ PIN ─ menu ─ sources, lists and hub, stick, journal, faults,
//	                       colours and language, sound, enrolment,
//	                       the way out
//
// A verdict stands over whatever is open and goes by itself; so does every
// screen that nobody touches, and with it what was typed there. A person's
// name is nowhere but on their verdict, the first six digits of a number only
// where they are typed, and a PIN's digits in nothing that is drawn or told.
//
// # In the hand
//
// The same screens lie in windows from 360×640 dp up, upright and flat, under
// the system's bars ([Insets]): grounds and the camera's picture reach below
// them, nothing that is read or tapped does. Upright, what is tapped often is in
// the lower half, where the thumb is. 76 dp are 12 mm at the 160 dots an inch
// that Android calls one dp; keys stay as high and wide where two system bars
// take a tenth of the smallest window, and what is read gives way (title,
// hints). The one exception is a plate's board of letters, five beside each
// other in 360 dp, eight in 592: they are at least 68 dp wide and high, 10.8 mm.
//
// Back goes one step back and never leaves; where the platform has somewhere to
// go, the way out is in the supervisor's menu. [Snapshot.Private] says what must
// not be kept as a picture, [UI.Announce] what a screen reader says at once. A
// screen reader goes from the top down. A window is drawn when something
// changes; left alone the scan screen is drawn once a minute.
//
// Keys, where there is a keyboard: F1 why, F2 in, F3 out, F4 number, F5 more,
// F10 supervisor, Escape back.
//
// # Texts
//
// Every word comes from package assets under the stable code of an outcome,
// reason or fault. The error of a component never reaches the screen.
//
// The package builds without cgo: gioui.org/app belongs to the command.
package ui
