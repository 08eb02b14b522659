package ui

import "time"

// What a device in the hand has and a kiosk has not. The command's settings
// and its answers say what there is; a kiosk leaves all of it unset.

// A TorchState is what the camera's lamp does.
type TorchState uint8

const (
	NoTorch TorchState = iota // the camera has none
	TorchOff
	TorchOn
)

// A SettingsPage is one of the system's own pages that an operator may be sent
// to.
type SettingsPage uint8

const (
	AppSettings     SettingsPage = iota // what this program may do
	ClockSettings                       // date and time
	StorageSettings                     // what fills the device
	NetworkSettings                     // airplane mode, Wi-Fi, mobile data
)

// backHint is how long the way out is told after Back was pressed on the scan
// screen.
const backHint = 4 * time.Second

// handheld folds in what only a device in the hand is asked.
func (m *Model) handheld(in Intent, now time.Time) {
	if m.now.Verdict != nil {
		return
	}
	switch in := in.(type) {
	case SetTorch:
		if m.now.Torch == NoTorch {
			return
		}
		m.now.Torch = TorchOff
		if in.On {
			m.now.Torch = TorchOn
		}
		m.order(Torch(in))
	case AllowCamera:
		m.order(AskCamera{})
	case ShowSettings:
		m.order(OpenSettings(in))
	case GoBack:
		if m.base == ScanScreen && m.now.Leaves {
			m.backAt = now
		}
	case LeaveNow:
		if m.base == LeaveScreen && m.now.Leaves && m.now.Supervised {
			m.leave(m.home(), now)
			m.order(LeaveApp{})
		}
	}
}

// SetTorch says what the camera's lamp does: that there is one, that it was
// switched, or that the camera it belongs to has gone.
func (m *Model) SetTorch(t TorchState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Torch = t
}
