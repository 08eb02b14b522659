package credential

import "fmt"

// Scheme is a kind of credential.
type Scheme uint8

// The schemes. Their order is not meaningful; their names are stored and sent.
const (
	Unrecognised Scheme = iota
	CCCD                // chip card, QR code on the front (2021) or the back (2024)
	BHYT                // health insurance card
	QRQG                // national personal QR code, Decision 1405/QD-BTTTT
	Claim169            // signed pass, MOSIP Claim 169
	HCERT               // EU digital COVID certificate, HC1:
	GreenLane           // vehicle on the national green lane, drvn.gov.vn
	TKVT                // vehicle with a provincial transport declaration
	Place               // the code of a place, not of a person
	MRZ                 // machine-readable zone of the chip card, ICAO 9303 TD1
	Typed               // a bare number, typed or scanned
)

var schemeNames = [...]string{
	"unrecognised", "cccd", "bhyt", "qrqg", "claim169", "hcert", "greenlane", "tkvt", "place", "mrz", "typed",
}

func (s Scheme) String() string { return nameOf(schemeNames[:], uint8(s)) }

// ParseScheme is the inverse of String.
func ParseScheme(name string) (Scheme, error) {
	for i, n := range schemeNames {
		if n == name {
			return Scheme(i), nil
		}
	}
	return Unrecognised, fmt.Errorf("parse scheme: no such scheme; use one of %q", schemeNames)
}

// MarshalText writes the scheme's name.
func (s Scheme) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a scheme's name.
func (s *Scheme) UnmarshalText(text []byte) (err error) {
	*s, err = ParseScheme(string(text))
	return err
}

// Proof says who vouches for a credential's content.
type Proof uint8

const (
	Unproven      Proof = iota // not checked, or could not be: a pass without a signature, say
	Unsigned                   // the scheme has no signature
	Verified                   // signed by a key in the trust
	UnknownIssuer              // signed, by a key that the trust does not hold
	Forged                     // names a key in the trust that did not sign it
)

var proofNames = [...]string{"unproven", "unsigned", "verified", "unknown-issuer", "forged"}

func (p Proof) String() string { return nameOf(proofNames[:], uint8(p)) }

// Status is what the issuer's status list says about a verified pass.
type Status uint8

const (
	NoStatus        Status = iota // the pass refers to no status list, or is not verified
	StatusValid                   // the list says valid
	StatusRevoked                 // the list says invalid, for good
	StatusSuspended               // the list says suspended, for now
	StatusMissing                 // the pass refers to a status that the trust cannot tell
)

var statusNames = [...]string{"none", "valid", "revoked", "suspended", "missing"}

func (s Status) String() string { return nameOf(statusNames[:], uint8(s)) }

// Sex as a credential states it.
type Sex uint8

const (
	SexUnknown Sex = iota
	Male
	Female
)

var sexNames = [...]string{"", "male", "female"}

func (s Sex) String() string { return nameOf(sexNames[:], uint8(s)) }

// Doubt is an oddity in a credential: worth showing, no ground for refusing.
type Doubt string

const (
	// The 12-digit number encodes birth province, sex with century, and birth
	// year. The law only guarantees twelve digits, and genuine numbers that do
	// not fit exist: never more than a doubt.
	DoubtProvince  Doubt = "number-province"
	DoubtSex       Doubt = "number-sex"
	DoubtBirthYear Doubt = "number-birth-year"

	DoubtUnverifiedFields Doubt = "unverified-fields" // fields whose meaning no public source settles
	DoubtLayout           Doubt = "layout"            // readable, though laid out as no issuer is known to
	DoubtName             Doubt = "name"              // the name is missing, cut short or not readable
	DoubtText             Doubt = "text"              // characters that belong in no name were taken out or replaced
	DoubtCrossCheck       Doubt = "cross-check"       // two places for one number do not agree
	DoubtProxy            Doubt = "proxy"             // declared by somebody other than the holder
	DoubtNoSignature      Doubt = "no-signature"      // a pass that lacks its signature or names no algorithm
	DoubtNamespace        Doubt = "namespace"         // the issuer's pass numbers should look different
	DoubtEntitlement      Doubt = "entitlement"       // well signed, by a key that is not trusted to say this
)

func nameOf(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return "invalid"
}
