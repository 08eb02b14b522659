package scanner

import "fmt"

// MaxLists is how many lists one policy may name, and MaxListNames how long their
// names may be together, in bytes: an entry repeats them and stays within MaxEntry.
const (
	MaxLists     = 8
	MaxListNames = 256
)

// A ListRule is what a policy says of one list. The zero value requires the
// list and refuses whom it does not name.
type ListRule struct {
	List string // "<authority>/<name>"

	// Optional lists are done without while they are missing, damaged or too
	// old. Without a required one nobody is admitted.
	Optional bool

	// For a card or number, and for a validly signed pass, that this list does
	// not name: a list of people to stop admits them, a list of those who may
	// pass does not. Only Strictest asks; under First the policy's own
	// outcomes hold for whom no list names.
	Absent, AbsentPass Outcome
}

// A Precedence says which of several lists wins.
type Precedence uint8

const (
	// Strictest hears every list by itself and lets the strictest verdict
	// stand: a list more can only stop more.
	Strictest Precedence = iota
	// First lets the first list, in the policy's order, that names a person
	// decide about them.
	First
)

var precedenceNames = [...]string{"strictest", "first"}

func (p Precedence) String() string {
	if int(p) < len(precedenceNames) {
		return precedenceNames[p]
	}
	return fmt.Sprintf("precedence(%d)", uint8(p))
}

// MarshalText is the inverse of UnmarshalText.
func (p Precedence) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText lets configuration files name a precedence.
func (p *Precedence) UnmarshalText(b []byte) error {
	for i, name := range precedenceNames {
		if name == string(b) {
			*p = Precedence(i)
			return nil
		}
	}
	return fmt.Errorf("precedence %q: want strictest or first", b)
}

// An Opinion is what one of several lists says, for explaining a verdict and
// for its entry.
type Opinion struct {
	List      string
	Authority string // who signed it
	Version   uint64
	State     ListState // Asked, or why it could not be relied on
	Optional  bool
	Named     bool // the list names the person, and within the listing's time

	// Its own verdict; Refuse and Undecided where it was not asked for one.
	Outcome Outcome
	Reason  Reason
}
