package credential

import (
	"slices"

	"github.com/veraison/go-cose"
)

// Assertion is something that a signed credential says, and that a key in the
// trust may or may not be believed about. The zero value is nothing.
type Assertion string

// What can be asserted. The kinds of certificate are those that the signers'
// certificates tell apart (EU eHealth Network, Digital Certificate Governance
// §5.5, extended key usages 1.3.6.1.4.1.1847.2021.1.1 to .3).
const (
	AssertPass        Assertion = "claim169"          // who the holder of a pass is
	AssertTest        Assertion = "hcert.test"        // a certificate of a test
	AssertVaccination Assertion = "hcert.vaccination" // of a vaccination
	AssertRecovery    Assertion = "hcert.recovery"    // of having recovered
)

var assertions = []Assertion{AssertPass, AssertTest, AssertVaccination, AssertRecovery}

func (a Assertion) known() bool { return slices.Contains(assertions, a) }

// algorithms are those that a is signed with.
func (a Assertion) algorithms() []cose.Algorithm {
	if a == AssertPass {
		return passAlgorithms
	}
	return certificateAlgorithms
}
