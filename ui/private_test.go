package ui

import (
	"testing"

	"gioui.org/io/key"
)

// Each screen is either always private, never, or with what is on it: a
// screen this table does not know fails it.
func TestPrivate(t *testing.T) {
	with := func(change func(*Snapshot)) Snapshot {
		var s Snapshot
		change(&s)
		return s
	}
	nothing := Snapshot{}
	picture := with(func(s *Snapshot) { s.Preview = camera(t, false) })
	table := map[Screen]struct {
		private, public []Snapshot // what else is in the snapshot
	}{
		ScanScreen:    {private: []Snapshot{picture, with(func(s *Snapshot) { s.Vehicle.Plate = "29A-123.45" })}, public: []Snapshot{nothing}},
		VerdictScreen: {private: []Snapshot{nothing, with(func(s *Snapshot) { s.Verdict = &VerdictView{} })}},
		WhyScreen:     {private: []Snapshot{nothing, with(func(s *Snapshot) { s.Verdict = refused() })}},
		TypedScreen: {private: []Snapshot{with(func(s *Snapshot) { s.Typing.Text = "0" }), with(func(s *Snapshot) { s.Typing.Birth = "1" })},
			public: []Snapshot{nothing}},
		FirstScreen: {public: []Snapshot{nothing}}, MoreScreen: {public: []Snapshot{nothing}}, PurposeScreen: {public: []Snapshot{nothing}},
		VehicleScreen:  {private: []Snapshot{with(func(s *Snapshot) { s.Plate = "2" })}, public: []Snapshot{nothing}},
		RecentScreen:   {private: []Snapshot{nothing}},
		ShiftScreen:    {public: []Snapshot{nothing, with(func(s *Snapshot) { s.Recent = full(RecentScreen).Recent })}},
		HandoverScreen: {public: []Snapshot{nothing}}, FaultsScreen: {public: []Snapshot{nothing}}, DisplayScreen: {public: []Snapshot{nothing}},
		PINScreen:     {private: []Snapshot{nothing}},
		MenuScreen:    {public: []Snapshot{nothing}},
		SourcesScreen: {private: []Snapshot{with(func(s *Snapshot) { s.Readings = make([]TestReading, 1) })}, public: []Snapshot{nothing}},
		EnrolScreen:   {private: []Snapshot{picture}, public: []Snapshot{nothing}},
		ListsScreen:   {public: []Snapshot{nothing}}, SoundScreen: {public: []Snapshot{nothing}}, ExportScreen: {public: []Snapshot{nothing}},
		StoppedScreen: {public: []Snapshot{nothing}}, FetchScreen: {public: []Snapshot{nothing}},
		JournalScreen: {public: []Snapshot{nothing}}, LeaveScreen: {public: []Snapshot{nothing}},
	}
	for screen := range screens {
		row, ok := table[screen]
		if !ok || len(row.private)+len(row.public) == 0 {
			t.Errorf("nobody has said whether screen %d is private", screen)
		}
		for want, all := range map[bool][]Snapshot{true: row.private, false: row.public} {
			for i, s := range all {
				s.Screen = screen
				if s.Private() != want {
					t.Errorf("screen %d, row %d: private is %v", screen, i, !want)
				}
			}
		}
		if s := full(screen); !func() bool { s.Screen, s.Verdict = screen, admitted(); return s.Private() }() {
			t.Errorf("screen %d under a verdict is not private", screen)
		}
	}
	if !(Snapshot{Screen: screens}).Private() {
		t.Error("a screen nobody knows is not private")
	}
}

// What a screen reader says at once is each verdict, once, and nobody's name.
func TestVerdictIsAnnounced(t *testing.T) {
	screens, err := New()
	if err != nil {
		t.Fatal(err)
	}
	again := refused()
	again.ID++
	quiet := snapshot(ScanScreen)
	english := withVerdict(VerdictScreen, admitted())
	english.Language = "en"
	for i, c := range []struct {
		snap Snapshot
		want string
	}{
		{quiet, ""},
		{withVerdict(VerdictScreen, refused()), "DỪNG LẠI. Hết hạn 12/08/2026"},
		{withVerdict(VerdictScreen, refused()), ""},
		{withVerdict(WhyScreen, refused()), ""},
		{withVerdict(VerdictScreen, again), "DỪNG LẠI. Hết hạn 12/08/2026"}, // the next person
		{english, "MAY PASS. On the list until 31/12/2026"},
		{quiet, ""},
		{withVerdict(VerdictScreen, admitted()), "ĐƯỢC QUA. Trong danh sách đến 31/12/2026"},
	} {
		if got := screens.Announce(c.snap); got != c.want {
			t.Errorf("step %d: says %q, not %q", i, got, c.want)
		}
	}
}

// Back is taken on every screen, so that it never leaves the program, and goes
// one step back inside it.
func TestBackGoesOneStep(t *testing.T) {
	steps := map[Screen]Intent{
		ScanScreen: GoBack{}, VerdictScreen: Dismiss{}, WhyScreen: CloseWhy{}, TypedScreen: CloseTyped{}, FirstScreen: nil,
	}
	d := newDesk(t, hand, snapshot(ScanScreen))
	for screen := range screens {
		s := full(screen)
		if screen == VerdictScreen || screen == WhyScreen {
			s.Verdict = refused()
		}
		d.show(s)
		step, ok := steps[screen]
		if !ok {
			step = Close{}
		}
		// So Gio's window for Android finds out whether to leave: by whether the
		// router has to wake somebody for it (app.Window.processEvent).
		d.router.WakeupTime()
		d.router.Queue(key.Event{Name: key.NameBack})
		if _, taken := d.router.WakeupTime(); !taken {
			t.Errorf("screen %d: Back leaves the program", screen)
		}
		d.frame()
		got := d.take()
		if step == nil && len(got) != 0 || step != nil && (len(got) != 1 || got[0] != step) {
			t.Errorf("screen %d: Back wants %#v, not %#v", screen, got, step)
		}
	}
}

// From wherever the operator is, Back comes home and stays there; how to leave
// is told only where there is a way, and for a moment.
func TestBackComesHome(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		for screen := range screens {
			m := supervised(t, Settings{Leaves: leaves, Vehicles: true, Purposes: purposes()})
			if !screen.guarded() {
				do(m, noon, Close{})
			}
			do(m, noon, Open{screen})
			d := newDesk(t, hand, m.Snapshot(noon))
			d.model = m
			for range 6 {
				d.press(key.NameBack)
				d.frame()
			}
			s := m.Snapshot(d.now)
			if s.Screen != ScanScreen || s.Supervised || s.WayOut != leaves {
				t.Errorf("leaves %v: from screen %d Back leads to %d, says the way out: %v", leaves, screen, s.Screen, s.WayOut)
			}
			if len(ordered[LeaveApp](m)) > 0 {
				t.Errorf("Back on screen %d leaves the program", screen)
			}
			d.frame()
			if _, told := d.find("Muốn thoát: gọi quản lý"); told != leaves {
				t.Errorf("leaves %v: the way out is told: %v", leaves, told)
			}
			if at := m.Tick(d.now); leaves && at.After(d.now.Add(backHint)) {
				t.Errorf("nobody looks when the hint ends: %v", at)
			}
			d.wait(backHint)
			if m.Snapshot(d.now).WayOut {
				t.Error("the way out is told for ever")
			}
		}
	}
}

// Only the supervisor leaves the program, and only after being asked.
func TestLeaving(t *testing.T) {
	m := NewModel(Settings{PIN: true, Leaves: true})
	do(m, noon, Open{LeaveScreen}, LeaveNow{})
	m = supervised(t, Settings{Leaves: true})
	do(m, noon, LeaveNow{})
	if s := m.Snapshot(noon); s.Screen != MenuScreen || len(ordered[LeaveApp](m)) > 0 {
		t.Errorf("screen %d", s.Screen)
	}
	do(m, noon, Open{LeaveScreen}, LeaveNow{})
	if s := m.Snapshot(noon); s.Screen != ScanScreen || s.Supervised || len(ordered[LeaveApp](m)) != 1 {
		t.Errorf("after leaving: screen %d, menu open %v", s.Screen, s.Supervised)
	}
	if s := supervised(t, Settings{}).Snapshot(noon); s.Leaves {
		t.Error("a kiosk can be left")
	}
}
