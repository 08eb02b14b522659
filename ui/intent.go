package ui

import "chot/scanner"

// An Intent is something the operator wants. Layout returns intents in the
// order they were meant.
type Intent interface{ intent() }

type (
	// SetDirection chooses in or out.
	SetDirection struct{ Direction scanner.Direction }
	// SetLanguage chooses the language of all texts.
	SetLanguage struct{ Language string }
	// OpenTyped opens the screen on which a number is typed.
	OpenTyped struct{}
	// TypeText adds to the typed number, EraseTyped takes its last digit
	// away, ClearTyped all of it.
	TypeText   struct{ Text string }
	EraseTyped struct{}
	ClearTyped struct{}
	// SubmitTyped asks for a verdict on the typed number.
	SubmitTyped struct{}
	// CloseTyped leaves the typed number undone.
	CloseTyped struct{}
	// Why asks for the verdict to be explained; CloseWhy goes back to it.
	Why      struct{}
	CloseWhy struct{}
	// Dismiss closes a verdict.
	Dismiss struct{}
	// WedgeText is what a reader that acts as a keyboard has typed.
	WedgeText struct{ Text string }
)

func (SetDirection) intent() {}
func (SetLanguage) intent()  {}
func (OpenTyped) intent()    {}
func (TypeText) intent()     {}
func (EraseTyped) intent()   {}
func (ClearTyped) intent()   {}
func (SubmitTyped) intent()  {}
func (CloseTyped) intent()   {}
func (Why) intent()          {}
func (CloseWhy) intent()     {}
func (Dismiss) intent()      {}
func (WedgeText) intent()    {}
