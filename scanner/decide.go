package scanner

import (
	"errors"

	"chot/scanner/credential"
)

// Decide judges one credential. It is pure: what the lists say, what the
// journal remembers and the time are handed in.
//
// The order is fixed: readable, recognised, accepted here, signature, status,
// clock, validity; then for each list its own state, refused, referred,
// details, the row's window, purpose, zone and hours, absent; then which list
// wins, and prior use. Validity wins over prior use. Whatever is not decided by
// then is not admitted.
//
// A standing belongs to the policy's rule of the same list. A rule without one
// is a list that is missing; a standing without one is a required list.
func Decide(c credential.Credential, standings []Standing, prior Prior, passage Passage, policy Policy, now Instant) Verdict {
	panel := policy.panel(standings)
	v := panel.verdict()
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

	if now.Trust == Doubtful {
		return panel.timeless(v)
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

	v = panel.hear(v, c, passage, policy, now)
	if v.Outcome != Admit {
		return v
	}
	return used(v, v.Reason, prior, passage, policy, now)
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
