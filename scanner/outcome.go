package scanner

import "fmt"

// An Outcome is what the person in front hears: stop, wait, or go.
// The zero value refuses.
type Outcome uint8

const (
	Refuse Outcome = iota // red: must not pass
	Refer                 // amber: a human decides
	Admit                 // green: may pass
)

var outcomeNames = [...]string{"refuse", "refer", "admit"}

func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// ParseOutcome is the inverse of String.
func ParseOutcome(s string) (Outcome, error) {
	for i, name := range outcomeNames {
		if name == s {
			return Outcome(i), nil
		}
	}
	return Refuse, fmt.Errorf("outcome %q: want refuse, refer or admit", s)
}

// UnmarshalText lets configuration files name an outcome.
func (o *Outcome) UnmarshalText(b []byte) error {
	v, err := ParseOutcome(string(b))
	if err != nil {
		return err
	}
	*o = v
	return nil
}

// MarshalText is the inverse of UnmarshalText.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// A Direction says which way through the checkpoint a person goes.
type Direction uint8

const (
	In Direction = iota
	Out
)

func (d Direction) String() string {
	if d == Out {
		return "out"
	}
	return "in"
}

// ParseDirection is the inverse of String.
func ParseDirection(s string) (Direction, error) {
	switch s {
	case "in":
		return In, nil
	case "out":
		return Out, nil
	}
	return In, fmt.Errorf("direction %q: want in or out", s)
}

// UnmarshalText lets configuration files name a direction.
func (d *Direction) UnmarshalText(b []byte) error {
	v, err := ParseDirection(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// MarshalText is the inverse of UnmarshalText.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
