package qr

import "time"

// meter ends a frame's work when its time is up. Whatever may take long tells
// it before each short stretch how much work that is; the clock is read once in
// a grain of it.
type meter struct {
	work  int64 // done so far, in units of about a nanosecond of one desktop core
	next  int64 // the amount at which the clock is looked at
	until time.Time
	now   func() time.Time
	live  bool
	ended bool
	pace  pace
}

// pace is how a meter measures, in units.
type pace struct {
	grain int64 // work between two looks at the clock
	floor int64 // work that every frame gets, however short its budget
	pixel int64 // and for each of its pixels
}

// usual looks at the clock every 0.1 ms where a unit takes a nanosecond. Its
// floor is what the first rung takes where there is at most one symbol.
var usual = pace{grain: 100_000, floor: 4_000_000, pixel: 2}

// start begins a frame of so many pixels.
func (m *meter) start(budget time.Duration, pixels int, now func() time.Time) {
	if now == nil {
		now = time.Now
	}
	if m.pace == (pace{}) {
		m.pace = usual
	}
	*m = meter{now: now, pace: m.pace}
	if m.live = budget > 0; m.live {
		m.until = now().Add(budget)
		m.next = m.pace.floor + m.pace.pixel*int64(pixels)
	}
}

// spend tells of work that comes next, and reports whether there is time for it.
func (m *meter) spend(units int) bool {
	if m == nil {
		return true
	}
	m.work += int64(units)
	if !m.live || m.work < m.next {
		return true
	}
	return m.look()
}

// release ends the floor: from here on only the clock counts.
func (m *meter) release() { m.next = min(m.next, m.work) }

// over reports whether time is up.
func (m *meter) over() bool { return !m.spend(0) }

func (m *meter) look() bool {
	if !m.ended {
		m.ended = !m.now().Before(m.until)
		m.next = m.work + m.pace.grain
		if m.ended {
			m.next = 0
		}
	}
	return !m.ended
}
