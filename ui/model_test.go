package ui

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/qr"
)

func after(d time.Duration) time.Time { return noon.Add(d) }

func TestVerdictReturnsByItself(t *testing.T) {
	for _, c := range []struct {
		view *VerdictView
		hold time.Duration
	}{{admitted(), 4 * time.Second}, {refused(), 10 * time.Second}, {referred(), 10 * time.Second}} {
		m := NewModel(Settings{})
		if s := m.Snapshot(noon); s.Screen != ScanScreen || s.Verdict != nil {
			t.Fatalf("the first screen is %d", s.Screen)
		}
		m.Scanned(noon, *c.view)
		if s := m.Snapshot(after(c.hold - 1)); s.Screen != VerdictScreen || !reflect.DeepEqual(s.Verdict, c.view) {
			t.Errorf("%v: left too early", c.view.Verdict.Outcome)
		}
		if next := m.Tick(noon); next != after(c.hold) {
			t.Errorf("%v: wakes at %v", c.view.Verdict.Outcome, next)
		}
		if s := m.Snapshot(after(c.hold)); s.Screen != ScanScreen || s.Verdict != nil {
			t.Errorf("%v: still there", c.view.Verdict.Outcome)
		}
	}
}

func TestStrictestOfOneFrame(t *testing.T) {
	m := NewModel(Settings{})
	m.Scanned(noon)
	m.Scanned(noon, *admitted(), *refused(), *referred())
	if s := m.Snapshot(noon); s.Verdict == nil || s.Verdict.Verdict.Outcome != scanner.Refuse {
		t.Errorf("shows %+v", s.Verdict)
	}
}

// Codes held up together are often read one after the other; the strictest
// still counts, and the others are not shown later.
func TestStrictestOfOneMoment(t *testing.T) {
	for name, order := range map[string][]*VerdictView{"strict first": {refused(), admitted()}, "mild first": {admitted(), refused()}} {
		m := NewModel(Settings{})
		for i, v := range order {
			v.Seen = true
			m.Scanned(after(time.Duration(i)*(together-1)), *v)
		}
		for _, d := range []time.Duration{together, dwell, 2 * time.Second} {
			if s := m.Snapshot(after(d)); s.Verdict == nil || s.Verdict.Verdict.Outcome != scanner.Refuse {
				t.Errorf("%s: after %v the screen shows %+v", name, d, s.Verdict)
			}
		}
	}
}

// A reader reads one card after another, however fast: a milder verdict right
// after a stricter one waits, and is shown.
func TestReadersVerdictsAreAllShown(t *testing.T) {
	for name, seen := range map[string][2]bool{"two readers' scans": {false, false}, "after a camera's": {true, false}, "before a camera's": {false, true}} {
		m := NewModel(Settings{})
		first, second := refused(), referred()
		first.Seen, second.Seen = seen[0], seen[1]
		m.Scanned(noon, *first)
		m.Scanned(after(together/2), *second)
		if s := m.Snapshot(after(dwell - 1)); s.Verdict == nil || s.Verdict.Verdict.Outcome != scanner.Refuse {
			t.Errorf("%s: the stricter verdict was wiped: %+v", name, s.Verdict)
		}
		if s := m.Snapshot(after(dwell)); s.Verdict == nil || s.Verdict.Verdict.Outcome != scanner.Refer {
			t.Errorf("%s: the milder verdict is lost: %+v", name, s.Verdict)
		}
	}
}

// A picture that stands still for long is no camera's.
func TestPictureOfALostCameraGoes(t *testing.T) {
	m := NewModel(Settings{})
	m.Preview().Put(grayFrame(64, 48, 1), nil)
	if s := m.Snapshot(noon); s.Preview.Image == nil {
		t.Fatal("no picture")
	}
	if next := m.Tick(noon); next != after(frozen) {
		t.Errorf("wakes at %v", next)
	}
	if s := m.Snapshot(after(frozen - 1)); s.Preview.Image == nil {
		t.Error("the picture went too early")
	}
	if s := m.Snapshot(after(frozen)); s.Preview.Image != nil {
		t.Error("the picture stays")
	}
	m.Preview().Put(grayFrame(64, 48, 2), nil)
	if s := m.Snapshot(after(frozen + 1)); s.Preview.Image == nil {
		t.Error("the picture does not come back")
	}
}

func TestVerdictWithoutEntryHasATime(t *testing.T) {
	m := NewModel(Settings{})
	m.Scanned(noon, VerdictView{Verdict: scanner.Verdict{Outcome: scanner.Refer, Reason: scanner.NotRecorded}})
	if s := m.Snapshot(noon); !s.Verdict.At.Equal(noon) {
		t.Errorf("scanned at %v", s.Verdict.At)
	}
}

// A red screen is seen before a green one replaces it; the other way round
// it changes at once.
func TestMilderVerdictWaits(t *testing.T) {
	m := NewModel(Settings{})
	m.Scanned(noon, *refused())
	m.Scanned(after(together), *admitted())
	if s := m.Snapshot(after(dwell - 1)); s.Verdict.Verdict.Outcome != scanner.Refuse {
		t.Error("the refusal was wiped")
	}
	if next := m.Tick(after(together + 1)); next != after(dwell) {
		t.Errorf("wakes at %v", next)
	}
	if s := m.Snapshot(after(dwell)); s.Verdict.Verdict.Outcome != scanner.Admit {
		t.Error("the next verdict is lost")
	}
	m.Scanned(after(dwell+1), *refused())
	if s := m.Snapshot(after(dwell + 1)); s.Verdict.Verdict.Outcome != scanner.Refuse {
		t.Error("a refusal waits behind an admission")
	}
}

func TestNextScanReplacesVerdict(t *testing.T) {
	m := NewModel(Settings{})
	m.Scanned(noon, *admitted())
	next := admitted()
	next.ID++
	m.Scanned(after(10*time.Millisecond), *next)
	if s := m.Snapshot(after(20 * time.Millisecond)); s.Verdict.ID != next.ID {
		t.Error("the next person's verdict waits behind one as good")
	}
	m.Scanned(after(time.Second), *refused())
	m.Apply(Why{}, after(2*time.Second))
	m.Scanned(after(3*time.Second), *admitted())
	if s := m.Snapshot(after(3 * time.Second)); s.Screen != VerdictScreen || s.Verdict.ID != admitted().ID {
		t.Error("an explanation hides the next verdict")
	}
}

func TestVerdictsQueueIsBounded(t *testing.T) {
	m := NewModel(Settings{})
	m.Scanned(noon, *refused())
	for i := range 100 {
		v := admitted()
		v.ID = uint64(i)
		m.Scanned(after(together), *v)
	}
	if len(m.queue) != waiting {
		t.Errorf("%d verdicts wait", len(m.queue))
	}
	seen := map[uint64]bool{}
	for i := range 20 {
		if s := m.Snapshot(after(time.Duration(i) * dwell)); s.Verdict != nil {
			seen[s.Verdict.ID] = true
		}
	}
	if !seen[99] {
		t.Error("the newest verdict was never shown")
	}
}

func TestDismissAndWhy(t *testing.T) {
	m := NewModel(Settings{})
	m.Scanned(noon, *refused())
	m.Apply(Dismiss{}, after(settle-1))
	m.Apply(Why{}, after(settle-1))
	if s := m.Snapshot(after(settle - 1)); s.Screen != VerdictScreen {
		t.Error("a finger that was on its way wiped the verdict")
	}
	m.Apply(Why{}, after(time.Second))
	if s := m.Snapshot(after(30 * time.Second)); s.Screen != WhyScreen || s.Verdict == nil {
		t.Error("the explanation did not stay")
	}
	m.Apply(TurnPage{1}, after(30*time.Second))
	if s := m.Snapshot(after(30 * time.Second)); s.Screen != WhyScreen || s.Page != 1 {
		t.Error("the lists asked cannot be leafed through")
	}
	m.Apply(CloseWhy{}, after(30*time.Second))
	if s := m.Snapshot(after(31 * time.Second)); s.Screen != VerdictScreen {
		t.Error("back from why leads elsewhere")
	}
	m.Apply(Dismiss{}, after(32*time.Second))
	if s := m.Snapshot(after(32 * time.Second)); s.Screen != ScanScreen {
		t.Error("not dismissed")
	}
	m.Apply(Why{}, after(33*time.Second))
	m.Apply(CloseWhy{}, after(33*time.Second))
	m.Apply(Dismiss{}, after(33*time.Second))
	if s := m.Snapshot(after(33 * time.Second)); s.Screen != ScanScreen {
		t.Error("there is nothing to explain")
	}
	m.Scanned(after(34*time.Second), *refused())
	m.Apply(Why{}, after(35*time.Second))
	if s := m.Snapshot(after(35 * time.Second)); s.Screen != WhyScreen || s.Page != 0 {
		t.Error("the next explanation begins with another page")
	}
	if s := m.Snapshot(after(35*time.Second + reading)); s.Screen != ScanScreen {
		t.Error("the explanation stays for ever")
	}
}

func TestTypingANumber(t *testing.T) {
	m := NewModel(Settings{})
	m.Apply(TypeText{Text: "1"}, noon)
	m.Apply(OpenTyped{}, noon)
	for _, in := range []Intent{TypeText{Text: "0"}, TypeText{Text: "0 1.1a9-0"}, EraseTyped{}, TypeText{Text: "0123"}} {
		if _, ok := m.Apply(in, noon); ok {
			t.Errorf("%#v asks for a verdict", in)
		}
	}
	if s := m.Snapshot(noon); s.Typing != (Typing{Text: "001190123", Number: OldCard}) {
		t.Errorf("typed so far: %+v", s.Typing)
	}
	m.Apply(TypeText{Text: "45"}, noon)
	if _, ok := m.Apply(SubmitTyped{}, noon); ok {
		t.Error("eleven digits are looked up")
	}
	m.Apply(TypeText{Text: "6"}, noon)
	m.Apply(TypeText{Text: "7"}, noon)
	got, ok := m.Apply(SubmitTyped{}, noon)
	if want := (scanner.Payload{Bytes: []byte("001190123456"), Input: "typed", Typed: true}); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("to be judged: %+v %v", got, ok)
	}
	if s := m.Snapshot(noon); s.Screen != ScanScreen || s.Typing != (Typing{}) {
		t.Errorf("after submitting: screen %d, %+v", s.Screen, s.Typing)
	}
	m.Apply(OpenTyped{}, noon)
	m.Apply(TypeText{Text: "00"}, noon)
	m.Apply(CloseTyped{}, noon)
	m.Apply(OpenTyped{}, noon)
	if s := m.Snapshot(noon); s.Typing.Text != "" {
		t.Error("a number left undone comes back for the next person")
	}
	m.Apply(TypeText{Text: "00"}, noon)
	m.Apply(ClearTyped{}, noon)
	if s := m.Snapshot(noon); s.Typing.Text != "" || s.Screen != TypedScreen {
		t.Error("not cleared")
	}
}

// A scan that comes while a number is typed shows its verdict, then the
// number goes on; left alone it is forgotten.
func TestScanWhileTyping(t *testing.T) {
	m := NewModel(Settings{})
	m.Apply(OpenTyped{}, noon)
	m.Apply(TypeText{Text: "0011"}, noon)
	m.Scanned(noon, *admitted())
	if s := m.Snapshot(noon); s.Screen != VerdictScreen {
		t.Error("the verdict does not show")
	}
	m.Apply(Dismiss{}, after(time.Second))
	if s := m.Snapshot(after(time.Second)); s.Screen != TypedScreen || s.Typing.Text != "0011" {
		t.Error("the number is lost")
	}
	if s := m.Snapshot(after(time.Second + idle)); s.Screen != ScanScreen || s.Typing.Text != "" {
		t.Error("a half typed number stays on the screen")
	}
}

func TestSettingsAndState(t *testing.T) {
	m := NewModel(Settings{Language: "en", Preset: Night, Checkpoint: "A", Lane: "1", Direction: scanner.Out, Mirror: true})
	faults := []scanner.Fault{scanner.FaultCamera}
	m.SetState(7, ListAge{State: ListStale, Age: time.Hour}, faults)
	s := m.Snapshot(noon)
	faults[0] = scanner.FaultClock
	if s.Language != "en" || s.Preset != Night || s.Checkpoint != "A" || s.Direction != scanner.Out || s.Unsent != 7 ||
		s.List.State != ListStale || !s.Preview.Mirror || !s.Now.Equal(noon) || !reflect.DeepEqual(s.Faults, []scanner.Fault{scanner.FaultCamera}) {
		t.Errorf("%+v", s)
	}
	m.Apply(SetDirection{Direction: scanner.In}, noon)
	m.Apply(SetLanguage{Language: "vi"}, noon)
	m.Apply(SetLanguage{Language: "tlh"}, noon)
	m.SetPlace("B", "9")
	if s := m.Snapshot(noon); s.Direction != scanner.In || m.Direction() != scanner.In || s.Language != "vi" || s.Checkpoint != "B" || s.Lane != "9" {
		t.Errorf("%+v", s)
	}
	if NewModel(Settings{Language: "tlh"}).Snapshot(noon).Language != "vi" {
		t.Error("an unknown language is spoken")
	}
}

func TestFirstStart(t *testing.T) {
	m := NewModel(Settings{Setup: "chotctl enrol"})
	m.Scanned(noon, *admitted())
	if s := m.Snapshot(noon); s.Screen != FirstScreen || s.Verdict != nil || s.Setup != "chotctl enrol" {
		t.Errorf("an unenrolled device shows screen %d", s.Screen)
	}
	if _, ok := m.Apply(WedgeText{Text: "001190123456"}, noon); ok {
		t.Error("an unenrolled device judges")
	}
	m.Apply(OpenTyped{}, noon)
	if s := m.Snapshot(noon); s.Screen != FirstScreen {
		t.Error("an unenrolled device takes numbers")
	}
	m.Enrolled()
	if s := m.Snapshot(noon); s.Screen != ScanScreen {
		t.Error("an enrolled device does not scan")
	}
}

func TestWhatTheDecoderSawFades(t *testing.T) {
	m := NewModel(Settings{})
	corners := [][4]qr.Point{{{X: 1}, {X: 2}, {X: 3}, {X: 4}}}
	m.Seen(noon, corners, Closer)
	m.Seen(after(time.Millisecond), nil, NoHint)
	if s := m.Snapshot(after(lookFor - 1)); len(s.Preview.Corners) != 1 || s.Hint != Closer {
		t.Error("it fades at once")
	}
	if next := m.Tick(after(2 * time.Millisecond)); next != after(lookFor) {
		t.Errorf("wakes at %v", next)
	}
	if s := m.Snapshot(after(lookFor)); len(s.Preview.Corners) != 0 || s.Hint != NoHint {
		t.Error("it does not fade")
	}
}

func TestWedgePayload(t *testing.T) {
	m := NewModel(Settings{})
	got, ok := m.Apply(WedgeText{Text: card}, noon)
	if want := (scanner.Payload{Bytes: []byte(card), Input: "wedge"}); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("to be judged: %+v %v", got, ok)
	}
	for _, text := range []string{"", string(make([]byte, scanner.MaxPayload+1))} {
		if _, ok := m.Apply(WedgeText{Text: text}, noon); ok {
			t.Errorf("%d bytes are judged", len(text))
		}
	}
}

// Scans, ticks, taps and frames come from different goroutines.
func TestModelIsShared(t *testing.T) {
	m := NewModel(Settings{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 200 {
				now := after(time.Duration(i) * 10 * time.Millisecond)
				m.Scanned(now, *refused(), *admitted())
				m.Apply(Dismiss{}, now)
				m.Apply(OpenTyped{}, now)
				m.Apply(TypeText{Text: "0"}, now)
				m.SetState(i, ListAge{}, []scanner.Fault{scanner.FaultCamera})
				m.Seen(now, nil, Still)
				_ = m.Snapshot(now)
				m.Tick(now)
			}
		})
	}
	wg.Wait()
}
