package scanner

import (
	"errors"
	"slices"
	"time"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

// Decide judges one credential. It is pure: what the list says, what the
// journal remembers and the time are handed in.
//
// The order is fixed: readable, recognised, accepted here, signature, status,
// clock, validity, the list's own state, refused, referred, details, the
// row's window, purpose, zone and hours, absent, prior use. Validity wins
// over prior use. Whatever is not decided by then is not admitted.
func Decide(c credential.Credential, s Standing, prior Prior, passage Passage, policy Policy, now Instant) Verdict {
	v := Verdict{List: s.List, Authority: s.Authority, Version: s.Version}
	give := func(o Outcome, r Reason) Verdict {
		v.Outcome, v.Reason = o, r
		return v
	}

	if r, bad := unfit(c); bad {
		return give(Refer, r)
	}
	if !policy.accepts(c.Scheme()) {
		return give(Refer, NotAccepted)
	}

	switch c.Proof() {
	case credential.Verified:
		v.Issuer = c.Issuer()
	case credential.Unsigned:
	case credential.Forged:
		return give(Refuse, Forged)
	case credential.UnknownIssuer:
		return give(Refer, UnknownIssuer)
	default:
		return give(Refer, Unproven)
	}

	switch c.Status() {
	case credential.StatusRevoked:
		return give(Refuse, Revoked)
	case credential.StatusSuspended:
		return give(Refuse, Suspended)
	case credential.StatusMissing:
		return give(Refer, StatusUnknown)
	case credential.NoStatus, credential.StatusValid:
	default:
		return give(Refer, StatusUnknown)
	}

	row := s.Finding.Profile
	if now.Trust == Doubtful {
		// A refusal without a window does not depend on the time; all else does.
		if s.State == Asked && s.Finding.Found && row.Status == roster.Refuse && row.NotBefore.IsZero() && row.NotAfter.IsZero() {
			v.Message = row.Message
			return give(Refuse, ListedRefuse)
		}
		return give(Refer, ClockDoubtful)
	}

	if from := c.NotBefore(); !from.IsZero() && now.Wall.Before(from) {
		v.Limit = from
		return give(Refuse, NotYetValid)
	}
	if until := c.NotAfter(); !until.IsZero() && !now.Wall.Before(until) {
		v.Limit = until
		return give(Refuse, Expired)
	}
	if c.Lapsed(now.Wall) {
		return give(Refer, CardLapsed)
	}

	switch {
	case s.State == NoList:
		return give(Refer, ListMissing)
	case s.State != Asked:
		return give(Refer, ListDamaged)
	case s.Age != roster.Fresh && s.Age != roster.Stale:
		return give(Refer, ListExpired)
	}

	if !s.Finding.Found {
		return absent(v, c, prior, passage, policy, now)
	}
	v.Message = row.Message
	open := within(row, now.Wall)
	switch {
	case row.Status == roster.Refuse && open == inside:
		return give(Refuse, ListedRefuse)
	case row.Status == roster.Refuse:
		// A refusal that has not begun or is over names nobody.
		v.Message = ""
		return absent(v, c, prior, passage, policy, now)
	case row.Status == roster.Refer:
		return give(Refer, ListedRefer)
	case row.Status != roster.Admit && row.Status != roster.Watch:
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
	return used(v, Listed, prior, passage, policy, now)
}

// unfit says why a credential cannot be judged at all.
func unfit(c credential.Credential) (Reason, bool) {
	err := c.Err()
	switch {
	case err == nil && c.Scheme() == credential.Unrecognised:
		return NotRecognised, true // the zero Credential
	case err == nil && c.Scheme() == credential.Place:
		return NotPersonal, true
	case err == nil && c.Subject().IsZero():
		return Malformed, true
	case err == nil:
		return Undecided, false
	case errors.Is(err, credential.ErrEmpty):
		return Unreadable, true
	case errors.Is(err, credential.ErrMalformed):
		return Malformed, true
	case errors.Is(err, credential.ErrUnsupported):
		return Unsupported, true
	default:
		return NotRecognised, true
	}
}

// absent decides about someone no list names, as the policy says.
func absent(v Verdict, c credential.Credential, prior Prior, passage Passage, policy Policy, now Instant) Verdict {
	v.Outcome, v.Reason = policy.Absent, Absent
	if c.Proof() == credential.Verified {
		v.Outcome, v.Limit = policy.AbsentPass, c.NotAfter()
		if v.Outcome == Admit {
			v.Reason = ValidPass
		}
	}
	if v.Outcome != Admit {
		return v
	}
	return used(v, v.Reason, prior, passage, policy, now)
}

// used admits for reason r unless the same subject has just used the gate.
func used(v Verdict, r Reason, prior Prior, passage Passage, policy Policy, now Instant) Verdict {
	v.Outcome, v.Reason = Refer, Undecided
	if prior.Seen && prior.Direction == passage.Direction {
		if gone := now.Wall.Sub(prior.At); policy.Again > 0 && gone < policy.Again {
			v.Reason = JustSeen
			return v
		}
		if policy.AntiPassback && passage.Direction == In {
			v.Reason = AlreadyInside
			return v
		}
	}
	v.Outcome, v.Reason = Admit, r
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
