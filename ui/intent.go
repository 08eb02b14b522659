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
	// TypeText adds to the typed number.
	TypeText struct{ Text string }
	// EraseTyped takes the typed number's last digit away.
	EraseTyped struct{}
	// ClearTyped takes the whole typed number away.
	ClearTyped struct{}
	// SubmitTyped asks for a verdict on the typed number.
	SubmitTyped struct{}
	// CloseTyped leaves the typed number undone.
	CloseTyped struct{}
	// Why asks for the verdict to be explained.
	Why struct{}
	// CloseWhy goes back from the explanation to the verdict.
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
