package ui

import (
	"slices"
	"sync"
	"time"

	"chot/scanner"
	"chot/scanner/qr"
)

// Settings are what a station's configuration says about its screen.
type Settings struct {
	Language   string // "vi" or "en"; anything else is "vi"
	Preset     Preset
	Checkpoint string
	Lane       string
	Zone       *time.Location
	Mirror     bool // the camera faces the person
	Direction  scanner.Direction

	// Admitted and Stopped are how long a verdict stays before the screen
	// goes back to scanning: a green one is a glance, the others are read.
	// 0 means 4 s and 10 s.
	Admitted, Stopped time.Duration

	// Setup is the command that enrols the device. When it is not empty the
	// screen begins with it and scans nothing.
	Setup string
}

// The times the screen keeps.
const (
	defaultAdmitted = 4 * time.Second
	defaultStopped  = 10 * time.Second
	// dwell is how long a verdict is safe from a milder one. Two cards held
	// up together, or a neighbour's in the next frame, must not wipe a red
	// screen before anyone saw it.
	dwell = 700 * time.Millisecond
	// together is how far apart two verdicts may come and still be those of
	// one moment, of which the strictest counts: two codes held up at once
	// are rarely both read in the same frame.
	together = 300 * time.Millisecond
	// frozen is how long a picture is shown when no other follows: the camera
	// is gone, and a still picture would say it is there.
	frozen = 3 * time.Second
	// settle is how long a verdict cannot be dismissed: the finger was on its
	// way to what stood there before.
	settle = 300 * time.Millisecond
	// reading is how long an explanation stays.
	reading = time.Minute
	// idleTyping is how long a half typed number stays: it is personal.
	idleTyping = time.Minute
	// lookFor is how long a hint or the outline of a code outlives the frame
	// it was seen in.
	lookFor = 400 * time.Millisecond
)

// waiting bounds the verdicts that wait for a stricter one to be seen.
const waiting = 8

// A Model folds what happens into snapshots. Its methods may be called from
// any goroutine; none blocks, and none draws.
type Model struct {
	mu       sync.Mutex
	settings Settings
	preview  Preview

	picture   uint64 // the newest picture's number, and when it came
	pictureAt time.Time

	now       Snapshot // all but Preview, Now and what is timed
	shownAt   time.Time
	cameAt    time.Time // as shownAt, but an explanation in between does not renew it
	openedAt  time.Time // why, typing: when last touched
	hintAt    time.Time
	corners   [][4]qr.Point
	cornersAt time.Time
	queue     []VerdictView
}

// NewModel returns a model at its first screen.
func NewModel(s Settings) *Model {
	if s.Language != "en" {
		s.Language = "vi"
	}
	if s.Admitted <= 0 {
		s.Admitted = defaultAdmitted
	}
	if s.Stopped <= 0 {
		s.Stopped = defaultStopped
	}
	m := &Model{settings: s}
	m.now = Snapshot{
		Language: s.Language, Preset: s.Preset, Checkpoint: s.Checkpoint, Lane: s.Lane, Zone: s.Zone,
		Direction: s.Direction, Setup: s.Setup,
	}
	m.now.Screen = m.home()
	return m
}

// home is the screen everything returns to.
func (m *Model) home() Screen {
	switch {
	case m.settings.Setup != "":
		return FirstScreen
	case m.now.Typing.Text != "":
		return TypedScreen // a scan came in between: the number goes on
	}
	return ScanScreen
}

// Snapshot returns what to draw at now. Call it once a frame, at its start:
// it takes the newest picture.
func (m *Model) Snapshot(now time.Time) Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick(now)
	s := m.now
	s.Now = now
	s.Faults = slices.Clone(m.now.Faults)
	if m.now.Verdict != nil {
		v := *m.now.Verdict
		s.Verdict = &v
	}
	s.Preview = m.preview.Take()
	if s.Preview.Seq != m.picture {
		m.picture, m.pictureAt = s.Preview.Seq, now
	} else if now.Sub(m.pictureAt) >= frozen {
		s.Preview = Picture{}
	}
	s.Preview.Mirror = m.settings.Mirror
	if len(s.Preview.Corners) == 0 && now.Sub(m.cornersAt) < lookFor {
		s.Preview.Corners = m.corners
	}
	if now.Sub(m.hintAt) >= lookFor {
		s.Hint = NoHint
	}
	return s
}

// Tick lets time pass and returns when the snapshot changes next by time
// alone. The clock changes each minute, so there always is such a time.
func (m *Model) Tick(now time.Time) (next time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick(now)
	next = now.Truncate(time.Minute).Add(time.Minute)
	sooner := func(t time.Time) {
		if t.After(now) && t.Before(next) {
			next = t
		}
	}
	switch m.now.Screen {
	case VerdictScreen:
		sooner(m.shownAt.Add(m.hold()))
		if len(m.queue) > 0 {
			sooner(m.shownAt.Add(dwell))
		}
	case WhyScreen:
		sooner(m.openedAt.Add(reading))
		if len(m.queue) > 0 {
			sooner(m.shownAt.Add(dwell))
		}
	case TypedScreen:
		sooner(m.openedAt.Add(idleTyping))
	case ScanScreen:
		sooner(m.pictureAt.Add(frozen))
		sooner(m.hintAt.Add(lookFor))
		sooner(m.cornersAt.Add(lookFor))
	}
	return next
}

func (m *Model) hold() time.Duration {
	if m.now.Verdict != nil && m.now.Verdict.Verdict.Outcome == scanner.Admit {
		return m.settings.Admitted
	}
	return m.settings.Stopped
}

func (m *Model) tick(now time.Time) {
	if len(m.queue) > 0 && (m.now.Verdict == nil || now.Sub(m.shownAt) >= dwell) {
		m.show(m.queue[0], now)
		m.queue = slices.Delete(m.queue, 0, 1)
		return
	}
	switch m.now.Screen {
	case VerdictScreen:
		if now.Sub(m.shownAt) >= m.hold() {
			m.dismiss(now)
		}
	case WhyScreen:
		if now.Sub(m.openedAt) >= reading {
			m.dismiss(now)
		}
	case TypedScreen:
		if now.Sub(m.openedAt) >= idleTyping {
			m.now.Typing = Typing{}
			m.now.Screen = m.home()
		}
	}
}

func (m *Model) show(v VerdictView, now time.Time) {
	m.now.Verdict, m.now.Screen, m.shownAt, m.cameAt = &v, VerdictScreen, now, now
}

func (m *Model) dismiss(now time.Time) {
	m.now.Verdict, m.now.Screen, m.openedAt = nil, m.home(), now
	m.tick(now)
}

// Scanned shows the verdicts on the codes of one frame: the strictest, since
// whoever holds up two cards is not let through for the better one. Verdicts
// that come one by one within a blink count as one frame's. A verdict on
// screen gives way at once to one as strict, and to a milder one after it was
// there long enough to be seen.
func (m *Model) Scanned(now time.Time, frame ...VerdictView) {
	if len(frame) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick(now)
	v := Strictest(frame)
	if m.now.Screen == FirstScreen {
		return
	}
	if v.At.IsZero() {
		v.At = now // a verdict that could not be written down has no entry to take it from
	}
	age := now.Sub(m.shownAt)
	switch {
	case m.now.Verdict == nil, v.Verdict.Outcome <= m.now.Verdict.Verdict.Outcome, age >= dwell && len(m.queue) == 0:
		m.show(v, now)
		return
	case now.Sub(m.cameAt) < together:
		return
	}
	if len(m.queue) == waiting {
		m.queue = slices.Delete(m.queue, 0, 1)
	}
	m.queue = append(m.queue, v)
}

// Strictest returns the verdict that counts when one frame held several
// codes: Refuse before Refer before Admit, the first of equals.
func Strictest(frame []VerdictView) VerdictView {
	strictest := frame[0]
	for _, v := range frame[1:] {
		if v.Verdict.Outcome < strictest.Verdict.Outcome {
			strictest = v
		}
	}
	return strictest
}

// Apply folds an intent in. Where it asks for a verdict, the payload to judge
// is returned.
func (m *Model) Apply(in Intent, now time.Time) (scanner.Payload, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick(now)
	switch in := in.(type) {
	case SetDirection:
		m.now.Direction = in.Direction
	case SetLanguage:
		if in.Language == "vi" || in.Language == "en" {
			m.now.Language = in.Language
		}
	case OpenTyped:
		if m.now.Screen == ScanScreen {
			m.now.Typing = Typing{}
			m.now.Screen, m.openedAt = TypedScreen, now
		}
	case TypeText, EraseTyped, ClearTyped, CloseTyped, SubmitTyped:
		if m.now.Screen == TypedScreen {
			return m.typing(in, now)
		}
	case Why:
		if m.now.Screen == VerdictScreen && now.Sub(m.shownAt) >= settle {
			m.now.Screen, m.openedAt = WhyScreen, now
		}
	case CloseWhy:
		if m.now.Screen == WhyScreen {
			m.now.Screen, m.shownAt = VerdictScreen, now
		}
	case Dismiss:
		if m.now.Verdict != nil && now.Sub(m.shownAt) >= settle {
			m.dismiss(now)
		}
	case WedgeText:
		if m.now.Screen != FirstScreen && in.Text != "" && len(in.Text) <= scanner.MaxPayload {
			return scanner.Payload{Bytes: []byte(in.Text), Input: "wedge"}, true
		}
	}
	return scanner.Payload{}, false
}

func (m *Model) typing(in Intent, now time.Time) (scanner.Payload, bool) {
	m.openedAt = now
	text := m.now.Typing.Text
	switch in := in.(type) {
	case TypeText:
		if more := onlyDigits(in.Text); len(text)+len(more) <= MaxDigits {
			text += more
		}
	case EraseTyped:
		if len(text) > 0 {
			text = text[:len(text)-1]
		}
	case ClearTyped:
		text = ""
	case CloseTyped:
		m.now.Typing = Typing{}
		m.now.Screen = m.home()
		return scanner.Payload{}, false
	case SubmitTyped:
		if !m.now.Typing.Number.Complete() {
			return scanner.Payload{}, false
		}
		m.now.Typing = Typing{}
		m.now.Screen = m.home()
		return scanner.Payload{Bytes: []byte(text), Input: "typed", Typed: true}, true
	}
	m.now.Typing = Typing{Text: text, Number: CheckNumber(text)}
	return scanner.Payload{}, false
}

// SetState replaces what the foot of the screen tells.
func (m *Model) SetState(unsent int, list ListAge, faults []scanner.Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Unsent, m.now.List, m.now.Faults = unsent, list, slices.Clone(faults)
}

// SetPlace replaces checkpoint and lane.
func (m *Model) SetPlace(checkpoint, lane string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Checkpoint, m.now.Lane = checkpoint, lane
}

// Enrolled leaves the first screen: the device belongs to a checkpoint now.
func (m *Model) Enrolled() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settings.Setup, m.now.Setup = "", ""
	m.now.Screen = m.home()
}

// Direction says which way people are going right now.
func (m *Model) Direction() scanner.Direction {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now.Direction
}

// Preview is where the camera's frames go.
func (m *Model) Preview() *Preview { return &m.preview }

// Seen tells what the decoder saw in the newest frame: the codes it found and
// what would have helped. Both fade by themselves.
func (m *Model) Seen(now time.Time, corners [][4]qr.Point, hint Hint) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(corners) > 0 {
		m.corners, m.cornersAt = corners, now
	}
	if hint != NoHint {
		m.now.Hint, m.hintAt = hint, now
	}
}
