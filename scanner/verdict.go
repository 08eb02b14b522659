package scanner

import "time"

// A Verdict is an outcome and why. The zero value refuses, undecided.
type Verdict struct {
	Outcome Outcome
	Reason  Reason

	// What explains it, offline.
	List      string    // the list that decided, or the first that was asked
	Authority string    // who signed the list
	Version   uint64    // its version
	Issuer    string    // who signed the pass, if it was verified
	Limit     time.Time // the bound that was crossed or will be: expiry, start, end of listing
	Message   string    // what the list's authority tells the operator

	// Watch: the person is on a watch list. Nothing on the screen's front
	// may show it; the entry is an alarm and is sent first.
	Watch bool

	// Opinions are each list's own, in the policy's order, where it names its
	// lists; and Precedence is how they came to the one verdict.
	Opinions   []Opinion
	Precedence Precedence
}
