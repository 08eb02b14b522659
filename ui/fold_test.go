package ui

import (
	"reflect"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
)

// What is added to a scan goes to the command, is used up by a verdict about
// somebody, and stays when the code could not be read.
func TestPurposeAndVehicleAreUsedUp(t *testing.T) {
	m := NewModel(Settings{Purposes: purposes(), Purpose: "delivery", Vehicles: true})
	if p := m.Passage(); p.Purpose != "delivery" {
		t.Errorf("every scan begins with %q", p.Purpose)
	}
	do(m, noon, Open{PurposeScreen}, SetPurpose{Code: "medical-care"})
	if s := m.Snapshot(noon); s.Screen != ScanScreen || s.Purpose != "medical-care" {
		t.Errorf("after the choice: screen %d, purpose %q", s.Screen, s.Purpose)
	}
	do(m, noon, Open{VehicleScreen})
	for _, c := range "29a 123.45" {
		m.Apply(TypeText{Text: string(c)}, noon)
	}
	do(m, noon, EraseTyped{}, TypeText{Text: "6"}, SetHeadCount{Count: 4})
	if s := m.Snapshot(noon); s.Plate != "29A12346" {
		t.Errorf("typed %q", s.Plate)
	}
	do(m, noon, SubmitTyped{})
	want := scanner.Passage{Purpose: "medical-care", Plate: "29A-123.46", HeadCount: 4}
	changes := ordered[PassageChanged](m)
	if len(changes) == 0 || changes[len(changes)-1].Passage != want || m.Passage() != want {
		t.Fatalf("the command is told %+v, want %+v last", changes, want)
	}

	stranger := *referred()
	stranger.MaskedID, stranger.Verdict.Reason = "", scanner.NotRecognised
	m.Scanned(noon, stranger)
	if p := m.Passage(); p != want {
		t.Errorf("a code nobody could read used up the passage: %+v", p)
	}
	m.Scanned(after(time.Second), *refused())
	if changes := ordered[PassageChanged](m); len(changes) != 1 || changes[0].Passage != (scanner.Passage{Purpose: "delivery"}) {
		t.Errorf("after a verdict about somebody the command is told %+v", changes)
	}
}

// A vehicle nobody was scanned for is forgotten before the next one comes.
func TestVehicleIsForgotten(t *testing.T) {
	m := NewModel(Settings{Vehicles: true})
	do(m, noon, Open{VehicleScreen}, TypeText{Text: "51D02345"}, SubmitTyped{})
	if next := m.Tick(noon.Truncate(time.Minute).Add(vehicleFor)); next.After(after(vehicleFor)) {
		t.Errorf("wakes at %v", next)
	}
	if s := m.Snapshot(after(vehicleFor - 1)); s.Vehicle.Plate != "51D-023.45" {
		t.Errorf("the vehicle is %+v", s.Vehicle)
	}
	m.Orders()
	if s := m.Snapshot(after(vehicleFor)); s.Vehicle != (Vehicle{}) {
		t.Errorf("the vehicle is still %+v", s.Vehicle)
	}
	if changes := ordered[PassageChanged](m); len(changes) != 1 {
		t.Errorf("the command is told %+v", changes)
	}
	do(m, noon, Open{VehicleScreen}, TypeText{Text: "51D02345"}, SubmitTyped{}, ClearVehicle{})
	if m.Passage() != (scanner.Passage{}) {
		t.Errorf("a vehicle that was dropped stays: %+v", m.Passage())
	}
}

// A purpose chosen after the fact has the same code judged again.
func TestPurposeAfterTheScan(t *testing.T) {
	m := NewModel(Settings{Purposes: purposes()})
	m.Scanned(noon, *refused())
	do(m, after(settle-1), Open{PurposeScreen})
	if s := m.Snapshot(after(settle - 1)); s.Screen != VerdictScreen {
		t.Error("a finger on its way opens the purposes")
	}
	do(m, after(time.Second), Open{PurposeScreen})
	if s := m.Snapshot(after(time.Second)); s.Screen != PurposeScreen || !s.JudgesAgain || s.Verdict != nil {
		t.Fatalf("screen %d, judges again %v", s.Screen, s.JudgesAgain)
	}
	do(m, after(2*time.Second), SetPurpose{Code: "work-of-art"}) // not offered
	do(m, after(2*time.Second), SetPurpose{Code: "market-trip"})
	var told []Order
	for _, o := range m.Orders() {
		if _, shown := o.(Showing); !shown {
			told = append(told, o)
		}
	}
	want := []Order{PassageChanged{Passage: scanner.Passage{Purpose: "market-trip"}}, JudgeAgain{ID: refused().ID}}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("the command is told %+v, want %+v", told, want)
	}
	// Left without a choice, nothing is judged again, now or later.
	m.Scanned(after(3*time.Second), *refused())
	do(m, after(4*time.Second), Open{PurposeScreen}, Close{}, Open{PurposeScreen}, SetPurpose{Code: "delivery"})
	if again := ordered[JudgeAgain](m); len(again) != 0 {
		t.Errorf("judged again: %+v", again)
	}
}

// The shift's counts hold what is on disk; the list of scans holds neither
// name nor birth date nor an unmasked number.
func TestShiftIsCounted(t *testing.T) {
	m := NewModel(Settings{})
	m.SetShift(Shift{Operator: "Lê Văn Ấn", Since: noon, Taken: 3, Receipted: 2})
	m.SetTally(Tally{In: Tallies{0, 0, 5}})
	lost := *refused()
	lost.Kept = false
	m.Scanned(noon, *admitted())
	m.Scanned(after(time.Second), *referred(), *refused())
	m.Scanned(after(2*time.Second), lost)
	s := m.Snapshot(after(2 * time.Second))
	if s.Tally.In != (Tallies{1, 0, 6}) || s.Tally.Out != (Tallies{0, 1, 0}) || s.Tally.Hours[9] != 3 {
		t.Errorf("counted %+v", s.Tally)
	}
	if s.Shift.Waiting() != 1 {
		t.Errorf("%d wait", s.Shift.Waiting())
	}
	if len(s.Recent) != 4 || s.Recent[3].ID != admitted().ID || s.Recent[0].Kept {
		t.Errorf("the list is %+v", s.Recent)
	}
	for _, v := range s.Recent {
		if v.Name != "" || v.Birth != "" || v.MaskedID == "" || v.MaskedID[:3] != "•" {
			t.Errorf("the list tells %q %q %q", v.Name, v.Birth, v.MaskedID)
		}
	}
	for range 2 * recents {
		m.Scanned(after(3*time.Second), *admitted())
	}
	if n := len(m.Snapshot(after(4 * time.Second)).Recent); n != recents {
		t.Errorf("%d scans are listed", n)
	}
}

func TestHandover(t *testing.T) {
	begin := Shift{Operator: "Lê Văn Ấn", Since: noon.Add(-time.Hour), Taken: 412, Receipted: 409}
	m := NewModel(Settings{Operators: []Operator{{Name: "Đỗ Ẩn"}, {Name: "Phạm Thị Ước", PIN: true}}})
	m.SetShift(begin)
	m.Scanned(noon, *admitted())
	do(m, after(5*time.Second), Open{ShiftScreen}, Open{HandoverScreen}, ConfirmHandover{})
	if orders := ordered[HandOver](m); len(orders) != 0 {
		t.Error("the shift goes to nobody")
	}
	now := after(6 * time.Second)
	do(m, now, ChooseOperator{Name: "Kẻ Lạ"}, ConfirmHandover{})
	do(m, now, ChooseOperator{Name: "Phạm Thị Ước"}, ConfirmHandover{})
	if s := m.Snapshot(now); s.Screen != PINScreen || s.PIN.Gate != HandoverGate || s.PIN.Operator != "Phạm Thị Ước" {
		t.Fatalf("screen %d, pad %+v", s.Screen, s.PIN)
	}
	if orders := ordered[HandOver](m); len(orders) != 0 {
		t.Error("the shift is handed over before the PIN")
	}
	check := tryPIN(t, m, now, "1618")
	if check.Operator != "Phạm Thị Ước" || check.Gate != HandoverGate {
		t.Errorf("asked %+v", check)
	}
	m.PINChecked(now, check.Attempt, true)
	do(m, now, ConfirmHandover{}) // a finger that trembles
	if orders := ordered[HandOver](m); !reflect.DeepEqual(orders, []HandOver{{From: "Lê Văn Ấn", To: "Phạm Thị Ước"}}) {
		t.Errorf("ordered %+v", orders)
	}
	if s := m.Snapshot(now); s.Supervised {
		t.Error("an operator's PIN opens the supervisor's menu")
	}
	m.SetShift(Shift{Operator: "Phạm Thị Ước", Since: now})
	if s := m.Snapshot(now); s.Screen != ShiftScreen || s.Shift.Operator != "Phạm Thị Ước" || s.Tally != (Tally{}) || len(s.Recent) != 0 {
		t.Errorf("after the hand-over: screen %d, %+v, %+v, %d scans", s.Screen, s.Shift, s.Tally, len(s.Recent))
	}
	if p := m.Passage(); p.Operator != "Phạm Thị Ước" {
		t.Errorf("entries name %q", p.Operator)
	}

	// Without a PIN, and without any name, one tap is enough.
	do(m, now, Open{HandoverScreen}, ChooseOperator{Name: "Đỗ Ẩn"}, ConfirmHandover{})
	m.SetOperators(nil)
	later := now.Add(answerFor)
	do(m, later, Close{}, Open{HandoverScreen}, ConfirmHandover{})
	if orders := ordered[HandOver](m); !reflect.DeepEqual(orders, []HandOver{{"Phạm Thị Ước", "Đỗ Ẩn"}, {"Phạm Thị Ước", ""}}) {
		t.Errorf("ordered %+v", orders)
	}
}

// A verdict shows over whatever is open, the newer in place of the older, and
// the screen goes back to where the operator was.
func TestVerdictOverAMenu(t *testing.T) {
	m := supervised(t, Settings{})
	do(m, noon, Open{ExportScreen})
	m.Scanned(noon, *admitted())
	m.Scanned(after(time.Second), *refused())
	if s := m.Snapshot(after(time.Second)); s.Screen != VerdictScreen || s.Verdict.ID != refused().ID || s.Under != ExportScreen {
		t.Fatalf("screen %d over %d", s.Screen, s.Under)
	}
	do(m, after(time.Second), Close{}, Open{SoundScreen}, StartCheck{}) // the verdict covers them
	if s := m.Snapshot(after(11 * time.Second)); s.Screen != ExportScreen || !s.Supervised {
		t.Errorf("after the verdict the screen is %d", s.Screen)
	}
}

// Screens nobody touches go back to scanning, and what was typed is gone.
func TestScreensReturnByThemselves(t *testing.T) {
	for _, s := range []Screen{TypedScreen, MoreScreen, PurposeScreen, VehicleScreen, RecentScreen, ShiftScreen, HandoverScreen, FaultsScreen, DisplayScreen} {
		m := NewModel(Settings{Purposes: purposes(), Vehicles: true})
		do(m, noon, Open{s}, TypeText{Text: "2"})
		if got := m.Snapshot(after(idle - 1)).Screen; got != s {
			t.Errorf("screen %d leads to %d", s, got)
		}
		if next := m.Tick(after(idle - time.Second)); next.After(after(idle)) {
			t.Errorf("screen %d: wakes at %v", s, next)
		}
		if got := m.Snapshot(after(idle)); got.Screen != ScanScreen || got.Typing.Text != "" || got.Plate != "" {
			t.Errorf("screen %d: after %v the screen is %d, typed %q%q", s, idle, got.Screen, got.Typing.Text, got.Plate)
		}
	}
}

// Numbers and dates are told wrong while they are typed.
func TestTypedChecks(t *testing.T) {
	m := NewModel(Settings{})
	do(m, noon, OpenTyped{})
	typeDigits(m, noon, "001190123456")
	do(m, noon, ChooseField{Field: BirthField})
	for _, c := range []struct {
		birth string
		want  Date
	}{
		{"", DateNone}, {"1", DateShort}, {"1501", DateShort}, {"1990", DateYear}, {"1985", DateDoubted}, {"15011990", DateWhole},
		{"29021990", DateImpossible}, {"32011990", DateImpossible}, {"00011990", DateImpossible}, {"15131990", DateImpossible},
		{"15011985", DateDoubted}, {"15082026", DateFuture}, {"15011890", DateFuture}, {"14082026", DateDoubted}, {"1501199", DateShort},
	} {
		do(m, noon, ClearTyped{})
		typeDigits(m, noon, c.birth)
		if got := m.Snapshot(noon).Typing; got.Date != c.want || got.Birth != c.birth {
			t.Errorf("%q is %d, want %d", got.Birth, got.Date, c.want)
		}
		_, submitted := m.Apply(SubmitTyped{}, noon)
		if submitted != c.want.Usable() {
			t.Errorf("%q: submitted %v", c.birth, submitted)
		}
		if submitted {
			do(m, noon, OpenTyped{})
			typeDigits(m, noon, "001190123456")
			do(m, noon, ChooseField{Field: BirthField})
		}
	}
	for number, want := range map[string]Number{"001390123456": IDCardUnborn, "001326123456": IDCard, "003190123456": IDCardDoubted} {
		m := NewModel(Settings{})
		do(m, noon, OpenTyped{})
		typeDigits(m, noon, number)
		if got := m.Snapshot(noon).Typing.Number; got != want {
			t.Errorf("%s is %d, want %d", number, got, want)
		}
	}
}

// The birth date that was typed stands on the verdict to compare, and on no
// other person's.
func TestTypedBirthIsShown(t *testing.T) {
	m := NewModel(Settings{})
	enter := func(now time.Time) {
		do(m, now, OpenTyped{})
		typeDigits(m, now, "001190123456")
		do(m, now, ChooseField{Field: BirthField})
		typeDigits(m, now, "15011990")
		if p, ok := m.Apply(SubmitTyped{}, now); !ok || string(p.Bytes) != "001190123456" || !p.Typed {
			t.Fatalf("submitted %q %v", p.Bytes, ok)
		}
	}
	verdict := VerdictView{Verdict: admitted().Verdict, Scheme: credential.Typed, MaskedID: "••••••123456", Kept: true, ID: 7}
	enter(noon)
	m.Scanned(noon, verdict)
	if got := m.Snapshot(noon).Verdict.Birth; got != "1990-01-15" {
		t.Errorf("the verdict shows the birth date %q", got)
	}
	m.Scanned(after(time.Second), verdict)
	if got := m.Snapshot(after(time.Second)).Verdict.Birth; got != "" {
		t.Errorf("another scan shows the birth date %q", got)
	}
	enter(after(30 * time.Second))
	other := verdict
	other.MaskedID = "••••••777001"
	m.Scanned(after(30*time.Second), other)
	if got := m.Snapshot(after(30 * time.Second)).Verdict.Birth; got != "" {
		t.Errorf("another person's verdict shows the birth date %q", got)
	}
}

func TestBarrierIsTold(t *testing.T) {
	m := NewModel(Settings{})
	m.Scanned(noon, *admitted())
	m.Turned(admitted().ID+1, TurnAnnulled)
	if s := m.Snapshot(noon); s.Verdict.Turned != NoBarrier {
		t.Error("another entry's barrier is told")
	}
	before := m.Snapshot(noon)
	m.Turned(admitted().ID, TurnCompleted)
	if s := m.Snapshot(noon); s.Verdict.Turned != TurnCompleted || s.Recent[0].Turned != TurnCompleted {
		t.Errorf("the barrier is %v", s.Verdict.Turned)
	}
	if before.Verdict.Turned != NoBarrier || before.Recent[0].Turned != NoBarrier {
		t.Error("a snapshot changed after it was made")
	}
}

func TestRepeatedFades(t *testing.T) {
	m := NewModel(Settings{})
	m.Repeated(noon)
	if !m.Snapshot(after(cueFor-1)).Repeated || m.Tick(noon) != after(cueFor) {
		t.Error("the cue is not shown")
	}
	if m.Snapshot(after(cueFor)).Repeated {
		t.Error("the cue stays")
	}
}
