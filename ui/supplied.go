package ui

import (
	"maps"
	"slices"
	"time"

	"chot/scanner"
)

// SetState replaces what the foot of the screen tells.
func (m *Model) SetState(unsent int, list ListAge, faults []scanner.Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Unsent, m.now.List, m.now.Faults = unsent, list, slices.Clone(faults)
}

// SetFaultDetails says more about faults: which device, which file, which
// key. A detail is one line without personal data and stands on the faults'
// screen under the text.
func (m *Model) SetFaultDetails(details map[scanner.Fault]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.FaultDetails = maps.Clone(details)
}

// SetPlace replaces checkpoint and lane.
func (m *Model) SetPlace(checkpoint, lane string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Checkpoint, m.now.Lane = checkpoint, lane
}

// SetPurposes replaces the purposes there are to choose from and the one that
// every scan begins with.
func (m *Model) SetPurposes(all []Purpose, usual string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.Equal(all, m.now.Purposes) && usual == m.settings.Purpose {
		return
	}
	before := m.passage()
	m.now.Purposes, m.settings.Purpose, m.now.Purpose = slices.Clone(all), usual, usual
	m.passageSince(before)
}

// SetVehicles says whether plates and head-counts are asked here.
func (m *Model) SetVehicles(asked bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Vehicles = asked
}

// Enrolled leaves the first screen: the device belongs to a checkpoint now.
// An enrolment that is on screen stays there until it is closed.
func (m *Model) Enrolled() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.settings.Setup == "" {
		return
	}
	m.settings.Setup, m.now.Setup = "", ""
	if m.base == FirstScreen {
		m.base = m.home()
		if m.now.Verdict == nil {
			m.now.Screen = m.base
		}
	}
}

// SetSources replaces the cameras and readers there are.
func (m *Model) SetSources(all []SourceView) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Sources = slices.Clone(all)
	m.markTesting()
}

// TestRead tells what a source under test has read.
func (m *Model) TestRead(r TestReading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.testing == "" || r.Source != m.testing {
		return
	}
	m.openedAt = later(m.openedAt, r.At)
	m.now.Readings = slices.Insert(slices.Clone(m.now.Readings), 0, r)
	if len(m.now.Readings) > readings {
		m.now.Readings = m.now.Readings[:readings]
	}
}

// readings is how many of a source's readings are listed.
const readings = 3

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// SetLists replaces the signed lists installed.
func (m *Model) SetLists(all []ListView) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Lists = slices.Clone(all)
}

// SetSync replaces how the device stands with its hub.
func (m *Model) SetSync(s SyncView) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Sync = s
}

// SetJournal replaces how full the journal is.
func (m *Model) SetJournal(j JournalView) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Journal = j
}

// SetSticks replaces the sticks that are plugged in.
func (m *Model) SetSticks(all []Stick) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Sticks = slices.Clone(all)
}

// SetOffers replaces what the sticks that are plugged in offer: lists, receipts,
// or nothing.
func (m *Model) SetOffers(all []Offer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Offers = slices.Clone(all)
}

// SetFetch tells how far the fetching of lists or receipts from a stick is.
func (m *Model) SetFetch(t Task) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.State != TaskRunning {
		m.openedAt = later(m.openedAt, m.clock)
	}
	m.now.FetchTask = t
}

// FetchProgress tells how many bytes of a list are here, of how many. It is
// heeded only while lists are fetched from a stick.
func (m *Model) FetchProgress(done, total int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now.FetchTask.State == TaskRunning && !m.now.FetchTask.Receipts {
		m.now.FetchTask.Done, m.now.FetchTask.Total = done, total
	}
}

// SetExport tells how far the export is.
func (m *Model) SetExport(t Task) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.State != TaskRunning {
		m.openedAt = later(m.openedAt, m.clock) // it is read now
	}
	m.now.ExportTask = t
}

// SetJournalCheck tells how far the check of the journal is.
func (m *Model) SetJournalCheck(t Task) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.State != TaskRunning {
		m.openedAt = later(m.openedAt, m.clock)
	}
	m.now.CheckTask = t
}

// EnrolRead tells what the reading of a hub's code has found: State is
// EnrolOffered with Hub, Fingerprint and Expires, or EnrolFailed with Failure.
// Nothing is read while an enrolment runs or is confirmed.
func (m *Model) EnrolRead(v EnrolView) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.base == EnrolScreen && (m.now.Enrolment.State == EnrolReading || m.now.Enrolment.State == EnrolFailed) &&
		(v.State == EnrolOffered || v.State == EnrolFailed) {
		m.now.Enrolment = v
	}
}

// SetEnrolment tells how far a confirmed enrolment is.
func (m *Model) SetEnrolment(v EnrolView) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.base == EnrolScreen {
		m.openedAt = later(m.openedAt, m.clock)
		m.now.Enrolment = v
	}
}

// SetSilent says that there is nothing to play sounds with.
func (m *Model) SetSilent(silent bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Silent = silent
}
