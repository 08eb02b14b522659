package ui

import (
	"slices"
	"time"

	"chot/scanner"
)

const (
	// vehicleFor is how long a vehicle stays that nobody in it was scanned for:
	// the next one must not be written down under its plate.
	vehicleFor = 5 * time.Minute
	// cueFor is how long the screen says that the code in view was scanned.
	cueFor = 1500 * time.Millisecond
	// typedFor is how long a typed payload waits for its verdict.
	typedFor = 5 * time.Second
	// recents is how many scans are listed.
	recents = 50
	// maxHeads bounds a head-count: no vehicle takes more.
	maxHeads = 99
)

// Passage is what the operator adds to a payload right now.
func (m *Model) Passage() scanner.Passage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.passage()
}

func (m *Model) passage() scanner.Passage {
	return scanner.Passage{
		Direction: m.now.Direction, Purpose: m.now.Purpose, Operator: m.now.Shift.Operator,
		Plate: m.now.Vehicle.Plate, HeadCount: m.now.Vehicle.HeadCount,
	}
}

// addToScan folds in what is added to the next scan.
func (m *Model) addToScan(in Intent, now time.Time) {
	before := m.passage()
	switch in := in.(type) {
	case SetDirection:
		m.now.Direction = in.Direction
	case SetPurpose:
		m.choosePurpose(in.Code, now)
		return
	case SetHeadCount:
		m.now.Vehicle.HeadCount, m.vehicle = min(max(in.Count, 0), maxHeads), now
	case ClearVehicle:
		m.now.Vehicle, m.now.Plate = Vehicle{}, ""
	}
	m.passageSince(before)
}

func (m *Model) choosePurpose(code string, now time.Time) {
	known := code == "" || slices.ContainsFunc(m.now.Purposes, func(p Purpose) bool { return p.Code == code })
	if !known || m.now.Verdict != nil {
		return
	}
	before, again := m.passage(), m.again
	m.now.Purpose = code
	m.passageSince(before)
	if m.base == PurposeScreen {
		m.leave(m.home(), now)
		if again != nil {
			m.order(JudgeAgain{ID: *again})
		}
	}
}

// takeVehicle takes the plate as typed over into the next scan.
func (m *Model) takeVehicle(now time.Time) {
	before := m.passage()
	m.now.Vehicle.Plate, m.vehicle = plate(m.now.Plate), now
	m.passageSince(before)
	m.leave(m.home(), now)
}

// forgetVehicle forgets a vehicle nobody was scanned for.
func (m *Model) forgetVehicle(now time.Time) {
	if m.now.Vehicle == (Vehicle{}) || m.base == VehicleScreen || now.Sub(m.vehicle) < vehicleFor {
		return
	}
	before := m.passage()
	m.now.Vehicle = Vehicle{}
	m.passageSince(before)
}

func (m *Model) passageSince(before scanner.Passage) {
	if p := m.passage(); p != before {
		m.order(PassageChanged{Passage: p})
	}
}

// counted counts a frame's verdicts, lists them, and returns the one that is
// shown. What was added to a scan is used up by a verdict about somebody; a
// code that could not be read is shown again, and keeps it.
func (m *Model) counted(frame []VerdictView, now time.Time) VerdictView {
	before, somebody := m.passage(), false
	for i, v := range frame {
		if v.At.IsZero() {
			v.At = now // a verdict that could not be written down has no entry to take it from
		}
		if v.Birth == "" && v.MaskedID != "" && now.Sub(m.typed.at) < typedFor && tailOf(v.MaskedID) == m.typed.tail {
			v.Birth, m.typed = m.typed.birth, typed{}
		}
		frame[i] = v
		if v.Kept {
			m.now.Tally.Add(v.Direction, v.Verdict.Outcome, v.At.In(m.now.zone()))
		}
		somebody = somebody || v.MaskedID != ""
		v.Name, v.Birth = "", "" // the list is for passers-by to see
		m.now.Recent = slices.Insert(m.now.Recent, 0, v)
	}
	if len(m.now.Recent) > recents {
		m.now.Recent = m.now.Recent[:recents]
	}
	if somebody {
		m.now.Vehicle, m.now.Purpose = Vehicle{}, m.settings.Purpose
		m.passageSince(before)
	}
	return Strictest(frame)
}

// tailOf is the unmasked end of a masked number.
func tailOf(masked string) string { return onlyDigits(masked) }

// Repeated says that the code in view was scanned a moment ago and is not a
// second scan.
func (m *Model) Repeated(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.repeated = now
}

// Turned says what the barrier did after the admission with this entry number.
func (m *Model) Turned(id uint64, t Turned) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.now.Verdict; v != nil && v.Kept && v.ID == id {
		shown := *v
		shown.Turned = t
		m.now.Verdict = &shown
	}
	for i, v := range m.now.Recent {
		if v.Kept && v.ID == id {
			m.now.Recent[i].Turned = t
		}
	}
}
