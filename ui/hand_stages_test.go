package ui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chot/assets"
	"chot/scanner"
)

// handStages shows what screens look like on a device in the hand only.
func handStages(t testing.TB) []stage {
	var all []stage
	add := func(name string, screen Screen, change func(*Snapshot)) {
		s := snapshot(screen)
		s.Handheld, s.Vibrates, s.Leaves, s.Torch = true, true, true, TorchOff
		change(&s)
		all = append(all, stage{name, s})
	}
	faulty := func(name string, f ...scanner.Fault) {
		add(name, ScanScreen, func(s *Snapshot) { s.Faults = f })
	}
	add("hand-scan", ScanScreen, func(s *Snapshot) { s.Preview = asSensed(tall(camera(t, true)), 1, false) })
	add("hand-scan-torch", ScanScreen, func(s *Snapshot) { *s = withCamera(t, *s, false); s.Torch, s.WayOut = TorchOn, true })
	add("hand-scan-busy", ScanScreen, func(s *Snapshot) {
		*s = withCamera(t, *s, false)
		s.Purposes, s.Vehicles, s.Purpose, s.Vehicle = purposes(), true, "medical-care", Vehicle{Plate: "29A-123.45", HeadCount: 3}
		s.Faults, s.Hint = troubles(), Dark
		s.Shift.Operator, s.Unsent, s.List = "Lê Văn Ấn", 1412, ListAge{State: ListStale, Age: 30 * time.Hour}
	})
	faulty("hand-unasked", scanner.FaultCameraUnasked)
	faulty("hand-refused", scanner.FaultCameraRefused)
	faulty("hand-barred", scanner.FaultCameraBarred)
	faulty("hand-no-camera", scanner.FaultNoCamera)
	add("hand-offline", ScanScreen, func(s *Snapshot) {
		*s = withCamera(t, *s, false)
		s.Unsent, s.List = 1412, ListAge{State: ListExpired, Age: 20 * 24 * time.Hour}
		s.Faults = []scanner.Fault{scanner.FaultOffline, scanner.FaultDiskFull, scanner.FaultClock}
	})
	add("hand-faults", FaultsScreen, func(s *Snapshot) {
		s.Unsent, s.List = 1412, ListAge{State: ListExpired, Age: 20 * 24 * time.Hour}
		s.Faults = []scanner.Fault{scanner.FaultOffline, scanner.FaultDiskFull, scanner.FaultClock, scanner.FaultInterrupted}
	})
	add("hand-letters", VehicleScreen, func(s *Snapshot) { s.Vehicles, s.Plate, s.Page = true, "29", 1 })
	add("hand-menu", MenuScreen, func(s *Snapshot) { s.Supervised, s.Unsent, s.Faults = true, 1412, troubles() })
	add("hand-enrol", EnrolScreen, func(s *Snapshot) { s.Faults = []scanner.Fault{scanner.FaultCameraUnasked} })
	add("hand-first", FirstScreen, func(*Snapshot) {})
	add("hand-stopped", StoppedScreen, func(s *Snapshot) { s.Stopped, s.Detail = scanner.FaultDiskFull, "" })
	add("hand-leave", LeaveScreen, func(s *Snapshot) { s.Supervised = true })
	add("hand-sound", SoundScreen, func(s *Snapshot) {
		s.Supervised, s.Preferences = true, Preferences{Language: "vi", Volume: 7, Spoken: true, Vibrate: true}
	})
	return all
}

// handScenes are the golden pictures of devices in the hand: every screen in
// the smallest window, and those that count most in the others.
func handScenes(t testing.TB) []scene {
	var all []scene
	add := func(st stage, language string, p Preset, large bool, sz size) {
		s := st.snap
		s.Handheld, s.Vibrates, s.Language, s.Preset, s.Large = true, true, language, p, large
		s.Preferences.Language, s.Preferences.Preset, s.Preferences.Large = language, p, large
		what := language + "-" + p.String()
		if large {
			what = language + "-large"
		}
		all = append(all, scene{fmt.Sprintf("%s-%s-%v", st.name, what, sz), sz, s})
	}
	most := []string{"admit", "refuse", "refer", "typed", "handover", "hand-menu", "hand-scan", "hand-scan-busy"}
	for _, st := range slices.Concat(screenStages(t), handStages(t)) {
		for _, l := range assets.Languages() {
			for _, p := range []Preset{Day, Night} {
				add(st, l, p, false, phone)
			}
		}
		add(st, "vi", Day, true, phone)
		if slices.Contains(most, st.name) {
			for _, sz := range inHand[1:] {
				add(st, "vi", Day, false, sz)
				add(st, "en", Night, false, sz)
			}
		}
	}
	return all
}
