package ui

import (
	"slices"
	"time"

	"chot/scanner"
)

// An Operator is somebody who may stand here.
type Operator struct {
	Name string
	PIN  bool // taking over asks for a PIN
}

// A Shift is the present operator's turn, as the journal knows it.
type Shift struct {
	Operator  string // "" when nobody gave a name
	Since     time.Time
	Taken     int // entries since then
	Receipted int // of these, those a hub has acknowledged
}

// Waiting is how many entries of the shift no hub has.
func (s Shift) Waiting() int { return max(s.Taken-s.Receipted, 0) }

// Tallies are one direction's verdicts, by outcome.
type Tallies [3]int

// Sum is all of them.
func (t Tallies) Sum() int { return t[scanner.Refuse] + t[scanner.Refer] + t[scanner.Admit] }

// A Tally counts a shift's verdicts. The model counts the verdicts it is
// shown that are on disk; a shift that began before the program did is
// counted by the command and set once.
type Tally struct {
	In, Out Tallies
	Hours   [24]int // both directions, by the hour of the wall clock
}

// Add counts one verdict.
func (t *Tally) Add(d scanner.Direction, o scanner.Outcome, at time.Time) {
	if o > scanner.Admit {
		o = scanner.Refuse
	}
	if d == scanner.Out {
		t.Out[o]++
	} else {
		t.In[o]++
	}
	t.Hours[at.Hour()]++
}

// SetShift replaces what the journal knows of the shift. A new Since is a new
// shift: its counts and its list of scans begin empty.
func (m *Model) SetShift(s Shift) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh := !s.Since.Equal(m.now.Shift.Since)
	m.now.Shift = s
	if !fresh {
		return
	}
	m.now.Tally, m.now.Recent = Tally{}, nil
	if !m.handing.IsZero() {
		m.handing = time.Time{}
		if m.base == HandoverScreen {
			m.leave(ShiftScreen, m.openedAt)
		}
	}
}

// SetTally replaces the shift's counts with the journal's.
func (m *Model) SetTally(t Tally) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Tally = t
}

// SetOperators replaces who may take a shift over.
func (m *Model) SetOperators(all []Operator) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Operators = slices.Clone(all)
}

// handOver folds in the choice of the next operator and its confirmation.
func (m *Model) handOver(in Intent, now time.Time) {
	if m.base != HandoverScreen || m.now.Verdict != nil {
		return
	}
	next := slices.IndexFunc(m.now.Operators, func(o Operator) bool { return o.Name == m.now.Next })
	switch in := in.(type) {
	case ChooseOperator:
		if slices.ContainsFunc(m.now.Operators, func(o Operator) bool { return o.Name == in.Name }) {
			m.now.Next = in.Name
		}
	case ConfirmHandover:
		switch {
		case next < 0 && len(m.now.Operators) > 0:
			return // nobody was chosen
		case next >= 0 && m.now.Operators[next].PIN:
			m.pin.open(HandoverGate, m.now.Next)
			m.leave(PINScreen, now)
		default:
			m.orderHandover(now)
		}
	}
}

// orderHandover orders the hand-over once: a second tap on its way is not a
// second shift.
func (m *Model) orderHandover(now time.Time) {
	if !m.handing.IsZero() && now.Sub(m.handing) < answerFor {
		return
	}
	m.handing = now
	m.order(HandOver{From: m.now.Shift.Operator, To: m.now.Next})
}
