package ui

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// do applies intents at now.
func do(m *Model, now time.Time, all ...Intent) {
	for _, in := range all {
		m.Apply(in, now)
	}
}

func typeDigits(m *Model, now time.Time, digits string) {
	for _, d := range digits {
		m.Apply(TypeText{Text: string(d)}, now)
	}
}

// ordered returns the orders of the kind of O since the last call.
func ordered[O Order](m *Model) (found []O) {
	for _, o := range m.Orders() {
		if o, ok := o.(O); ok {
			found = append(found, o)
		}
	}
	return found
}

// tryPIN types a PIN and returns what the command is asked.
func tryPIN(t *testing.T, m *Model, now time.Time, digits string) CheckPIN {
	t.Helper()
	typeDigits(m, now, digits)
	m.Apply(SubmitTyped{}, now)
	checks := ordered[CheckPIN](m)
	if len(checks) != 1 {
		t.Fatalf("the command is asked to check %d PINs", len(checks))
	}
	return checks[0]
}

// supervised is a model whose supervisor is in the menu.
func supervised(t *testing.T, s Settings) *Model {
	t.Helper()
	s.PIN = true
	m := NewModel(s)
	do(m, noon, Open{MoreScreen}, AskSupervisor{})
	check := tryPIN(t, m, noon, "271828")
	m.PINChecked(noon, check.Attempt, true)
	if s := m.Snapshot(noon); s.Screen != MenuScreen || !s.Supervised {
		t.Fatalf("after the right PIN the screen is %d", s.Screen)
	}
	m.Orders()
	return m
}

func TestPINOpensTheMenu(t *testing.T) {
	m := NewModel(Settings{PIN: true})
	do(m, noon, Open{MoreScreen}, AskSupervisor{})
	typeDigits(m, noon, "27182")
	do(m, noon, EraseTyped{}, TypeText{Text: "8"})
	s := m.Snapshot(noon)
	if s.Screen != PINScreen || s.PIN.Digits != 5 || s.PIN.Checking {
		t.Fatalf("the pad is %+v on screen %d", s.PIN, s.Screen)
	}
	m.Apply(SubmitTyped{}, noon)
	checks := ordered[CheckPIN](m)
	if len(checks) != 1 || checks[0].PIN != "27188" || checks[0].Gate != SupervisorGate {
		t.Fatalf("asked %+v", checks)
	}
	s = m.Snapshot(noon)
	if s.PIN.Digits != 0 || !s.PIN.Checking {
		t.Errorf("while it is checked the pad is %+v", s.PIN)
	}
	typeDigits(m, noon, "1234")
	m.Apply(SubmitTyped{}, noon)
	if again := ordered[CheckPIN](m); len(again) != 0 {
		t.Errorf("a second PIN is checked beside the first: %+v", again)
	}
	m.PINChecked(noon, checks[0].Attempt+1, true) // the answer to something else
	if s := m.Snapshot(noon); s.Screen != PINScreen {
		t.Error("an answer to another attempt opens the menu")
	}
	m.PINChecked(noon, checks[0].Attempt, true)
	if s := m.Snapshot(noon); s.Screen != MenuScreen || !s.Supervised {
		t.Errorf("the right PIN leads to screen %d", s.Screen)
	}
	// Left alone, the menu shuts by itself, and a PIN is asked again.
	if s := m.Snapshot(after(idleMenu)); s.Screen != ScanScreen || s.Supervised {
		t.Errorf("the menu stays open: screen %d", s.Screen)
	}
}

// Ten wrong PINs lock the pad for longer and longer; the count outlives a
// restart, and a right PIN ends it.
func TestWrongPINs(t *testing.T) {
	m := NewModel(Settings{PIN: true})
	do(m, noon, AskSupervisor{})
	now, last := noon, Lock{}
	for wrong := 1; wrong <= 10; wrong++ {
		check := tryPIN(t, m, now, "0000")
		m.PINChecked(now, check.Attempt, false)
		keep := ordered[KeepLock](m)
		if len(keep) != 1 || keep[0].Lock.Wrong != wrong {
			t.Fatalf("after %d wrong PINs the command keeps %+v", wrong, keep)
		}
		last = keep[0].Lock
		pad := m.Snapshot(now).PIN
		if wrong < 3 {
			if !pad.Lock.Until.IsZero() {
				t.Errorf("%d wrong PINs lock the pad", wrong)
			}
			continue
		}
		wait := lockOut(wrong)
		if want := now.Add(wait); !pad.Lock.Until.Equal(want) {
			t.Fatalf("%d wrong PINs lock until %v, want %v", wrong, pad.Lock.Until, want)
		}
		if next := m.Tick(now); next.After(now.Add(time.Second + time.Millisecond)) {
			t.Errorf("the countdown is drawn next at %v", next)
		}
		typeDigits(m, now.Add(wait-1), "271828")
		m.Apply(SubmitTyped{}, now.Add(wait-1))
		if early := ordered[CheckPIN](m); len(early) > 0 {
			t.Errorf("%d wrong PINs: one is checked before the lock ends", wrong)
		}
		now = now.Add(wait)
		do(m, now, AskSupervisor{}) // the pad has shut by itself meanwhile
	}
	if wait := last.Until.Sub(now.Add(-lockOut(10))); wait != 15*time.Minute {
		t.Errorf("ten wrong PINs lock for %v", wait)
	}

	// A restart in the middle of the lock does not end it.
	restarted := NewModel(Settings{PIN: true})
	restarted.SetLock(last)
	early := last.Until.Add(-time.Second)
	do(restarted, early, AskSupervisor{})
	typeDigits(restarted, early, "271828")
	do(restarted, early, SubmitTyped{})
	if checks := ordered[CheckPIN](restarted); len(checks) > 0 {
		t.Error("a restart ends the lock")
	}
	check := tryPIN(t, restarted, last.Until, "271828")
	restarted.PINChecked(last.Until, check.Attempt, true)
	if keep := ordered[KeepLock](restarted); !reflect.DeepEqual(keep, []KeepLock{{}}) {
		t.Errorf("after the right PIN the command keeps %+v", keep)
	}
}

// An attempt the command never answers does not count, and the pad is free
// again; its late answer opens nothing.
func TestPINWithoutAnAnswer(t *testing.T) {
	m := NewModel(Settings{PIN: true})
	do(m, noon, AskSupervisor{})
	first := tryPIN(t, m, noon, "1111")
	if next := m.Tick(noon); next.After(after(answerFor)) {
		t.Errorf("wakes at %v", next)
	}
	if pad := m.Snapshot(after(answerFor)).PIN; pad.Checking || pad.Lock.Wrong != 0 {
		t.Errorf("the pad is %+v", pad)
	}
	m.PINChecked(after(answerFor), first.Attempt, true)
	if s := m.Snapshot(after(answerFor)); s.Screen != PINScreen {
		t.Error("a late answer opens the menu")
	}
	// Neither does an answer that comes when the pad was left and opened anew.
	second := tryPIN(t, m, after(answerFor), "1111")
	do(m, after(answerFor), Close{}, AskSupervisor{})
	m.PINChecked(after(answerFor), second.Attempt, true)
	if s := m.Snapshot(after(answerFor)); s.Screen != PINScreen || s.Supervised {
		t.Error("an answer to a pad that was left opens the menu")
	}
}

func TestNoPINSetOpensNothing(t *testing.T) {
	m := NewModel(Settings{})
	do(m, noon, AskSupervisor{})
	typeDigits(m, noon, "0000")
	do(m, noon, SubmitTyped{})
	if s := m.Snapshot(noon); !s.PIN.Unset || s.PIN.Digits != 0 || len(ordered[CheckPIN](m)) != 0 {
		t.Errorf("the pad takes a PIN: %+v", s.PIN)
	}
	m.SetPIN(true)
	tryPIN(t, m, noon, "0000")
}

// What is behind the PIN cannot be opened without it, whatever is asked.
func TestGuardedScreensStayShut(t *testing.T) {
	for s := MenuScreen; s < screens; s++ {
		m := NewModel(Settings{PIN: true})
		do(m, noon, Open{s})
		if got := m.Snapshot(noon).Screen; got != ScanScreen {
			t.Errorf("screen %d opens %d without the PIN", s, got)
		}
	}
	m := NewModel(Settings{PIN: true})
	m.SetSticks([]Stick{{ID: "/a"}})
	do(m, noon, RefreshNow{}, StartExport{Stick: "/a"}, StartCheck{}, ToggleTest{Source: "x"}, HearSound{}, ConfirmEnrolment{})
	if orders := m.Orders(); len(orders) != 0 {
		t.Errorf("without the PIN the command is told %+v", orders)
	}
	open := supervised(t, Settings{Leaves: true})
	for s := MenuScreen; s < screens; s++ {
		do(open, noon, Open{s})
		if got := open.Snapshot(noon).Screen; got != s {
			t.Errorf("with the PIN screen %d opens %d", s, got)
		}
	}
	do(open, noon, Close{}, Close{}, Close{})
	do(open, noon, Open{ExportScreen})
	if got := open.Snapshot(noon).Screen; got != ScanScreen {
		t.Errorf("after the menu was closed screen %d opens without the PIN", got)
	}
}

// No digit of a PIN is on the screen or told to a screen reader.
func TestPINIsNotShown(t *testing.T) {
	d := modelDesk(t, Settings{PIN: true})
	before := strings.Join(d.labels(), "\n")
	d.model.Apply(AskSupervisor{}, d.now)
	d.frame()
	for _, digit := range "738" {
		d.tap("Số " + string(digit))
	}
	d.types("94")
	d.frame()
	d.frame()
	shown := strings.Join(d.labels(), "\n")
	if strings.Contains(shown, "738") || strings.Contains(shown, "73894") {
		t.Errorf("the PIN can be read in %q", shown)
	}
	d.says("Đã bấm 5 số")
	for i := range 10 {
		if n := strings.Count(shown, string(rune('0'+i))); n > 1+strings.Count("Đã bấm 5 số", string(rune('0'+i))) {
			t.Errorf("the digit %d stands %d times on the pad", i, n)
		}
	}
	if before == shown {
		t.Fatal("the pad was not opened")
	}
	// Nor does what was typed on a keyboard come back as a scan later.
	d.types("738947389")
	d.frame()
	d.wait(time.Second)
	d.frame()
	d.press("⎋")
	d.frame()
	d.wait(time.Second)
	d.frame()
	if len(d.sent) != 0 {
		t.Errorf("to be judged: %q", d.sent)
	}
}
