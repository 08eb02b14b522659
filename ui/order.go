package ui

import "chot/scanner"

// An Order is something the command must carry out for the operator. Orders
// follow from intents; [Model.Orders] hands them over in the order they came.
type Order interface{ order() }

// A Gate says which door a PIN opens.
type Gate uint8

const (
	SupervisorGate Gate = iota // the supervisor's menu
	HandoverGate               // the next operator takes the shift
)

type (
	// PassageChanged says what the operator now adds to every payload. Plate,
	// head-count and purpose fall back by themselves after a verdict about
	// somebody, which is a PassageChanged again.
	PassageChanged struct{ Passage scanner.Passage }
	// JudgeAgain asks to judge once more the code whose verdict has this entry
	// number, with the passage as it is now. A command that no longer holds
	// the payload does nothing: the screen asks to scan again.
	JudgeAgain struct{ ID uint64 }
	// CheckPIN asks whether a PIN opens a gate. The command answers with
	// [Model.PINChecked] and the same Attempt; PIN is nowhere else.
	CheckPIN struct {
		Attempt  uint64
		Gate     Gate
		Operator string // at HandoverGate: who takes over
		PIN      string
	}
	// KeepLock asks to remember the wrong attempts, so that a restart does not
	// forget them; at start they come back with [Model.SetLock].
	KeepLock struct{ Lock Lock }
	// HandOver ends the shift and begins that of the operator named. The
	// command answers with [Model.SetShift].
	HandOver struct{ From, To string }
	// KeepPreferences asks to remember and apply what was chosen.
	KeepPreferences struct{ Preferences Preferences }
	// Showing says which screen is in front of the operator, so the command
	// fills it and keeps it fresh; a verdict over it is not told.
	Showing struct{ Screen Screen }
	// TestSource begins or ends the live test of a source: what it reads is
	// told with [Model.TestRead] and neither judged nor written down.
	TestSource struct {
		Name string
		On   bool
	}
	// ReadEnrolment begins or ends the reading of a hub's code: what any
	// source reads is told with [Model.EnrolRead] and not judged.
	ReadEnrolment struct{ On bool }
	// Enrol goes ahead with the enrolment that was read last and shown. The
	// command answers with [Model.SetEnrolment].
	Enrol struct{}
	// Refresh asks to speak to the hub now.
	Refresh struct{}
	// Export writes what no hub has to a stick. The command answers with
	// [Model.SetExport].
	Export struct{ Stick string }
	// FetchLists takes signed lists from the offer with this ID. The command
	// answers with [Model.SetFetch].
	FetchLists struct{ Offer string }
	// FetchReceipts takes the hub's receipts from the offer with this ID. The
	// command answers with [Model.SetFetch].
	FetchReceipts struct{ Offer string }
	// CheckJournal asks to read the whole journal and check it. The command
	// answers with [Model.SetJournalCheck].
	CheckJournal struct{}
	// PlaySound asks to hear an outcome's sound.
	PlaySound struct{ Outcome scanner.Outcome }
)

// On a device in the hand.
type (
	// Torch switches the camera's lamp. The command answers with
	// [Model.SetTorch] where it did not work.
	Torch struct{ On bool }
	// AskCamera has the system ask the operator for the camera.
	AskCamera struct{}
	// OpenSettings opens one of the system's pages.
	OpenSettings struct{ Page SettingsPage }
	// LeaveApp ends the lock on the device, if there is one, and leaves the
	// program for the system.
	LeaveApp struct{}
)

func (PassageChanged) order()  {}
func (JudgeAgain) order()      {}
func (CheckPIN) order()        {}
func (KeepLock) order()        {}
func (HandOver) order()        {}
func (KeepPreferences) order() {}
func (Showing) order()         {}
func (TestSource) order()      {}
func (ReadEnrolment) order()   {}
func (Enrol) order()           {}
func (Refresh) order()         {}
func (Export) order()          {}
func (FetchLists) order()      {}
func (FetchReceipts) order()   {}
func (CheckJournal) order()    {}
func (PlaySound) order()       {}
func (Torch) order()           {}
func (AskCamera) order()       {}
func (OpenSettings) order()    {}
func (LeaveApp) order()        {}
