package scanner

import (
	"context"
	"errors"
	"slices"
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

	mu     sync.RWMutex
	policy Policy
	trust  *credential.Trust
	lists  []inUse
}

// inUse is a signed list a scanner asks.
type inUse struct {
	name      string
	roster    *roster.Roster
	confirmed time.Time
}

// New returns a scanner that keeps its entries in journal. Until it is given
// a policy it accepts nothing.
func New(journal Journal) *Scanner { return &Scanner{journal: journal} }

// SetPolicy replaces the policy from the next scan on.
func (s *Scanner) SetPolicy(p Policy) { s.mu.Lock(); s.policy = p; s.mu.Unlock() }

// SetTrust replaces the issuers' keys from the next scan on.
func (s *Scanner) SetTrust(t *credential.Trust) { s.mu.Lock(); s.trust = t; s.mu.Unlock() }

// SetList replaces the signed list that the policy calls by this name
// ("<authority>/<name>") from the next scan on and returns the one before, which
// nobody reads any more: the caller closes it. A nil list takes it away.
// confirmed is when the authority's repository last said this version is current.
func (s *Scanner) SetList(name string, r *roster.Roster, confirmed time.Time) (old *roster.Roster) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.lists, func(l inUse) bool { return l.name == name })
	switch {
	case i < 0 && r != nil:
		s.lists = append(s.lists, inUse{name, r, confirmed})
	case i >= 0:
		old = s.lists[i].roster
		if s.lists[i] = (inUse{name, r, confirmed}); r == nil {
			s.lists = slices.Delete(s.lists, i, i+1)
		}
	}
	return old
}

// SetConfirmed renews the time at which a list in use was last confirmed.
func (s *Scanner) SetConfirmed(name string, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.lists {
		if s.lists[i].name == name {
			s.lists[i].confirmed = t
		}
	}
}

// A Result is one scan, finished: its verdict, and the entry if it was kept.
type Result struct {
	Verdict    Verdict
	Credential credential.Credential
	Entry      Entry
	Before     Prior // what the journal remembered of the subject until now
	Kept       bool  // the entry is on disk
	Fault      Fault // "" or why it could not be kept
	Err        error // for the log, never for the screen
	Took       Stages
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
			Input: clip(p.Input, maxField), Watch: r.Verdict.Watch, Lists: consultedIn(r.Verdict),
		},
		Personal: personal(r.Credential, passage),
		Subject:  r.Credential.Subject(),
	}
	appending := time.Now()
	entry, err := s.journal.Append(ctx, draft)
	r.Took.Append = time.Since(appending)
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
	at := time.Now()
	var took Stages
	c := open(p, s.trust)
	took.Open = lap(&at)
	standings := s.consult(c, now.Wall)
	took.Lookup = lap(&at)
	prior, err := s.prior(c.Subject())
	took.Prior = lap(&at)
	v := Decide(c, standings, prior, passage, s.policy, now)
	took.Decide = lap(&at)
	if err != nil && v.Outcome == Admit {
		// Whether the person is already inside is unknown: a human decides.
		v.Outcome, v.Reason = Refer, MemoryUnavailable
	}
	return Result{Verdict: v, Credential: c, Before: prior, Err: err, Took: took}
}

// consult asks each list. One that the policy names goes by the policy's name
// for it: two authorities may call theirs the same.
func (s *Scanner) consult(c credential.Credential, now time.Time) []Standing {
	if len(s.policy.Lists) == 0 {
		standings := make([]Standing, 0, 1)
		for _, l := range s.lists {
			standings = append(standings, Consult(l.roster, l.confirmed, now, c))
		}
		return standings
	}
	standings := make([]Standing, len(s.policy.Lists))
	for i, rule := range s.policy.Lists {
		for _, l := range s.lists {
			if l.name == rule.List {
				standings[i] = Consult(l.roster, l.confirmed, now, c)
			}
		}
		standings[i].List = rule.List
	}
	return standings
}

// consultedIn is what an entry says of the lists: the verdict can be had again
// from these versions.
func consultedIn(v Verdict) []Consulted {
	if len(v.Opinions) == 0 {
		return nil
	}
	lists := make([]Consulted, len(v.Opinions))
	for i, o := range v.Opinions {
		lists[i] = Consulted{o.List, o.Version, o.State}
	}
	return lists
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
