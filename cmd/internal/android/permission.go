package android

import "chot/scanner"

// A Permission is how it stands with the camera.
type Permission uint8

const (
	Unasked Permission = iota // the operator has not answered yet
	Asked                     // the system's question is on the screen
	Granted
	Refused // the operator said no, and may be asked again
	Barred  // the system asks no more: only its settings can allow the camera
)

// dismissals is how often in a row the system's question may come back without
// an answer before it counts as barred: once is a thumb beside the window, and
// a system that asks no more comes back just the same.
const dismissals = 2

// An Asking is the conversation about the camera's permission. Android tells
// only whether it is granted and whether a refusal is on record that an
// explanation might turn (ActivityCompat's "rationale"), and says the same of
// someone who was never asked and of someone who will never be asked again; the
// difference is what was asked in between. Its zero value has asked nothing and
// refuses. It needs nothing kept over restarts.
type Asking struct {
	state      Permission
	refusals   bool // Android had one on record
	unanswered int
}

// State returns how it stands.
func (a Asking) State() Permission { return a.state }

// Ask notes that the system's question is put, and reports whether it is to be
// put at all: once granted or barred there is nothing to ask.
func (a *Asking) Ask() bool {
	if a.state != Unasked && a.state != Refused {
		return false
	}
	a.state = Asked
	return true
}

// Poll folds in what Android says each time the program comes to the front: the
// system's question, and its settings, are screens of their own.
func (a *Asking) Poll(granted, rationale bool) Permission {
	switch {
	case granted:
		*a = Asking{state: Granted}
	case rationale:
		a.state, a.refusals, a.unanswered = Refused, true, 0
	case a.state == Asked && a.refusals:
		a.state = Barred
	case a.state == Asked:
		if a.unanswered++; a.unanswered >= dismissals {
			a.state = Barred
			break
		}
		a.state = Unasked
	case a.state == Granted: // taken back, or lent for one time
		a.state = Unasked
	case a.state == Refused: // set back in the system's settings
		a.state, a.refusals = Unasked, false
	}
	return a.state
}

// Fault is how it shows on the screen; "" is nothing to show.
func (p Permission) Fault() scanner.Fault {
	switch p {
	case Granted, Asked:
		return ""
	case Refused:
		return scanner.FaultCameraRefused
	case Barred:
		return scanner.FaultCameraBarred
	}
	return scanner.FaultCameraUnasked
}

// Explain replaces a kiosk's word for a camera that may not be opened, which
// speaks of users and groups, by what the operator of a handheld can do.
func (p Permission) Explain(faults []scanner.Fault) []scanner.Fault {
	var all []scanner.Fault
	for _, f := range faults {
		if f == scanner.FaultPermission && p != Granted {
			f = p.Fault()
		}
		if f != "" {
			all = append(all, f)
		}
	}
	return all
}
