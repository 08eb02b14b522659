package credential

import (
	"math"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

// The EU digital COVID certificate (eHealth Network, Electronic Health
// Certificates v1.3) is the text "HC1:" before a CWT (cose.go) whose claim -260
// holds, under 1, the certificate: who, born when, and statements of one kind, of
// vaccinations, tests or recoveries. One statement is the rule; where there are
// more, the last counts. It is signed with ES256 or PS256. Vietnam's vaccine
// passport (Decision 5772/QD-BYT) has the same form.
//
// Its subject is the certificate's identifier, never a number of the person's: a
// certificate has none. Its validity is that of the CWT, from iat (or nbf) to exp,
// and of the key. Its last second is valid: it is to be rejected after exp
// (§3.3.5), where RFC 8392 would have it at exp. What a vaccination or a test is
// worth, and for how long, is a country's rule and not judged here. Two things
// are: a recovery whose own last day is over has lapsed, and a test that did find
// the disease vouches for nothing, and is unsupported.

const certificateMark = "HC1:"

// certificateAlgorithms: eHealth Network §3.3.2, primary and secondary.
var certificateAlgorithms = []cose.Algorithm{cose.AlgorithmES256, cose.AlgorithmPS256}

// notDetected is SNOMED CT 260415000.
const notDetected = "260415000"

// lenient is strict, but takes what has no stated length: issuers of certificates
// encode so, and the certificates' rules do not forbid it.
var lenient = func() cbor.DecMode {
	options := strict.DecOptions()
	options.IndefLength = cbor.IndefLengthAllowed
	mode, err := options.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
}()

type certificateClaims struct {
	Expires   cbor.RawMessage `cbor:"4,keyasint,omitempty"`
	NotBefore cbor.RawMessage `cbor:"5,keyasint,omitempty"`
	IssuedAt  cbor.RawMessage `cbor:"6,keyasint,omitempty"`
	Health    cbor.RawMessage `cbor:"-260,keyasint,omitempty"`
}

type healthClaim struct {
	Certificate cbor.RawMessage `cbor:"1,keyasint,omitempty"`
}

// certificate is what a checkpoint needs of one.
type certificate struct {
	Version string `cbor:"ver"`
	Name    struct {
		Family      string `cbor:"fn,omitempty"`
		FamilyLatin string `cbor:"fnt"`
		Given       string `cbor:"gn,omitempty"`
		GivenLatin  string `cbor:"gnt,omitempty"`
	} `cbor:"nam"`
	Birth        string      `cbor:"dob"`
	Vaccinations []statement `cbor:"v,omitempty"`
	Tests        []statement `cbor:"t,omitempty"`
	Recoveries   []statement `cbor:"r,omitempty"`
}

type statement struct {
	Disease string `cbor:"tg"`
	Country string `cbor:"co"`
	Issuer  string `cbor:"is"`
	ID      string `cbor:"ci"`
	Result  string `cbor:"tr,omitempty"` // of a test
	Until   string `cbor:"du,omitempty"` // of a recovery
}

func (c *Credential) readCertificate(text string, trust *Trust) error {
	c.proof = Unproven
	message, err := unpack(strings.TrimPrefix(text, certificateMark))
	if err != nil {
		return err
	}
	payload, signed, err := payloadOf(message)
	if err != nil {
		return err
	}
	if err := c.readCertificateClaims(payload); err != nil {
		return err
	}
	if !signed {
		c.doubt(DoubtNoSignature)
		return nil
	}
	proof, key, err := c.prove(message, trust, c.statement, certificateAlgorithms)
	if err != nil {
		return err
	}
	if key != nil {
		c.subject.Namespace = NamespaceHCERT
		for i := range c.aliases {
			c.aliases[i].Namespace = NamespaceHCERT
		}
		c.issuer = key.issuer.Name
		c.notBefore = later(c.notBefore, key.issuer.NotBefore)
		c.notAfter = earlier(c.notAfter, key.issuer.NotAfter)
	}
	c.proof = proof
	return nil
}

// readCertificateClaims fills c in from a CWT that nothing is proven of yet.
func (c *Credential) readCertificateClaims(payload []byte) error {
	var claims certificateClaims
	if !isMap(payload) || lenient.Unmarshal(payload, &claims) != nil {
		return malformed("CWT")
	}
	var err error
	if c.notAfter, err = numericDate(claims.Expires, math.Floor); err != nil {
		return err
	}
	if c.notBefore, err = numericDate(claims.NotBefore, math.Ceil); err != nil {
		return err
	}
	issued, err := numericDate(claims.IssuedAt, math.Ceil)
	if err != nil {
		return err
	}
	// A certificate is not valid before it was issued.
	c.notBefore = later(c.notBefore, issued)
	if !c.notAfter.IsZero() {
		c.notAfter = c.notAfter.Add(time.Second)
	}

	var health healthClaim
	if !isMap(claims.Health) || lenient.Unmarshal(claims.Health, &health) != nil {
		return malformed("claim -260")
	}
	return c.readCertificateContent(health.Certificate)
}

// readCertificateContent fills c in from the certificate itself.
func (c *Credential) readCertificateContent(raw []byte) error {
	var content certificate
	if !isMap(raw) || lenient.Unmarshal(raw, &content) != nil {
		return malformed("claim -260")
	}
	said, err := c.readStatements(content)
	if err != nil {
		return err
	}
	c.subject = Subject{namespaceUnproven, said.ID}
	if !c.subject.canonical() {
		return malformed("the certificate has no usable identifier")
	}
	c.setName(content.name())
	if content.Birth != "" {
		birth, ok := certificateBirth(content.Birth)
		if !ok {
			return malformed("the birth date is no date")
		}
		c.birth = birth
	}
	return nil
}

// readStatements is the certificate's last statement, with the identifiers of those
// before it as aliases.
func (c *Credential) readStatements(content certificate) (last statement, err error) {
	if content.Version == "" || content.Name.FamilyLatin == "" && content.Name.GivenLatin == "" {
		return statement{}, malformed("the certificate does not follow its schema")
	}
	var all []statement
	for _, kind := range []struct {
		what Assertion
		said []statement
	}{{AssertVaccination, content.Vaccinations}, {AssertTest, content.Tests}, {AssertRecovery, content.Recoveries}} {
		if len(kind.said) == 0 {
			continue
		}
		if all != nil {
			return statement{}, malformed("the certificate states things of two kinds")
		}
		c.statement, all = kind.what, kind.said
	}
	if len(all) == 0 {
		return statement{}, malformed("the certificate states nothing")
	}
	for i, said := range all {
		if said.Disease == "" || said.Country == "" || said.Issuer == "" {
			return statement{}, malformed("the certificate does not follow its schema")
		}
		if c.statement == AssertTest && said.Result != notDetected {
			return statement{}, ErrUnsupported
		}
		if i < len(all)-1 {
			c.doubt(DoubtLayout)
			if alias := (Subject{namespaceUnproven, said.ID}); alias.canonical() && said.ID != all[len(all)-1].ID {
				c.aliases = append(c.aliases, alias)
			}
		}
	}
	last = all[len(all)-1]
	if c.statement == AssertRecovery {
		until, ok := certificateDate(last.Until)
		if !ok {
			return statement{}, malformed("a recovery without its last day")
		}
		c.lapses = until.dayAfter()
	}
	return last, nil
}

// name has the family name first, as in Vietnam; where the certificate has no name
// in the holder's own letters, the one in those of the machine-readable zone.
func (c certificate) name() string {
	part := func(name, latin string) string {
		if strings.TrimSpace(name) != "" {
			return name
		}
		return strings.ReplaceAll(latin, "<", " ")
	}
	return part(c.Name.Family, c.Name.FamilyLatin) + " " + part(c.Name.Given, c.Name.GivenLatin)
}

// certificateDate reads the day of a date, with or without a time of day: the first
// schemas allowed both.
func certificateDate(s string) (Birth, bool) {
	day, _, _ := strings.Cut(s, "T")
	return yearFirst(day, "-")
}

// certificateBirth reads a birth date, of which the month and the day, or the day
// alone, may not be known. Without the day the month is let go.
func certificateBirth(s string) (Birth, bool) {
	if b, ok := certificateDate(s); ok {
		return b, true
	}
	if len(s) == len("2006-01") {
		if _, err := time.Parse("2006-01", s); err != nil {
			return Birth{}, false
		}
		s = s[:4]
	}
	return yearOnly(s)
}
