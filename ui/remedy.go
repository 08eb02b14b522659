package ui

import "chot/scanner"

// remedy is the button that leads out of a fault on a device in the hand: what
// it says and what it wants. Most faults have none.
func (p *page) remedy(f scanner.Fault) (label string, in Intent) {
	if !p.snap.Handheld {
		return "", nil
	}
	switch f {
	case scanner.FaultCameraUnasked:
		return p.w.Handheld.Allow, AllowCamera{}
	case scanner.FaultCameraRefused:
		return p.w.Handheld.AskAgain, AllowCamera{}
	case scanner.FaultCameraBarred:
		return p.w.Handheld.Settings, ShowSettings{AppSettings}
	case scanner.FaultClock:
		return p.w.Handheld.Settings, ShowSettings{ClockSettings}
	case scanner.FaultDiskFull:
		return p.w.Handheld.Settings, ShowSettings{StorageSettings}
	case scanner.FaultOffline:
		return p.w.Handheld.Settings, ShowSettings{NetworkSettings}
	}
	return "", nil
}

// instead is the fault that explains why there is no camera's picture. It
// stands in the picture's place, with its button, and not among the banners.
func (p *page) instead() scanner.Fault {
	if p.snap.Preview.Image != nil {
		return ""
	}
	for _, f := range p.snap.Faults {
		switch f {
		case scanner.FaultCameraUnasked, scanner.FaultCameraRefused, scanner.FaultCameraBarred, scanner.FaultNoCamera,
			scanner.FaultCameraBusy, scanner.FaultCameraOff:
			return f
		}
	}
	return ""
}
