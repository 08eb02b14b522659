package ui

import "time"

// A pin is a PIN on its way to the command. Its digits leave the model only
// in CheckPIN, and are forgotten there and then.
type pin struct {
	set      bool // a supervisor's PIN is set
	gate     Gate
	operator string
	digits   string
	attempt  uint64
	asked    time.Time // zero when no answer is awaited
	lock     Lock
}

const (
	minPIN, maxPIN = 4, 12
	// answerFor is how long the command may take to check a PIN. An attempt
	// without an answer does not count.
	answerFor = 5 * time.Second
)

// lockOut is how long no PIN counts after so many wrong ones in a row: ten
// thousand PINs of four digits would take months.
func lockOut(wrong int) time.Duration {
	switch {
	case wrong < 3:
		return 0
	case wrong < 5:
		return 30 * time.Second
	case wrong < 10:
		return 2 * time.Minute
	}
	return 15 * time.Minute
}

func (p *pin) pad(now time.Time) PINPad {
	pad := PINPad{Unset: !p.set && p.gate == SupervisorGate, Gate: p.gate, Operator: p.operator, Digits: len(p.digits), Checking: !p.asked.IsZero(), Lock: p.lock}
	if !now.Before(p.lock.Until) {
		pad.Lock.Until = time.Time{}
	}
	return pad
}

func (p *pin) open(g Gate, operator string) { p.gate, p.operator, p.digits = g, operator, "" }

func (p *pin) close() { p.digits, p.asked = "", time.Time{} }

func (p *pin) tick(now time.Time) {
	if !p.asked.IsZero() && now.Sub(p.asked) >= answerFor {
		p.asked = time.Time{}
	}
}

// next is when the pad looks different by time alone.
func (p *pin) next(now time.Time) time.Time {
	if now.Before(p.lock.Until) {
		return now.Add(p.lock.Until.Sub(now)%time.Second + time.Millisecond)
	}
	return p.asked.Add(answerFor)
}

func (p *pin) ready(now time.Time) bool {
	return p.asked.IsZero() && !now.Before(p.lock.Until) && (p.set || p.gate != SupervisorGate)
}

func (p *pin) write(in Intent, now time.Time) {
	if p.ready(now) {
		p.digits = edit(p.digits, in, onlyDigits, maxPIN)
	}
}

func (p *pin) submit(now time.Time) (CheckPIN, bool) {
	if !p.ready(now) || len(p.digits) < minPIN {
		return CheckPIN{}, false
	}
	p.attempt++
	check := CheckPIN{Attempt: p.attempt, Gate: p.gate, Operator: p.operator, PIN: p.digits}
	p.digits, p.asked = "", now
	return check, true
}

// SetPIN says whether a supervisor's PIN is set.
func (m *Model) SetPIN(set bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pin.set = set
}

// SetLock restores what wrong PINs had led to before the program started.
func (m *Model) SetLock(l Lock) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pin.lock = l
}

// PINChecked answers a CheckPIN. An answer to another attempt, or one that
// comes after the pad was left, opens nothing.
func (m *Model) PINChecked(now time.Time, attempt uint64, right bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick(now)
	p := &m.pin
	if m.base != PINScreen || p.asked.IsZero() || attempt != p.attempt {
		return
	}
	p.asked, m.openedAt = time.Time{}, now
	if !right {
		p.lock.Wrong++
		if d := lockOut(p.lock.Wrong); d > 0 {
			p.lock.Until = now.Add(d)
		}
		m.order(KeepLock{Lock: p.lock})
		return
	}
	if p.lock != (Lock{}) {
		p.lock = Lock{}
		m.order(KeepLock{})
	}
	switch p.gate {
	case HandoverGate:
		m.leave(HandoverScreen, now)
		m.orderHandover(now)
	default:
		m.now.Supervised = true
		m.leave(MenuScreen, now)
	}
}

// ask opens the pad before the supervisor's menu.
func (m *Model) ask(now time.Time) {
	if m.now.Verdict != nil || m.settings.Setup != "" || m.now.Stopped != "" {
		return
	}
	if m.now.Supervised {
		m.leave(MenuScreen, now)
		return
	}
	m.pin.open(SupervisorGate, "")
	m.leave(PINScreen, now)
}
