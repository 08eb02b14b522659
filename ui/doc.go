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
// 12 mm (76 dp) high, and nothing needs a second tap, a swipe or a long press.
//
// # Texts
//
// Every word comes from package assets under the stable code of an outcome,
// reason or fault. The error of a component never reaches the screen.
//
// The package builds without cgo: gioui.org/app belongs to the command.
package ui
