package ui

import (
	"strings"
	"testing"
	"time"

	"gioui.org/io/key"

	"chot/scanner"
)

const card = "001190123456|123456789|Nguyễn Thị Ví Dụ|15011990|Nữ|1 Phố Ví Dụ, Hà Nội|01072021"

func TestWedge(t *testing.T) {
	for _, s := range []Snapshot{snapshot(ScanScreen), withVerdict(VerdictScreen, refused()), withVerdict(WhyScreen, refused())} {
		for name, end := range map[string]string{"Return": "\r", "Tab": "\t", "a newline in the text": "\n"} {
			d := newDesk(t, landscape, s)
			d.types(card + end)
			d.frame()
			if got := d.take(); len(got) != 1 || got[0] != (WedgeText{Text: card}) {
				t.Errorf("screen %d, %s: %#v", s.Screen, name, got)
			}
		}
	}
}

// A burst that comes in many frames, some of them late, is one text.
func TestWedgeSlowFrames(t *testing.T) {
	d := newDesk(t, landscape, snapshot(ScanScreen))
	for i, r := range card {
		d.types(string(r))
		if i%7 == 0 {
			d.wait(20 * time.Millisecond)
			d.frame()
		}
		if i == 40 {
			d.wait(2 * time.Second) // the machine was busy; keys waited
		}
	}
	d.types("\r")
	d.frame()
	want(t, d, WedgeText{Text: card})
}

func TestWedgeTwoTexts(t *testing.T) {
	d := newDesk(t, landscape, snapshot(ScanScreen))
	d.types("001190123456\r\r987654321\r")
	d.frame()
	want(t, d, WedgeText{Text: "001190123456"}, WedgeText{Text: "987654321"})
}

// A reader that sends no ending is ended by silence; stray keys are dropped.
func TestWedgeSilence(t *testing.T) {
	d := newDesk(t, landscape, snapshot(ScanScreen))
	d.types("001190123456")
	d.frame()
	want(t, d)
	if at, ok := d.router.WakeupTime(); !ok || at.After(d.now.Add(silence)) {
		t.Errorf("the window is not woken for the silence: %v %v", at, ok)
	}
	d.wait(silence)
	d.frame()
	want(t, d, WedgeText{Text: "001190123456"})
	d.types("12x")
	d.frame()
	d.wait(silence)
	d.frame()
	d.types("987654321\r")
	d.frame()
	want(t, d, WedgeText{Text: "987654321"})
}

// On the typed screen a person's digits go into the field, a reader's burst
// is a scan all the same.
func TestWedgeWhileTyping(t *testing.T) {
	d := modelDesk(t, Settings{})
	d.press(key.NameF4)
	d.frame()
	d.types("0011")
	d.frame()
	d.wait(time.Second)
	d.frame()
	d.types(card + "\r")
	d.frame()
	if len(d.sent) != 1 || d.sent[0] != "wedge:"+card {
		t.Errorf("to be judged: %q", d.sent)
	}
	d.types("001190123456\r")
	d.frame()
	if len(d.sent) != 2 || d.sent[1] != "typed:001190123456" {
		t.Errorf("to be judged: %q", d.sent)
	}
}

func TestWedgeKeepsFocus(t *testing.T) {
	d := newDesk(t, landscape, snapshot(ScanScreen))
	d.tap("RA")
	d.tap("Nhập số")
	d.take()
	d.types("987654321\r")
	d.frame()
	want(t, d, WedgeText{Text: "987654321"})
	if hint, ok := d.router.TextInputHint(); !ok || hint != key.HintPassword {
		t.Errorf("an input method may compose: hint %v", hint)
	}
}

// A text longer than any code is dropped whole: its tail is no code either.
func TestWedgeIsBounded(t *testing.T) {
	d := newDesk(t, landscape, snapshot(ScanScreen))
	d.router.Queue(key.EditEvent{Text: strings.Repeat("7", 10*scanner.MaxPayload)})
	d.types("8888888888")
	d.frame()
	if n := d.screens.sink.line.Len(); n > scanner.MaxPayload {
		t.Errorf("the sink holds %d bytes", n)
	}
	d.types("\r")
	d.frame()
	want(t, d)
	d.types("987654321\r")
	d.frame()
	want(t, d, WedgeText{Text: "987654321"})
	d.router.Queue(key.EditEvent{Text: strings.Repeat("7", scanner.MaxPayload)})
	d.types("\r")
	d.frame()
	want(t, d, WedgeText{Text: strings.Repeat("7", scanner.MaxPayload)})
}

// On the screens with a field a person's keys go into it; a reader that goes
// off there is a scan all the same, and leaves nothing behind.
func TestWedgeOnEveryKeypad(t *testing.T) {
	card := "001190123456|012345678|Nguyễn Thị Ví Dụ|15011990|Nữ|Hà Nội|01012021"
	for _, c := range []struct {
		screen Screen
		typed  string
		left   func(Snapshot) bool // something of what was typed is left
	}{
		{VehicleScreen, "29a-123.45", func(s Snapshot) bool { return s.Plate != "" }},
		{PINScreen, "2718", func(s Snapshot) bool { return s.PIN.Digits > 0 }},
		{TypedScreen, "00119", func(s Snapshot) bool { return s.Typing.Text != "" }},
	} {
		d := modelDesk(t, Settings{Vehicles: true, PIN: true})
		if c.screen == PINScreen {
			d.press(key.NameF10)
		} else {
			d.model.Apply(Open{c.screen}, d.now)
		}
		d.frame()
		d.types(c.typed)
		d.frame()
		if d.snap = d.model.Snapshot(d.now); d.snap.Screen != c.screen || !c.left(d.snap) {
			t.Fatalf("screen %d does not take what is typed: %+v %q", d.snap.Screen, d.snap.PIN, d.snap.Plate)
		}
		d.wait(time.Second)
		d.frame()
		if len(d.sent) != 0 {
			t.Errorf("screen %d: what a person typed is judged: %q", c.screen, d.sent)
		}
		d.types(card + "\r")
		d.frame()
		if s := d.model.Snapshot(d.now); len(d.sent) != 1 || d.sent[0] != "wedge:"+card || c.left(s) {
			t.Errorf("screen %d: judged %q, left %q %+v %q", c.screen, d.sent, s.Plate, s.PIN, s.Typing.Text)
		}
	}
	// Return is done with the plate.
	d := modelDesk(t, Settings{Vehicles: true})
	d.model.Apply(Open{VehicleScreen}, d.now)
	d.frame()
	d.types("51d02345\r")
	d.frame()
	if p := d.model.Passage(); p.Plate != "51D-023.45" || len(d.sent) != 0 {
		t.Errorf("the plate is %q, judged %q", p.Plate, d.sent)
	}
}
