package scanner

import (
	"slices"
	"time"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

// A panel is the lists that decide together, in the policy's order.
type panel struct {
	rules      []ListRule
	standings  []Standing
	precedence Precedence
	named      bool // by the policy
}

func (p Policy) panel(standings []Standing) panel {
	own := ListRule{Absent: p.Absent, AbsentPass: p.AbsentPass}
	if len(p.Lists) == 0 {
		if len(standings) == 0 {
			standings = []Standing{{}}
		}
		return panel{rules: slices.Repeat([]ListRule{own}, len(standings)), standings: standings}
	}
	all := panel{precedence: p.Precedence, named: true}
	for _, rule := range p.Lists {
		s := Standing{List: rule.List}
		if i := slices.IndexFunc(standings, func(s Standing) bool { return s.List == rule.List }); i >= 0 {
			s = standings[i]
		}
		all.rules, all.standings = append(all.rules, rule), append(all.standings, s)
	}
	for _, s := range standings {
		if !slices.ContainsFunc(p.Lists, func(rule ListRule) bool { return rule.List == s.List }) {
			all.rules, all.standings = append(all.rules, own), append(all.standings, s)
		}
	}
	return all
}

// verdict is one that names the lists and decides nothing yet.
func (p panel) verdict() Verdict {
	first := p.standings[0]
	v := Verdict{List: first.List, Authority: first.Authority, Version: first.Version}
	if !p.named {
		return v
	}
	v.Precedence, v.Opinions = p.precedence, make([]Opinion, len(p.standings))
	for i, s := range p.standings {
		v.Opinions[i] = Opinion{List: s.List, Authority: s.Authority, Version: s.Version, State: s.usable(), Optional: p.rules[i].Optional}
	}
	return v
}

// by has a list decide v.
func (p panel) by(i int, v Verdict) Verdict {
	s := p.standings[i]
	v.List, v.Authority, v.Version = s.List, s.Authority, s.Version
	return v
}

// timeless decides where the clock cannot be believed. A refusal without a window
// does not depend on the time; all else does.
func (p panel) timeless(v Verdict) Verdict {
	v.Outcome, v.Reason = Refer, ClockDoubtful
	for i, s := range p.standings {
		row := s.Finding.Profile
		switch {
		case s.State == Asked && s.Finding.Found && row.Status == roster.Refuse && row.NotBefore.IsZero() && row.NotAfter.IsZero():
			v = p.by(i, v)
			v.Outcome, v.Reason, v.Message = Refuse, ListedRefuse, row.Message
			return v
		case p.precedence == First && (s.State == Asked && s.Finding.Found || s.State != Asked && !p.rules[i].Optional):
			return v // it comes before the rest, and what it says depends on the time
		}
	}
	return v
}

// hear asks every list and lets the one that wins decide. It does not look at
// prior use.
func (p panel) hear(v Verdict, c credential.Credential, passage Passage, policy Policy, now Instant) Verdict {
	heard := make([]hearing, len(p.standings))
	for i, s := range p.standings {
		heard[i] = s.hear(v, c, p.rules[i], passage, policy, now)
		heard[i].Verdict = p.by(i, heard[i].Verdict)
		if p.named {
			o := &v.Opinions[i]
			o.Named, o.Outcome, o.Reason = heard[i].of == named, heard[i].Outcome, heard[i].Reason
		}
	}
	won := p.strictest
	if p.precedence == First {
		won = p.first
	}
	best := won(heard)
	switch {
	case best < 0 && p.precedence == First && slices.ContainsFunc(heard, func(h hearing) bool { return h.of == unnamed }):
		return absent(v, c, policy.Absent, policy.AbsentPass)
	case best < 0: // every list is optional, and none could be asked
		v.Outcome, v.Reason = Refer, ListMissing
		return v
	}
	out := heard[best].Verdict
	for _, h := range heard {
		out.Watch = out.Watch || h.Watch // an alarm, whoever wins
	}
	return out
}

// strictest is the list whose verdict is the strictest. Of several it is one that
// names the person, before one that cannot be relied on, before one that says
// nothing.
func (p panel) strictest(heard []hearing) int {
	best := -1
	for i, h := range heard {
		if p.without(i, h) {
			continue
		}
		if best < 0 || h.Outcome < heard[best].Outcome || h.Outcome == heard[best].Outcome && h.of < heard[best].of {
			best = i
		}
	}
	return best
}

// first is the first list that names the person. A required one that cannot be
// relied on might have: nothing behind it counts, and nobody is admitted.
func (p panel) first(heard []hearing) int {
	best := -1
	for i, h := range heard {
		switch {
		case p.without(i, h) || h.of == unnamed:
		case best < 0, h.of == unusable && heard[best].Outcome == Admit:
			best = i
		}
	}
	return best
}

// without tells that a list is done without.
func (p panel) without(i int, h hearing) bool {
	return p.rules[i].Optional && h.of == unusable && !h.stops
}

// A hearing is one list's own verdict.
type hearing struct {
	Verdict
	of kind
	// stops: the list is too old to rely on, and stops the person. That much is
	// never passed over.
	stops bool
}

type kind uint8

const (
	named    kind = iota // the list names the person
	unusable             // it is missing, damaged or too old
	unnamed              // it does not
)

// hear is what this list alone would decide.
func (s Standing) hear(v Verdict, c credential.Credential, rule ListRule, passage Passage, policy Policy, now Instant) hearing {
	row := s.Finding.Profile
	open := within(row, now.Wall)
	switch s.usable() {
	case NoList:
		return unreliable(v, ListMissing, false)
	case TooOld:
		return unreliable(v, ListExpired, s.Finding.Found && !admits(row.Status) && (open == inside || row.Status != roster.Refuse))
	case Asked:
	default:
		return unreliable(v, ListDamaged, false)
	}
	if !s.Finding.Found || row.Status == roster.Refuse && open != inside {
		// A refusal that has not begun or is over names nobody.
		return hearing{Verdict: absent(v, c, rule.Absent, rule.AbsentPass), of: unnamed}
	}
	return hearing{Verdict: s.listed(v, open, passage, policy, now)}
}

func unreliable(v Verdict, r Reason, stops bool) hearing {
	v.Outcome, v.Reason = Refer, r
	return hearing{v, unusable, stops}
}

// listed decides about someone the list names.
func (s Standing) listed(v Verdict, open place, passage Passage, policy Policy, now Instant) Verdict {
	row := s.Finding.Profile
	give := func(o Outcome, r Reason) Verdict {
		v.Outcome, v.Reason = o, r
		return v
	}
	v.Message = row.Message
	switch {
	case row.Status == roster.Refuse:
		return give(Refuse, ListedRefuse)
	case !admits(row.Status):
		return give(Refer, ListedRefer)
	}
	v.Watch = row.Status == roster.Watch
	if s.Finding.DetailsDiffer {
		return give(Refer, DetailsDiffer)
	}
	switch open {
	case before:
		v.Limit = row.NotBefore
		return give(Refuse, ListingNotYet)
	case after:
		v.Limit = row.NotAfter
		return give(Refuse, ListingOver)
	}
	if len(row.Purposes) > 0 && !slices.Contains(row.Purposes, passage.Purpose) {
		return give(Refuse, WrongPurpose)
	}
	if len(row.Zones) > 0 && !slices.Contains(row.Zones, policy.Zone) {
		return give(Refuse, WrongZone)
	}
	if !row.Hours.Contain(now.Wall.In(policy.location())) {
		return give(Refuse, OutsideHours)
	}
	v.Limit = row.NotAfter
	return give(Admit, Listed)
}

// absent decides about someone a list, or no list, names.
func absent(v Verdict, c credential.Credential, card, pass Outcome) Verdict {
	v.Outcome, v.Reason = card, Absent
	if c.Proof() == credential.Verified {
		v.Outcome, v.Limit = pass, c.NotAfter()
		if v.Outcome == Admit {
			v.Reason = ValidPass
		}
	}
	return v
}

// place of a time in a row's validity window
type place uint8

const (
	inside place = iota
	before
	after
)

func within(p roster.Profile, t time.Time) place {
	switch {
	case !p.NotBefore.IsZero() && t.Before(p.NotBefore):
		return before
	case !p.NotAfter.IsZero() && !t.Before(p.NotAfter.Add(time.Second)):
		return after // NotAfter is the last second that counts
	}
	return inside
}
