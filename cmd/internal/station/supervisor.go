package station

import (
	"context"
	"encoding/json"
	"time"

	"chot/scanner"
)

// manyWrong is how many wrong PINs in a row are too many: a supervisor's destroy
// the device's keys, and so many of any kind are written into the journal.
const manyWrong = 10

// warnFrom is from which wrong supervisor's PIN on the screen says what will
// happen.
const warnFrom = 7

// lockOut is how long no PIN counts after so many wrong ones in a row: the
// nine that a supervisor's has before the keys are destroyed take ten minutes.
func lockOut(wrong int) time.Duration {
	switch {
	case wrong < 3:
		return 0
	case wrong < 5:
		return 30 * time.Second
	case wrong < manyWrong:
		return 2 * time.Minute
	}
	return 15 * time.Minute
}

// settingAttempts is where wrong PINs are counted over restarts.
const settingAttempts = "pin attempts"

// attempts are the wrong PINs since the last right one. Time since boot ends a
// lock: whoever sets the wall clock gains nothing, and after a restart, which
// that time does not survive, the lock begins anew.
type attempts struct {
	Wrong int           `json:"wrong"`         // of operators and supervisors
	Own   int           `json:"own,omitempty"` // of these, the supervisor's: they count towards the end
	Boot  [16]byte      `json:"boot"`
	Since time.Duration `json:"since"` // boot, of the last wrong one
}

// lock is how long no attempt counts at an instant, 0 if the next one does.
func (a *attempts) lock(now scanner.Instant) time.Duration {
	if a.Boot != now.Boot || now.Since < a.Since {
		a.Boot, a.Since = now.Boot, now.Since
	}
	return max(0, a.Since+lockOut(a.Wrong)-now.Since)
}

// fail counts a wrong PIN.
func (a *attempts) fail(now scanner.Instant, operator bool) {
	a.Wrong++
	if !operator {
		a.Own++
	}
	a.Boot, a.Since = now.Boot, now.Since
}

// A PINAnswer is what came of a PIN.
type PINAnswer struct {
	OK    bool
	Unset bool          // chot.toml holds no PIN for this: nobody comes in
	Wrong int           // attempts in a row
	Left  time.Duration // for which no attempt counts
	Tries int           // wrong supervisor's PINs left before the keys are destroyed; 0 while that is far
	Over  bool          // they are destroyed
}

// answer is what a count comes to.
func (a *attempts) answer(left time.Duration) PINAnswer {
	p := PINAnswer{Wrong: a.Wrong, Left: left}
	if a.Own >= warnFrom {
		p.Tries = max(manyWrong-a.Own, 0)
	}
	return p
}

// TryPIN checks a PIN: the supervisor's, or for an operator's name that
// operator's. Wrong ones lock the pad together and over restarts. Ten wrong ones
// of the supervisor's in a row destroy the device's keys: they open what a thief
// is after. An operator's open a shift, which is worth no device, so however
// often guards mistype theirs, it only makes them wait; the right one forgives
// the operators' wrong ones, and none of the supervisor's.
func (s *Station) TryPIN(ctx context.Context, operator, pin string) PINAnswer {
	s.trying.Lock()
	defer s.trying.Unlock()
	if s.over.Load() {
		return PINAnswer{Over: true}
	}
	hash := s.pinHash(operator)
	now := s.clock.now()
	a := s.attempts()
	if left := a.lock(now); left > 0 {
		s.keepAttempts(a) // its boot may be a new one
		answer := a.answer(left)
		answer.Unset = hash == ""
		return answer
	}
	if hash == "" {
		return PINAnswer{Unset: true, Wrong: a.Wrong}
	}
	// Counted before it is compared: pulling the plug gains no attempt.
	forgiven := attempts{}
	if operator != "" {
		forgiven = attempts{Wrong: a.Own, Own: a.Own, Boot: a.Boot, Since: a.Since}
	}
	a.fail(now, operator != "")
	if err := s.keepAttempts(a); err != nil {
		s.log.Error("attempts not kept", "err", err)
		return PINAnswer{Wrong: a.Wrong}
	}
	if pinFits(hash, pin) {
		if err := s.keepAttempts(forgiven); err != nil {
			s.log.Error("attempts not kept", "err", err)
		}
		s.fault("supervisor", "")
		if operator == "" {
			s.remark(ctx, scanner.Remark{Kind: scanner.Supervision, Input: "screen"})
		}
		return PINAnswer{OK: true}
	}
	if a.Wrong >= manyWrong {
		s.log.Warn("many wrong PINs: the pad is locked", "wrong", a.Wrong)
		s.remark(ctx, scanner.Remark{Kind: scanner.Locked, Input: "screen"})
		s.fault("supervisor", scanner.FaultLocked)
	}
	if a.Own >= manyWrong {
		s.end(ending{Why: whyPINs}) // the journal has said so, under a signed head
		return PINAnswer{Wrong: a.Wrong, Over: true}
	}
	return a.answer(a.lock(now))
}

// PINState is how things stand without an attempt. After a boot a lock begins
// anew with it.
func (s *Station) PINState() PINAnswer {
	s.trying.Lock()
	defer s.trying.Unlock()
	a := s.attempts()
	before := a
	left := a.lock(s.clock.now())
	if a != before && a.Wrong > 0 {
		if err := s.keepAttempts(a); err != nil {
			s.log.Error("attempts not kept", "err", err)
		}
	}
	answer := a.answer(left)
	answer.Unset, answer.Over = s.pinHash("") == "", s.over.Load()
	return answer
}

// attempts reads the count. One that cannot be read locks the pad and leaves one
// attempt: it was changed, or the disk is failing, and that alone destroys
// nothing.
func (s *Station) attempts() attempts {
	b, err := s.store.Setting(settingAttempts)
	var a attempts
	if err == nil && b != nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		s.log.Error("attempts not readable", "err", err)
		now := s.clock.now()
		return attempts{Wrong: manyWrong, Own: manyWrong - 1, Boot: now.Boot, Since: now.Since}
	}
	return a
}

func (s *Station) keepAttempts(a attempts) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return s.store.PutSetting(settingAttempts, b)
}

// remark writes down what is no scan, counts it with the shift, and says so
// when it could not.
func (s *Station) remark(ctx context.Context, r scanner.Remark) (scanner.Entry, error) {
	p := s.Passage()
	r.Direction = p.Direction
	if r.Operator == "" {
		r.Operator = p.Operator
	}
	e, err := s.scanner.Remark(ctx, r, s.clock.now())
	return e, s.noted(e, err)
}

// noted takes an entry that is no scan into the counts.
func (s *Station) noted(e scanner.Entry, err error) error {
	if err != nil {
		s.log.Error("remark not kept", "err", err)
		s.fault("remark", scanner.FaultJournal)
		return err
	}
	s.fault("remark", "")
	s.shift.take(e)
	s.changed()
	return nil
}
