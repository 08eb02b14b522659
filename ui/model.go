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
	Mirror     bool // the camera faces the person, whether it says so or not
	Direction  scanner.Direction

	// Admitted and Stopped are how long a verdict stays before the screen
	// goes back to scanning: a green one is a glance, the others are read.
	// 0 means 4 s and 10 s.
	Admitted, Stopped time.Duration

	// Setup is the command that enrols the device. When it is not empty the
	// screen begins with it and scans nothing.
	Setup string

	Large     bool
	Volume    int // 0 to MaxVolume
	Spoken    bool
	Purposes  []Purpose  // to choose from; none when the policy asks for none
	Purpose   string     // the one every scan begins with; "" is none
	Vehicles  bool       // plates and head-counts are asked here
	Operators []Operator // who may take a shift over
	PIN       bool       // a supervisor's PIN is set; without one the menu stays shut

	Handheld bool // held in the hand: its texts speak of no cables
	Vibrate  bool // a verdict is felt as well
	Vibrates bool // there is something to vibrate with
	Leaves   bool // the supervisor may leave the program for the system
}

// The times the screen keeps.
const (
	defaultAdmitted = 4 * time.Second
	defaultStopped  = 10 * time.Second
	// dwell is how long a verdict is safe from a milder one. Two cards held
	// up together, or a neighbour's in the next frame, must not wipe a red
	// screen before anyone saw it.
	dwell = 700 * time.Millisecond
	// together is how far apart two verdicts on what a camera saw may come and
	// still be those of one moment, of which the strictest counts: two codes
	// held up at once are rarely both read in the same frame.
	together = 300 * time.Millisecond
	// frozen is how long a picture is shown when no other follows: the camera
	// is gone, and a still picture would say it is there.
	frozen = 3 * time.Second
	// settle is how long a verdict cannot be dismissed: the finger was on its
	// way to what stood there before.
	settle = 300 * time.Millisecond
	// reading is how long an explanation stays.
	reading = time.Minute
	// idle is how long a screen stays that nobody touches: what is typed there
	// is personal.
	idle = time.Minute
	// idleMenu is the same behind the supervisor's PIN.
	idleMenu = 3 * time.Minute
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
	base      Screen   // what a verdict stands over
	shownAt   time.Time
	cameAt    time.Time // as shownAt, but an explanation in between does not renew it
	openedAt  time.Time // when the base was last touched
	clock     time.Time // when time was last let pass
	hintAt    time.Time
	corners   [][4]qr.Point
	cornersAt time.Time
	repeated  time.Time // when the code in view was last seen again
	queue     []VerdictView
	orders    []Order

	pin     pin
	again   *uint64 // the entry to judge again once a purpose is chosen
	typed   typed   // what the newest typed payload was
	vehicle time.Time
	handing time.Time // when the hand-over was ordered; zero when none is
	testing string    // the source under test
	backAt  time.Time // when Back was pressed on the scan screen
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
	m := &Model{settings: s, pin: pin{set: s.PIN}}
	m.now = Snapshot{
		Language: s.Language, Preset: s.Preset, Checkpoint: s.Checkpoint, Lane: s.Lane, Zone: s.Zone,
		Direction: s.Direction, Setup: s.Setup, Large: s.Large,
		Purposes: slices.Clone(s.Purposes), Purpose: s.Purpose, Vehicles: s.Vehicles, Operators: slices.Clone(s.Operators),
		Handheld: s.Handheld, Vibrates: s.Vibrates, Leaves: s.Leaves,
	}
	m.setPreferences(Preferences{Language: s.Language, Preset: s.Preset, Large: s.Large, Volume: s.Volume, Spoken: s.Spoken, Vibrate: s.Vibrate})
	m.base = m.home()
	m.now.Screen = m.base
	return m
}

// home is the screen everything returns to.
func (m *Model) home() Screen {
	if m.now.Stopped != "" {
		return StoppedScreen
	}
	if m.settings.Setup != "" {
		return FirstScreen
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
	s.Faults, s.Recent = slices.Clone(m.now.Faults), slices.Clone(m.now.Recent)
	s.Under, s.PIN, s.JudgesAgain = m.base, m.pin.pad(now), m.again != nil
	s.Repeated = now.Sub(m.repeated) < cueFor
	s.WayOut = m.now.Screen == ScanScreen && now.Sub(m.backAt) < backHint
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
	if s.Preview.Image == nil {
		s.Torch = NoTorch // its camera is closed, and the lamp with it
	}
	s.Preview.Mirror = s.Preview.Mirror || m.settings.Mirror
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
	case FirstScreen, StoppedScreen:
	case ScanScreen:
		sooner(m.pictureAt.Add(frozen))
		sooner(m.hintAt.Add(lookFor))
		sooner(m.cornersAt.Add(lookFor))
		sooner(m.vehicle.Add(vehicleFor))
		sooner(m.backAt.Add(backHint))
	case PINScreen:
		sooner(m.pin.next(now))
		sooner(m.openedAt.Add(m.patience()))
	default:
		sooner(m.openedAt.Add(m.patience()))
	}
	sooner(m.repeated.Add(cueFor))
	return next
}

func (m *Model) hold() time.Duration {
	if m.now.Verdict != nil && m.now.Verdict.Verdict.Outcome == scanner.Admit {
		return m.settings.Admitted
	}
	return m.settings.Stopped
}

func (m *Model) tick(now time.Time) {
	m.clock = later(m.clock, now)
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
	case ScanScreen, FirstScreen, StoppedScreen:
	default:
		if now.Sub(m.openedAt) >= m.patience() {
			m.leave(m.home(), now)
		}
	}
	m.pin.tick(now)
	m.forgetVehicle(now)
}

// patience is how long the base stays untouched.
func (m *Model) patience() time.Duration {
	switch {
	case m.base == EnrolScreen && m.now.Enrolment.State == EnrolRunning, m.now.ExportTask.State == TaskRunning, m.now.FetchTask.State == TaskRunning,
		m.now.CheckTask.State == TaskRunning:
		return 10 * idleMenu // somebody waits for its end
	case m.now.Supervised, m.base == EnrolScreen:
		return idleMenu
	}
	return idle
}

func (m *Model) show(v VerdictView, now time.Time) {
	m.now.Verdict, m.now.Screen, m.shownAt, m.cameAt = &v, VerdictScreen, now, now
}

func (m *Model) dismiss(now time.Time) {
	m.now.Verdict, m.now.Screen, m.openedAt = nil, m.base, now
	m.tick(now)
}

// Scanned shows the verdicts on the codes of one frame: the strictest, since
// whoever holds up two cards is not let through for the better one. Verdicts
// on what a camera saw that come one by one within a blink count as one frame's;
// a reader reads one card after another, and each is shown. A verdict on
// screen gives way at once to one as strict, and to a milder one after it was
// there long enough to be seen.
func (m *Model) Scanned(now time.Time, frame ...VerdictView) {
	if len(frame) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick(now)
	v := m.counted(frame, now)
	if m.settings.Setup != "" || m.now.Stopped != "" {
		return
	}
	age := now.Sub(m.shownAt)
	switch {
	case m.now.Verdict == nil, v.Verdict.Outcome <= m.now.Verdict.Verdict.Outcome, age >= dwell && len(m.queue) == 0:
		m.show(v, now)
		return
	case v.Seen && m.now.Verdict.Seen && now.Sub(m.cameAt) < together:
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
