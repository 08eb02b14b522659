package ui

import "slices"

// supervise folds in what is wanted behind the supervisor's PIN.
func (m *Model) supervise(in Intent) {
	if m.now.Verdict != nil {
		return
	}
	switch in.(type) {
	case ConfirmEnrolment:
		if m.base == EnrolScreen && m.now.Enrolment.State == EnrolOffered {
			m.now.Enrolment.State = EnrolRunning
			m.order(Enrol{})
		}
		return
	case RetryEnrolment:
		if s := m.now.Enrolment.State; m.base == EnrolScreen && (s == EnrolOffered || s == EnrolFailed) {
			m.now.Enrolment = EnrolView{}
			m.order(ReadEnrolment{On: true})
		}
		return
	}
	if _, carry := in.(StartExport); !m.now.Supervised && !(carry && m.outlived(ExportScreen)) {
		return
	}
	switch in := in.(type) {
	case ToggleTest:
		if in.Source == m.testing {
			m.test("")
		} else if m.base == SourcesScreen && slices.ContainsFunc(m.now.Sources, func(s SourceView) bool { return s.Name == in.Source }) {
			m.test(in.Source)
		}
	case RefreshNow:
		if m.base == ListsScreen && !m.now.Sync.Busy {
			m.now.Sync.Busy = true
			m.order(Refresh{})
		}
	case HearSound:
		if m.base == SoundScreen {
			m.order(PlaySound(in))
		}
	case StartExport:
		if m.base == ExportScreen && m.now.ExportTask.State != TaskRunning &&
			slices.ContainsFunc(m.now.Sticks, func(s Stick) bool { return s.ID == in.Stick && !s.ReadOnly }) {
			m.now.ExportTask = Task{State: TaskRunning}
			m.order(Export(in))
		}
	case StartFetch:
		if m.base == FetchScreen && m.now.FetchTask.State != TaskRunning && in.Offer != "" &&
			slices.ContainsFunc(m.now.Offers, func(o Offer) bool { return o.ID == in.Offer && o.Receipts == in.Receipts }) {
			m.now.FetchTask = Task{State: TaskRunning, Receipts: in.Receipts}
			if in.Receipts {
				m.order(FetchReceipts{Offer: in.Offer})
			} else {
				m.order(FetchLists{Offer: in.Offer})
			}
		}
	case StartCheck:
		if m.base == JournalScreen && m.now.CheckTask.State != TaskRunning {
			m.now.CheckTask = Task{State: TaskRunning}
			m.order(CheckJournal{})
		}
	}
}

// test begins the live test of a source and ends that of another.
func (m *Model) test(source string) {
	if m.testing != "" {
		m.order(TestSource{Name: m.testing})
	}
	m.testing, m.now.Readings = source, nil
	if source != "" {
		m.order(TestSource{Name: source, On: true})
	}
	m.markTesting()
}

func (m *Model) markTesting() {
	m.now.Sources = slices.Clone(m.now.Sources)
	for i := range m.now.Sources {
		m.now.Sources[i].Testing = m.now.Sources[i].Name == m.testing && m.testing != ""
	}
}

// prefer folds a choice about screen and sound in.
func (m *Model) prefer(in Intent) {
	p := m.now.Preferences
	switch in := in.(type) {
	case SetLanguage:
		p.Language = in.Language
	case SetPreset:
		p.Preset = in.Preset
	case SetLarge:
		p.Large = in.On
	case SetVolume:
		p.Volume = in.Volume
	case SetSpoken:
		p.Spoken = in.On
	case SetVibrate:
		p.Vibrate = in.On
	}
	if before := m.now.Preferences; m.setPreferences(p) != before {
		m.order(KeepPreferences{Preferences: m.now.Preferences})
	}
}

// setPreferences takes preferences over as far as they are sensible.
func (m *Model) setPreferences(p Preferences) Preferences {
	if p.Language != "vi" && p.Language != "en" {
		p.Language = m.now.Language
	}
	if int(p.Preset) >= len(presetNames) {
		p.Preset = m.now.Preset
	}
	p.Volume = min(max(p.Volume, 0), MaxVolume)
	m.now.Preferences = p
	m.now.Language, m.now.Preset, m.now.Large = p.Language, p.Preset, p.Large
	return p
}

// SetPreferences takes over what was kept from before a restart.
func (m *Model) SetPreferences(p Preferences) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.setPreferences(p)
}
