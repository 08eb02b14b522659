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
//
// and Model.Tick says when to draw the next frame if nothing happens before.
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
