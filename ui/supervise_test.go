package ui

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"chot/scanner"
)

// A source under test is the only one whose readings are listed, and the test
// ends with the screen.
func TestSourceUnderTest(t *testing.T) {
	m := supervised(t, Settings{})
	m.SetSources([]SourceView{{Name: "A", State: SourceWorking}, {Name: "B"}})
	do(m, noon, Open{SourcesScreen}, ToggleTest{Source: "nobody"})
	m.TestRead(TestReading{Source: "A", At: noon})
	if s := m.Snapshot(noon); len(s.Readings) != 0 {
		t.Error("a reading without a test is listed")
	}
	do(m, noon, ToggleTest{Source: "A"})
	for i := range readings + 2 {
		m.TestRead(TestReading{Source: "A", Bytes: i, At: noon})
		m.TestRead(TestReading{Source: "B", Bytes: 99, At: noon})
	}
	s := m.Snapshot(noon)
	if len(s.Readings) != readings || s.Readings[0].Bytes != readings+1 || !s.Sources[0].Testing || s.Sources[1].Testing {
		t.Errorf("listed %+v of %+v", s.Readings, s.Sources)
	}
	m.SetSources([]SourceView{{Name: "A"}, {Name: "B"}})
	if s := m.Snapshot(noon); !s.Sources[0].Testing {
		t.Error("news of the sources end the test")
	}
	do(m, noon, ToggleTest{Source: "B"}, Close{})
	want := []TestSource{{"A", true}, {"A", false}, {"B", true}, {"B", false}}
	if got := ordered[TestSource](m); !reflect.DeepEqual(got, want) {
		t.Errorf("ordered %+v, want %+v", got, want)
	}
	if s := m.Snapshot(noon); len(s.Readings) != 0 {
		t.Error("readings outlive the screen")
	}
}

// A new device is enrolled from its first screen: code, comparison, hub.
func TestEnrolmentFromTheFirstScreen(t *testing.T) {
	m := NewModel(Settings{Setup: "chotctl enrol"})
	if _, ok := m.Apply(WedgeText{Text: "CHOT1:ABC"}, noon); ok {
		t.Error("the first screen takes a scan")
	}
	do(m, noon, Open{MoreScreen}, AskSupervisor{}, Open{ExportScreen})
	if s := m.Snapshot(noon); s.Screen != FirstScreen {
		t.Fatalf("a device that belongs to nobody opens screen %d", s.Screen)
	}
	do(m, noon, Open{EnrolScreen})
	if p, ok := m.Apply(WedgeText{Text: "CHOT1:ABC"}, noon); !ok || p.Input != "wedge" {
		t.Error("a reader's code is not taken for the enrolment")
	}
	do(m, noon, ConfirmEnrolment{})
	if got := ordered[Enrol](m); len(got) != 0 {
		t.Error("an enrolment nobody has seen is confirmed")
	}
	m.EnrolRead(EnrolView{State: EnrolFailed, Failure: EnrolNotACode})
	m.EnrolRead(EnrolView{State: EnrolOffered, Hub: "hub.example", Fingerprint: "AB CD"})
	m.EnrolRead(EnrolView{State: EnrolOffered, Hub: "other.example"}) // while the first is compared
	if s := m.Snapshot(noon); s.Enrolment.Hub != "hub.example" || s.Enrolment.State != EnrolOffered {
		t.Errorf("offered %+v", s.Enrolment)
	}
	do(m, noon, ConfirmEnrolment{}, ConfirmEnrolment{})
	if got := ordered[Enrol](m); len(got) != 1 {
		t.Errorf("ordered %d enrolments", len(got))
	}
	m.EnrolRead(EnrolView{State: EnrolFailed, Failure: EnrolNotACode})
	if s := m.Snapshot(noon); s.Enrolment.State != EnrolRunning {
		t.Error("a code in front of the camera ends an enrolment on its way")
	}
	m.SetEnrolment(EnrolView{State: EnrolFailed, Failure: EnrolAway})
	do(m, noon, RetryEnrolment{})
	if s := m.Snapshot(noon); s.Enrolment != (EnrolView{}) {
		t.Errorf("after another try %+v", s.Enrolment)
	}
	m.SetEnrolment(EnrolView{State: EnrolDone, Checkpoint: "Cổng A"})
	m.Enrolled()
	if s := m.Snapshot(noon); s.Screen != EnrolScreen {
		t.Error("the news that it worked are not shown")
	}
	do(m, noon, Close{})
	if s := m.Snapshot(noon); s.Screen != ScanScreen {
		t.Errorf("after the enrolment the screen is %d", s.Screen)
	}
	if got := ordered[ReadEnrolment](m); len(got) < 2 || got[len(got)-1].On {
		t.Errorf("reading codes is not ended: %+v", got)
	}
}

func TestPreferences(t *testing.T) {
	m := supervised(t, Settings{Volume: 7})
	do(m, noon, SetLanguage{Language: "en"}, SetPreset{Preset: Night}, SetLarge{On: true}, SetVolume{Volume: 99}, SetSpoken{On: true})
	do(m, noon, SetLanguage{Language: "xx"}, SetPreset{Preset: 77}, SetVolume{Volume: MaxVolume})
	kept := ordered[KeepPreferences](m)
	want := Preferences{Language: "en", Preset: Night, Large: true, Volume: MaxVolume, Spoken: true}
	if len(kept) != 5 || kept[4].Preferences != want {
		t.Errorf("the command keeps %+v, want %+v last", kept, want)
	}
	if s := m.Snapshot(noon); s.Language != "en" || s.Preset != Night || !s.Large || s.Preferences != want {
		t.Errorf("shown %+v", s.Preferences)
	}
	again := NewModel(Settings{})
	again.SetPreferences(want)
	if s := again.Snapshot(noon); s.Preferences != want || s.Language != "en" {
		t.Errorf("after a restart %+v", s.Preferences)
	}
}

func TestExportAndCheck(t *testing.T) {
	m := supervised(t, Settings{})
	m.SetSticks([]Stick{{ID: "/a"}, {ID: "/b", ReadOnly: true}})
	do(m, noon, Open{ExportScreen}, StartExport{Stick: "/none"}, StartExport{Stick: "/b"}, StartExport{Stick: "/a"}, StartExport{Stick: "/a"})
	if got := ordered[Export](m); !reflect.DeepEqual(got, []Export{{"/a"}}) {
		t.Errorf("ordered %+v", got)
	}
	// Whoever waits for a long export is not sent away.
	if s := m.Snapshot(after(2 * idleMenu)); s.Screen != ExportScreen {
		t.Error("the menu shuts while the stick is written to")
	}
	m.SetExport(Task{State: TaskFailed, Failure: StickGone})
	do(m, after(2*idleMenu), StartExport{Stick: "/a"})
	if got := ordered[Export](m); len(got) != 1 {
		t.Error("an export that failed cannot be tried again")
	}
	m.SetExport(Task{State: TaskDone, Done: 3})
	do(m, after(2*idleMenu), Close{}, Open{ExportScreen})
	if s := m.Snapshot(after(2 * idleMenu)); s.ExportTask != (Task{}) {
		t.Errorf("yesterday's export is shown: %+v", s.ExportTask)
	}
	do(m, after(2*idleMenu), Close{}, Open{JournalScreen}, StartCheck{}, StartCheck{}, Close{}, Open{ListsScreen}, RefreshNow{}, RefreshNow{})
	if a, b := ordered[CheckJournal](m), m.Snapshot(after(2*idleMenu)); len(a) != 1 || b.CheckTask.State != TaskRunning || !b.Sync.Busy {
		t.Errorf("ordered %d checks, %+v, %+v", len(a), b.CheckTask, b.Sync)
	}
}

// Lists come from a stick that offers some, one at a time; who waits for them is
// not sent away, and what a hub sends meanwhile is no progress of theirs.
func TestListsFromAStick(t *testing.T) {
	m := supervised(t, Settings{})
	m.SetOffers([]Offer{{ID: "/a/repository", Name: "A", Folder: "repository"}, {Name: "B"}})
	do(m, noon, Open{ListsScreen}, StartFetch{Offer: "/a/repository"})
	if got := ordered[FetchLists](m); len(got) != 0 {
		t.Errorf("away from the screen it orders %+v", got)
	}
	m.FetchProgress(5, 10) // the hub's
	do(m, noon, Open{FetchScreen}, StartFetch{}, StartFetch{Offer: "/elsewhere"}, StartFetch{Offer: "/a/repository"}, StartFetch{Offer: "/a/repository"})
	if got := ordered[FetchLists](m); !reflect.DeepEqual(got, []FetchLists{{"/a/repository"}}) {
		t.Errorf("ordered %+v", got)
	}
	m.FetchProgress(30, 100)
	if s := m.Snapshot(after(2 * idleMenu)); s.Screen != FetchScreen || s.FetchTask != (Task{State: TaskRunning, Done: 30, Total: 100}) {
		t.Errorf("screen %d, %+v", s.Screen, s.FetchTask)
	}
	m.SetFetch(Task{State: TaskFailed, Failure: ListsForged})
	m.FetchProgress(40, 100)
	if s := m.Snapshot(after(2 * idleMenu)); s.FetchTask != (Task{State: TaskFailed, Failure: ListsForged}) {
		t.Errorf("what failed goes on: %+v", s.FetchTask)
	}
	do(m, after(2*idleMenu), StartFetch{Offer: "/a/repository"})
	if got := ordered[FetchLists](m); len(got) != 1 {
		t.Error("what failed cannot be tried again")
	}
	m.SetFetch(Task{State: TaskDone, Done: 1})
	do(m, after(2*idleMenu), Close{})
	if s := m.Snapshot(after(2 * idleMenu)); s.Screen != ListsScreen {
		t.Errorf("back from the stick is screen %d", s.Screen)
	}
	do(m, after(2*idleMenu), Open{FetchScreen})
	if s := m.Snapshot(after(2 * idleMenu)); s.FetchTask != (Task{}) {
		t.Errorf("yesterday's fetch is shown: %+v", s.FetchTask)
	}
	guard := NewModel(Settings{PIN: true})
	do(guard, noon, Open{FetchScreen})
	if s := guard.Snapshot(noon); s.Screen != ScanScreen {
		t.Errorf("without the PIN it opens screen %d", s.Screen)
	}
}

// A hub's receipts come from a stick as lists do, and are ordered as what they are:
// a stick may hold both in one place.
func TestReceiptsFromAStick(t *testing.T) {
	m := supervised(t, Settings{})
	m.SetOffers([]Offer{{ID: "/a", Name: "A"}, {ID: "/a", Name: "A", Receipts: true}, {ID: "/b", Name: "B"}})
	do(m, noon, Open{FetchScreen}, StartFetch{Offer: "/b", Receipts: true}, StartFetch{Offer: "/a", Receipts: true}, StartFetch{Offer: "/a"})
	var got []Order
	for _, o := range m.Orders() {
		switch o.(type) {
		case FetchReceipts, FetchLists:
			got = append(got, o)
		}
	}
	if !reflect.DeepEqual(got, []Order{FetchReceipts{"/a"}}) {
		t.Errorf("ordered %+v", got)
	}
	m.FetchProgress(5, 10) // of a list from the hub
	if s := m.Snapshot(noon); s.FetchTask != (Task{State: TaskRunning, Receipts: true}) {
		t.Errorf("%+v", s.FetchTask)
	}
}

// Who has copied scans is told where the stick goes next, unless there is no coming
// back to this device.
func TestWhereAStickGoesNext(t *testing.T) {
	next := language(t, "vi").Export.Next
	s := full(ExportScreen)
	s.ExportTask = Task{State: TaskDone, Done: 3}
	newDesk(t, landscape, s).says(next)
	s.Stopped = scanner.FaultKeysDestroyed
	if _, said := newDesk(t, landscape, s).find(next); said {
		t.Error("a destroyed device waits for receipts")
	}
}

// A device whose keys are destroyed lets its scans be carried away and itself be
// enrolled anew, without a PIN; from there it comes back to its end, also when the
// station was tried again meanwhile.
func TestDestroyed(t *testing.T) {
	for screen := range screens {
		m := NewModel(Settings{Purposes: purposes(), Vehicles: true, PIN: true})
		m.Stop(scanner.FaultKeysDestroyed, "")
		do(m, noon, Open{screen})
		want := StoppedScreen
		if screen == ExportScreen || screen == EnrolScreen {
			want = screen
		}
		m.Stop(scanner.FaultKeysDestroyed, "")
		if s := m.Snapshot(noon); s.Screen != want {
			t.Errorf("%d opens %d, want %d", screen, s.Screen, want)
		}
		if _, ok := m.Apply(WedgeText{Text: "001190123456"}, noon); ok != (want == EnrolScreen) {
			t.Errorf("on %d a reader's text is taken: %v", want, ok)
		}
		m.SetSticks([]Stick{{ID: "/media/chot/A"}})
		do(m, noon, StartExport{Stick: "/media/chot/A"}, StartFetch{Offer: "/media/chot/A"}, StartCheck{}, RefreshNow{})
		carried := 0
		for _, o := range m.Orders() {
			switch o.(type) {
			case Export:
				carried++
			case FetchLists, CheckJournal, Refresh:
				t.Errorf("on %d %T is ordered", want, o)
			}
		}
		if (carried == 1) != (want == ExportScreen) {
			t.Errorf("on %d, %d exports are ordered", want, carried)
		}
		do(m, noon, Close{})
		if s := m.Snapshot(noon); s.Screen != StoppedScreen {
			t.Errorf("%d is closed to %d", want, s.Screen)
		}
	}
}

// While no station is at work the screen says so and nothing else: no scan is
// taken, no verdict appears, no menu opens; and it goes on when one is.
func TestStopped(t *testing.T) {
	for _, from := range []Screen{ScanScreen, TypedScreen, MenuScreen, ExportScreen, EnrolScreen} {
		m := supervised(t, Settings{Purposes: purposes(), Vehicles: true})
		do(m, noon, Open{from})
		m.Orders()
		m.Stop(scanner.FaultReadOnly, "/var/lib/chot")
		s := m.Snapshot(noon)
		if s.Screen != StoppedScreen || s.Stopped != scanner.FaultReadOnly || s.Detail != "/var/lib/chot" || s.Supervised {
			t.Fatalf("from %d: screen %d, %q", from, s.Screen, s.Detail)
		}
		if told := ordered[Showing](m); len(told) != 1 || told[0].Screen != StoppedScreen {
			t.Errorf("from %d the command is told %+v", from, told)
		}
		if _, ok := m.Apply(WedgeText{Text: "001190123456"}, noon); ok {
			t.Error("a scan is taken")
		}
		m.Scanned(noon, *admitted())
		for screen := range screens {
			do(m, noon, Open{screen})
		}
		do(m, noon, OpenTyped{}, AskSupervisor{}, Close{}, SubmitTyped{}, Why{})
		if s := m.Snapshot(after(time.Hour)); s.Screen != StoppedScreen || s.Verdict != nil {
			t.Errorf("from %d: in the end screen %d, verdict %v", from, s.Screen, s.Verdict)
		}
		do(m, noon, SetLanguage{Language: "en"})
		m.Stop(scanner.FaultConfig, "") // tried again, and something else is wrong
		if s := m.Snapshot(noon); s.Language != "en" || s.Stopped != scanner.FaultConfig || s.Detail != "" {
			t.Errorf("shown %s %s", s.Language, s.Stopped)
		}
		m.Start()
		if s := m.Snapshot(noon); s.Screen != ScanScreen || s.Stopped != "" {
			t.Errorf("mended, it shows screen %d", s.Screen)
		}
		if _, ok := m.Apply(WedgeText{Text: "001190123456"}, noon); !ok {
			t.Error("mended, it takes no scan")
		}
		m.Scanned(noon, *admitted())
		if s := m.Snapshot(noon); s.Verdict == nil {
			t.Error("mended, it shows no verdict")
		}
	}
	// A verdict that was shown before is true, and is read to its end.
	m := NewModel(Settings{})
	m.Scanned(noon, *refused())
	m.Scanned(noon.Add(together), *admitted()) // waits for its turn
	m.Stop(scanner.FaultJournalDamaged, "")
	if s := m.Snapshot(after(time.Second)); s.Verdict == nil || s.Verdict.Verdict.Outcome != scanner.Refuse {
		t.Errorf("the verdict on screen became %+v", s.Verdict)
	}
	if s := m.Snapshot(after(time.Minute)); s.Screen != StoppedScreen {
		t.Errorf("after the verdict comes screen %d", s.Screen)
	}
	first := NewModel(Settings{Setup: "chotctl enrol"})
	first.Stop(scanner.FaultConfig, "")
	first.Start()
	if s := first.Snapshot(noon); s.Screen != FirstScreen {
		t.Errorf("a device that is nobody's shows screen %d", s.Screen)
	}
}

// The command hears which screen is in front, so it fills only that one.
func TestShowing(t *testing.T) {
	m := NewModel(Settings{})
	do(m, noon, Open{MoreScreen}, Open{RecentScreen}, Close{}, Close{})
	m.Scanned(noon, *admitted())
	want := []Showing{{MoreScreen}, {RecentScreen}, {MoreScreen}, {ScanScreen}}
	if got := ordered[Showing](m); !reflect.DeepEqual(got, want) {
		t.Errorf("told %+v, want %+v", got, want)
	}
}

// A snapshot is not changed after it is made, whatever the model is told.
func TestSnapshotsStay(t *testing.T) {
	m := supervised(t, Settings{Purposes: purposes(), Operators: []Operator{{Name: "Đỗ Ẩn"}}})
	m.SetSources([]SourceView{{Name: "A"}})
	m.SetFaultDetails(map[scanner.Fault]string{scanner.FaultReader: "x"})
	do(m, noon, Open{SourcesScreen}, ToggleTest{Source: "A"})
	m.TestRead(TestReading{Source: "A", Bytes: 1, At: noon})
	m.Scanned(noon, *admitted())
	s := m.Snapshot(noon)
	bytes, recent := s.Readings[0].Bytes, s.Recent[0].ID
	m.TestRead(TestReading{Source: "A", Bytes: 2, At: noon})
	m.Scanned(after(time.Second), *refused())
	do(m, after(20*time.Second), ToggleTest{Source: "A"})
	m.SetSources(nil)
	m.SetFaultDetails(nil)
	if s.Readings[0].Bytes != bytes || s.Recent[0].ID != recent || !s.Sources[0].Testing || s.FaultDetails[scanner.FaultReader] != "x" {
		t.Errorf("the snapshot changed: %+v", s.Sources)
	}
}

// Whatever the command tells the model from its goroutines, a frame reads a
// snapshot of its own (go test -race shows it).
func TestManyGoroutines(t *testing.T) {
	m := supervised(t, Settings{Purposes: purposes(), Vehicles: true})
	do(m, noon, Open{SourcesScreen})
	const rounds = 200
	s := full(SourcesScreen)
	var all sync.WaitGroup
	for _, tell := range []func(i int){
		func(i int) { m.SetSources(s.Sources); m.TestRead(s.Readings[0]) },
		func(i int) { m.SetShift(Shift{Since: after(time.Duration(i/9) * time.Second)}); m.SetTally(s.Tally) },
		func(i int) { m.SetState(i, s.List, s.Faults); m.SetFaultDetails(s.FaultDetails); m.SetSync(s.Sync) },
		func(i int) {
			m.Scanned(after(time.Duration(i)*time.Second), *admitted())
			m.Turned(admitted().ID, TurnCompleted)
		},
		func(i int) {
			m.SetSticks(s.Sticks)
			m.SetLists(s.Lists)
			m.SetJournal(s.Journal)
			m.SetExport(Task{Done: int64(i)})
		},
		func(i int) { m.Apply(ToggleTest{Source: s.Sources[0].Name}, noon); m.Orders(); m.Passage() },
	} {
		all.Go(func() {
			for i := range rounds {
				tell(i)
			}
		})
	}
	seen := 0
	for range rounds {
		snap := m.Snapshot(noon)
		seen += len(fmt.Sprintf("%v%v%v%v%v", snap.Sources, snap.Readings, snap.Recent, snap.Faults, snap.FaultDetails))
	}
	all.Wait()
	if snap := m.Snapshot(after(time.Hour)); seen == 0 || len(snap.Sources) != len(s.Sources) || snap.Unsent != rounds-1 {
		t.Errorf("what was told last is not there: %d sources, %d unsent", len(snap.Sources), snap.Unsent)
	}
}
