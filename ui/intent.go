package ui

import "chot/scanner"

// An Intent is something the operator wants. Layout returns intents in the
// order they were meant.
type Intent interface{ intent() }

// On any screen.
type (
	// Open goes to a screen. Those of the supervisor open only behind the PIN.
	Open struct{ Screen Screen }
	// Close goes back to where the screen was opened from.
	Close struct{}
	// AskSupervisor asks for the supervisor's menu: the PIN comes first.
	AskSupervisor struct{}
	// WedgeText is what a reader that acts as a keyboard has typed.
	WedgeText struct{ Text string }
	// TurnPage leafs through a list, forward or back.
	TurnPage struct{ By int }
)

// What is added to a scan.
type (
	// SetDirection chooses in or out.
	SetDirection struct{ Direction scanner.Direction }
	// SetPurpose chooses a purpose by its code; "" is none.
	SetPurpose struct{ Code string }
	// SetHeadCount says how many people are in the vehicle.
	SetHeadCount struct{ Count int }
	// ClearVehicle forgets plate and head-count.
	ClearVehicle struct{}
)

// Keypads: they write into the field of the screen that is open.
type (
	// OpenTyped opens the screen on which a number is typed.
	OpenTyped struct{}
	// ChooseField chooses which field of the typed screen is written to.
	ChooseField struct{ Field Field }
	// TypeText adds to the field.
	TypeText struct{ Text string }
	// EraseTyped takes the field's last character away.
	EraseTyped struct{}
	// ClearTyped empties the field.
	ClearTyped struct{}
	// SubmitTyped is done with the field: a verdict on the number, the plate
	// taken over, the PIN tried.
	SubmitTyped struct{}
	// CloseTyped leaves the field undone.
	CloseTyped struct{}
)

// Verdicts.
type (
	// Why asks for the verdict to be explained.
	Why struct{}
	// CloseWhy goes back from the explanation to the verdict.
	CloseWhy struct{}
	// Dismiss closes a verdict.
	Dismiss struct{}
)

// The shift and the supervisor's menu.
type (
	// ChooseOperator says who takes the shift over.
	ChooseOperator struct{ Name string }
	// ConfirmHandover hands the shift to the operator chosen.
	ConfirmHandover struct{}
	// ToggleTest begins or ends the live test of a source.
	ToggleTest struct{ Source string }
	// ConfirmEnrolment goes ahead with the hub shown.
	ConfirmEnrolment struct{}
	// RetryEnrolment reads another code.
	RetryEnrolment struct{}
	// RefreshNow speaks to the hub now.
	RefreshNow struct{}
	// SetLanguage chooses the language of all texts.
	SetLanguage struct{ Language string }
	// SetPreset chooses the colours.
	SetPreset struct{ Preset Preset }
	// SetLarge chooses large type.
	SetLarge struct{ On bool }
	// SetVolume chooses how loud, 0 to MaxVolume.
	SetVolume struct{ Volume int }
	// SetSpoken chooses spoken words.
	SetSpoken struct{ On bool }
	// HearSound plays an outcome's sound.
	HearSound struct{ Outcome scanner.Outcome }
	// StartExport writes to the stick named.
	StartExport struct{ Stick string }
	// StartFetch takes the lists, or the receipts, that an offer holds.
	StartFetch struct {
		Offer    string
		Receipts bool
	}
	// StartCheck checks the journal.
	StartCheck struct{}
)

// On a device in the hand.
type (
	// SetTorch switches the camera's lamp.
	SetTorch struct{ On bool }
	// SetVibrate chooses whether a verdict is felt.
	SetVibrate struct{ On bool }
	// AllowCamera has the system ask for the camera.
	AllowCamera struct{}
	// ShowSettings opens one of the system's pages.
	ShowSettings struct{ Page SettingsPage }
	// GoBack is the Back key on the scan screen, which nothing is behind.
	GoBack struct{}
	// LeaveNow leaves the program.
	LeaveNow struct{}
)

func (Open) intent()             {}
func (Close) intent()            {}
func (AskSupervisor) intent()    {}
func (WedgeText) intent()        {}
func (TurnPage) intent()         {}
func (SetDirection) intent()     {}
func (SetPurpose) intent()       {}
func (SetHeadCount) intent()     {}
func (ClearVehicle) intent()     {}
func (OpenTyped) intent()        {}
func (ChooseField) intent()      {}
func (TypeText) intent()         {}
func (EraseTyped) intent()       {}
func (ClearTyped) intent()       {}
func (SubmitTyped) intent()      {}
func (CloseTyped) intent()       {}
func (Why) intent()              {}
func (CloseWhy) intent()         {}
func (Dismiss) intent()          {}
func (ChooseOperator) intent()   {}
func (ConfirmHandover) intent()  {}
func (ToggleTest) intent()       {}
func (ConfirmEnrolment) intent() {}
func (RetryEnrolment) intent()   {}
func (RefreshNow) intent()       {}
func (SetLanguage) intent()      {}
func (SetPreset) intent()        {}
func (SetLarge) intent()         {}
func (SetVolume) intent()        {}
func (SetSpoken) intent()        {}
func (HearSound) intent()        {}
func (StartExport) intent()      {}
func (StartFetch) intent()       {}
func (StartCheck) intent()       {}
func (SetTorch) intent()         {}
func (SetVibrate) intent()       {}
func (AllowCamera) intent()      {}
func (ShowSettings) intent()     {}
func (GoBack) intent()           {}
func (LeaveNow) intent()         {}
