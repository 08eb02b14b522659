package ui

import (
	"strings"
	"testing"

	"gioui.org/io/input"
	"gioui.org/io/key"
)

// everyOpen are models each of which has one screen open that a person can
// reach with a device at work.
func everyOpen(t *testing.T) map[Screen]*Model {
	all := map[Screen]*Model{}
	for screen := range screens {
		if screen == FirstScreen || screen == StoppedScreen {
			continue // nothing is scanned there
		}
		m := supervised(t, Settings{Handheld: true, Leaves: true, Vibrates: true, Vehicles: true, Purposes: purposes()})
		switch screen {
		case VerdictScreen, WhyScreen:
			do(m, noon, Close{})
			m.Scanned(noon, *refused())
			if screen == WhyScreen {
				do(m, after(settle), Why{})
			}
		case PINScreen:
			do(m, noon, Close{}, AskSupervisor{})
		default:
			if !screen.guarded() {
				do(m, noon, Close{})
			}
			do(m, noon, Open{screen})
		}
		m.Orders()
		all[screen] = m
	}
	return all
}

// What a scan key types (DataWedge's keystroke output: characters, then Enter)
// is one payload on every screen, whole and once, however the system cuts it
// into events; nothing of it stays in a field, and no keyboard of the system
// comes up.
func TestScanKeyTypesOnEveryScreen(t *testing.T) {
	const card = "001190123456|012345678|Nguyễn Thị Ví Dụ|15011990|Nữ|Hà Nội|01012021"
	bursts := map[string]func(*desk){
		"one by one": func(d *desk) {
			for _, r := range card {
				d.router.Queue(key.EditEvent{Text: string(r)})
			}
			d.press(key.NameEnter)
		},
		"in one piece": func(d *desk) { d.router.Queue(key.EditEvent{Text: card}); d.press(key.NameReturn) },
		"with its line end": func(d *desk) {
			d.router.Queue(key.EditEvent{Text: card[:20]}, key.EditEvent{Text: card[20:] + "\n"})
		},
		"over several frames": func(d *desk) {
			for i, r := range card {
				d.router.Queue(key.EditEvent{Text: string(r)})
				if i%9 == 0 {
					d.frame()
				}
			}
			d.press(key.NameEnter)
		},
	}
	for name, burst := range bursts {
		for screen, m := range everyOpen(t) {
			d := deskIn(t, phone, m.Snapshot(after(settle)))
			d.model, d.now = m, after(settle)
			d.frame()
			d.frame()
			if d.snap.Screen != screen {
				t.Fatalf("screen %d is not open but %d", screen, d.snap.Screen)
			}
			burst(d)
			d.frame()
			d.frame()
			if len(d.sent) != 1 || d.sent[0] != "wedge:"+card {
				t.Errorf("%s on screen %d: to be judged %q", name, screen, d.sent)
			}
			if s := m.Snapshot(d.now); s.Typing.Text != "" || s.Plate != "" || s.PIN.Digits > 0 {
				t.Errorf("%s on screen %d: %q %q and %d digits are left", name, screen, s.Typing.Text, s.Plate, s.PIN.Digits)
			}
			if hint, ok := d.router.TextInputHint(); !ok || hint != key.HintPassword {
				t.Errorf("screen %d: an input method may compose: %v %v", screen, hint, ok)
			}
			if state := d.router.TextInputState(); state == input.TextInputOpen {
				t.Errorf("screen %d: the system's keyboard comes up", screen)
			}
			if strings.Contains(strings.Join(d.labels(), "\n"), "Nguyễn Thị Ví Dụ") {
				t.Errorf("screen %d shows what was scanned", screen)
			}
		}
	}
}

// A screen on which nothing happens is drawn for the clock, and not for its own
// sake: a battery pays for each frame. The scan screen without a camera's
// frames is drawn once a minute, and no screen more than once a second.
func TestNothingIsDrawnForNothing(t *testing.T) {
	const minutes = 5
	count := func(m *Model) (frames int) {
		now := after(settle)
		d := deskIn(t, phone, m.Snapshot(now))
		d.model, d.now = m, now
		d.router.WakeupTime()
		for end := now.Add(minutes * 60e9); d.now.Before(end); frames++ {
			d.frame()
			next := m.Tick(d.now)
			if at, ok := d.router.WakeupTime(); ok && at.Before(next) {
				next = at
			}
			if next.After(d.now) {
				d.now = next
			}
			if frames > 10*60*minutes {
				break
			}
		}
		return frames
	}
	for screen, m := range everyOpen(t) {
		frames := count(m)
		if most := minutes * 60; frames > most {
			t.Errorf("screen %d is drawn %d times in %d minutes", screen, frames, minutes)
		}
		if screen == ScanScreen && frames > minutes+2 {
			t.Errorf("the scan screen is drawn %d times in %d minutes", frames, minutes)
		}
	}
	// The control: what is to be seen changing is drawn.
	locked := supervised(t, Settings{})
	do(locked, noon, Close{}, AskSupervisor{})
	locked.SetLock(Lock{Wrong: 10, Until: after(5 * 60e9)})
	if frames := count(locked); frames < 55 { // until the pad shuts by itself
		t.Errorf("a countdown is drawn %d times in %d minutes", frames, minutes)
	}
}
