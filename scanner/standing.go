package scanner

import (
	"fmt"
	"time"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

// A ListState says whether a signed list could be asked at all.
type ListState uint8

const (
	NoList  ListState = iota // none installed
	Damaged                  // installed, but a page does not match its signed hash
	Asked                    // asked and answered
	TooOld                   // answered, but beyond the age at which it may be relied on
)

var listStateNames = [...]string{NoList: "missing", Damaged: "damaged", Asked: "asked", TooOld: "expired"}

func (s ListState) String() string {
	if int(s) < len(listStateNames) {
		return listStateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// A Standing is what the signed list says of one credential: the only thing
// Decide learns from a roster, so a verdict can be replayed from it.
type Standing struct {
	State     ListState
	List      string
	Authority string // who signed it
	Version   uint64
	Age       roster.Age
	Finding   roster.Finding
}

// usable is the state with the age counted in.
func (s Standing) usable() ListState {
	if s.State == Asked && s.Age != roster.Fresh && s.Age != roster.Stale {
		return TooOld
	}
	return s.State
}

// Consult asks the list about a credential's subject and every other number
// of the same person on the card. Where several rows are found the strictest
// stands, so a person listed under an old number is not let through by a new
// one. A second number of the first one's kind (a card names a cancelled one)
// can only stop. Name and birth date are compared on the row that stands.
func Consult(r *roster.Roster, confirmed, now time.Time, c credential.Credential) Standing {
	if r == nil {
		return Standing{State: NoList}
	}
	m := r.Manifest()
	s := Standing{State: Asked, List: m.Name, Authority: m.Authority, Version: m.Version, Age: m.Age(confirmed, now)}
	for i, subject := range append([]credential.Subject{c.Subject()}, c.Aliases()...) {
		if subject.IsZero() {
			continue
		}
		f, err := r.Lookup(subject.String(), c.Name(), c.Birth().String())
		if err != nil {
			return Standing{State: Damaged, List: m.Name, Authority: m.Authority, Version: m.Version, Age: s.Age}
		}
		if !f.Found || i > 0 && s.Finding.Found && !stricter(f.Profile.Status, s.Finding.Profile.Status) {
			continue
		}
		if i > 0 && subject.Namespace == c.Subject().Namespace && admits(f.Profile.Status) {
			continue // a cancelled number of the same kind, or somebody else's: it may stop, not open
		}
		s.Finding = f
	}
	return s
}

// severity orders list statuses for Consult: refused first, admitted last.
var severity = map[roster.Status]int{roster.Refuse: 0, roster.Refer: 1, roster.Watch: 2, roster.Admit: 3}

func admits(s roster.Status) bool { return s == roster.Admit || s == roster.Watch }

func stricter(a, b roster.Status) bool { return severity[a] < severity[b] }
