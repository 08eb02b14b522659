package scanner

import "fmt"

// A Reason is the stable code of why a verdict came out as it did. Numbers
// are written into journals and are never reused; names are the keys of the
// operator's texts and of reports.
type Reason uint8

const (
	Undecided         Reason = 0 // zero value: a check that did not finish
	Unreadable        Reason = 1
	NotRecognised     Reason = 2
	Malformed         Reason = 3
	Unsupported       Reason = 4
	NotAccepted       Reason = 5
	NotPersonal       Reason = 6
	Unproven          Reason = 7
	UnknownIssuer     Reason = 8
	Forged            Reason = 9
	Revoked           Reason = 10
	Suspended         Reason = 11
	StatusUnknown     Reason = 12
	ClockDoubtful     Reason = 13
	NotYetValid       Reason = 14
	Expired           Reason = 15
	CardLapsed        Reason = 16
	ListMissing       Reason = 17
	ListExpired       Reason = 18
	ListDamaged       Reason = 19
	ListedRefuse      Reason = 20
	ListedRefer       Reason = 21
	DetailsDiffer     Reason = 22
	ListingNotYet     Reason = 23
	ListingOver       Reason = 24
	WrongPurpose      Reason = 25
	WrongZone         Reason = 26
	OutsideHours      Reason = 27
	Absent            Reason = 28
	AlreadyInside     Reason = 29
	JustSeen          Reason = 30
	Listed            Reason = 31
	ValidPass         Reason = 32
	NotRecorded       Reason = 33
	MemoryUnavailable Reason = 34
)

var reasonNames = [...]string{
	Undecided:         "undecided",
	Unreadable:        "unreadable",
	NotRecognised:     "not-recognised",
	Malformed:         "malformed",
	Unsupported:       "unsupported",
	NotAccepted:       "not-accepted",
	NotPersonal:       "not-personal",
	Unproven:          "unproven",
	UnknownIssuer:     "unknown-issuer",
	Forged:            "forged",
	Revoked:           "revoked",
	Suspended:         "suspended",
	StatusUnknown:     "status-unknown",
	ClockDoubtful:     "clock-doubtful",
	NotYetValid:       "not-yet-valid",
	Expired:           "expired",
	CardLapsed:        "card-lapsed",
	ListMissing:       "list-missing",
	ListExpired:       "list-expired",
	ListDamaged:       "list-damaged",
	ListedRefuse:      "listed-refuse",
	ListedRefer:       "listed-refer",
	DetailsDiffer:     "details-differ",
	ListingNotYet:     "listing-not-yet",
	ListingOver:       "listing-over",
	WrongPurpose:      "wrong-purpose",
	WrongZone:         "wrong-zone",
	OutsideHours:      "outside-hours",
	Absent:            "absent",
	AlreadyInside:     "already-inside",
	JustSeen:          "just-seen",
	Listed:            "listed",
	ValidPass:         "valid-pass",
	NotRecorded:       "not-recorded",
	MemoryUnavailable: "memory-unavailable",
}

func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// Reasons returns every reason code there is, in order.
func Reasons() []Reason {
	all := make([]Reason, len(reasonNames))
	for i := range all {
		all[i] = Reason(i)
	}
	return all
}

// ParseReason is the inverse of String.
func ParseReason(s string) (Reason, error) {
	for i, name := range reasonNames {
		if name == s {
			return Reason(i), nil
		}
	}
	return Undecided, fmt.Errorf("reason %q is not one of the known codes", s)
}
