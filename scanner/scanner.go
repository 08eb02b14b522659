package scanner

import (
	"context"
	"errors"
	"sync"
	"time"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

// A Scanner is the one decider of a station. Its methods may be called from
// any goroutine; scans are judged one at a time, in order.
type Scanner struct {
	journal Journal

	deciding sync.Mutex // one scan at a time: prior use must see the one before

	mu        sync.RWMutex
	policy    Policy
	trust     *credential.Trust
	list      *roster.Roster
	confirmed time.Time
}

// New returns a scanner that keeps its entries in journal. Until it is given
// a policy it accepts nothing.
func New(journal Journal) *Scanner { return &Scanner{journal: journal} }

// SetPolicy replaces the policy from the next scan on.
func (s *Scanner) SetPolicy(p Policy) { s.mu.Lock(); s.policy = p; s.mu.Unlock() }

// SetTrust replaces the issuers' keys from the next scan on.
func (s *Scanner) SetTrust(t *credential.Trust) { s.mu.Lock(); s.trust = t; s.mu.Unlock() }

// SetList replaces the signed list from the next scan on and returns the one
// before, which nobody reads any more: the caller closes it. confirmed is
// when the authority's repository last said this version is current.
func (s *Scanner) SetList(r *roster.Roster, confirmed time.Time) (old *roster.Roster) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, s.list, s.confirmed = s.list, r, confirmed
	return old
}

// SetConfirmed renews the time at which the list in use was last confirmed.
func (s *Scanner) SetConfirmed(t time.Time) { s.mu.Lock(); s.confirmed = t; s.mu.Unlock() }

// A Result is one scan, finished: its verdict, and the entry if it was kept.
type Result struct {
	Verdict    Verdict
	Credential credential.Credential
	Entry      Entry
	Before     Prior // what the journal remembered of the subject until now
	Kept       bool  // the entry is on disk
	Fault      Fault // "" or why it could not be kept
	Err        error // for the log, never for the screen
}

// Scan judges a payload and has the verdict written down. The verdict it
// returns may be shown: if the journal could not keep it, it is Refer.
func (s *Scanner) Scan(ctx context.Context, p Payload, passage Passage, now Instant) Result {
	s.deciding.Lock()
	defer s.deciding.Unlock()

	r := s.judge(p, passage, now)
	draft := Draft{
		Entry: Entry{
			At: now, Checkpoint: clip(s.currentPolicy().Checkpoint, maxField), Lane: clip(s.currentPolicy().Lane, maxField),
			Direction: passage.Direction, Outcome: r.Verdict.Outcome, Reason: r.Verdict.Reason, Scheme: r.Credential.Scheme(),
			List: r.Verdict.List, Version: r.Verdict.Version, Operator: clip(passage.Operator, maxField),
			Input: clip(p.Input, maxField), Watch: r.Verdict.Watch,
		},
		Personal: personal(r.Credential, passage),
		Subject:  r.Credential.Subject(),
	}
	entry, err := s.journal.Append(ctx, draft)
	if err != nil {
		r.Verdict.Outcome, r.Verdict.Reason = Refer, NotRecorded
		r.Fault, r.Err = FaultJournal, err
		if errors.Is(err, ErrJournalFull) {
			r.Fault = FaultJournalFull
		}
		return r
	}
	r.Entry, r.Kept = entry, true
	return r
}

// judge is Scan without the journal's writing.
func (s *Scanner) judge(p Payload, passage Passage, now Instant) Result {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := open(p, s.trust)
	standing := Consult(s.list, s.confirmed, now.Wall, c)
	prior, err := s.prior(c.Subject())
	v := Decide(c, standing, prior, passage, s.policy, now)
	if err != nil && v.Outcome == Admit {
		// Whether the person is already inside is unknown: a human decides.
		v.Outcome, v.Reason = Refer, MemoryUnavailable
	}
	return Result{Verdict: v, Credential: c, Before: prior, Err: err}
}

func (s *Scanner) prior(subject credential.Subject) (Prior, error) {
	if subject.IsZero() {
		return Prior{}, nil
	}
	return s.journal.Prior(subject)
}

func (s *Scanner) currentPolicy() Policy {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.policy
}

func open(p Payload, trust *credential.Trust) credential.Credential {
	switch {
	case len(p.Bytes) > MaxPayload:
		return credential.Open(nil, trust)
	case p.Typed:
		return credential.OpenTyped(string(p.Bytes))
	default:
		return credential.Open(p.Bytes, trust)
	}
}

// personal keeps of a credential what tracing needs, and of a payload nobody
// recognised only its hash.
func personal(c credential.Credential, passage Passage) Personal {
	p := Personal{Purpose: passage.Purpose, Plate: passage.Plate, HeadCount: passage.HeadCount}
	if c.Subject().IsZero() {
		digest := c.Digest()
		p.Digest = digest[:]
		return p
	}
	p.Subject, p.Name, p.Birth = c.Subject().String(), c.Name(), c.Birth().String()
	return p
}
