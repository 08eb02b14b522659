// Package credential recognises what a payload is, reads it, and verifies its signature where its scheme has one.
//
// Open is the only way from bytes to a [Credential], so a Credential that says
// Verified was verified. It judges no time and no permission: two calls with the
// same payload and the same trust give the same Credential on any day.
//
// # Schemes
//
// One file each describes the layout it reads: chip card (cccd.go), health
// insurance card (bhyt.go), national personal QR (qrqg.go), vehicles and places
// (vehicle.go), machine-readable zone (mrz.go), a bare number (typed.go), the
// signed pass, MOSIP Claim 169 (pass.go, issue.go), and the EU digital COVID
// certificate (hcert.go). Everything else is Unrecognised, and only its digest is
// kept.
//
// Of these only the last two are signed. The others can be copied or invented by
// anyone with a printer: their Proof is Unsigned, and what they are worth is the
// roster's and the operator's to say.
package credential

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What is wrong with a payload, and what to do about it. Err wraps one of them.
// No error of this package carries a part of a payload.
var (
	ErrEmpty        = errors.New("the payload is empty: scan again")
	ErrUnrecognised = errors.New("the code is of no known kind: ask for another document")
	ErrMalformed    = errors.New("the payload is damaged or incomplete: scan again, or type the number")
	ErrUnsupported  = errors.New("this kind of credential cannot be checked here: check the document by eye")
)

// maxPayload is twice what the largest QR symbol holds (4,296 alphanumeric
// characters, ISO/IEC 18004 Table 7), rounded up: readers send things twice.
const maxPayload = 16 << 10

// Credential is a payload after recognition. Its zero value proves nothing and
// names nobody. When Err is not nil only Scheme and Digest are filled in.
type Credential struct {
	scheme    Scheme
	err       error
	proof     Proof
	status    Status
	subject   Subject
	aliases   []Subject
	name      string
	birth     Birth
	sex       Sex
	notBefore time.Time
	notAfter  time.Time
	lapses    time.Time
	issuer    string
	keyID     []byte
	statement Assertion
	doubts    []Doubt
	digest    [32]byte
}

// Open recognises, parses and verifies payload. It never fails: what went wrong
// is the Credential's Err. A nil trust trusts nobody.
func Open(payload []byte, trust *Trust) Credential {
	payload = clean(payload)
	base := Credential{digest: sha256.Sum256(payload)}
	switch {
	case len(payload) == 0:
		base.err = fmt.Errorf("open payload: %w", ErrEmpty)
		return base
	case len(payload) > maxPayload:
		base.err = fmt.Errorf("open payload: %w", ErrUnrecognised)
		return base
	}
	text := string(payload)
	base.scheme = recognise(text)
	c := base
	if err := c.read(text, trust); err != nil {
		base.err = fmt.Errorf("open %s: %w", base.scheme, err)
		return base
	}
	c.detach()
	return c
}

// detach copies what is kept, so that nothing else of the payload stays in memory.
func (c *Credential) detach() {
	c.name = strings.Clone(c.name)
	c.subject.Number = strings.Clone(c.subject.Number)
	for i := range c.aliases {
		c.aliases[i].Number = strings.Clone(c.aliases[i].Number)
	}
	c.keyID = bytes.Clone(c.keyID)
}

// OpenTyped reads a number that a person typed: 12, 10 or 9 digits, with or
// without the spaces, dots and hyphens that people group digits with.
func OpenTyped(text string) Credential {
	payload := clean([]byte(text))
	digits := bytes.Map(func(r rune) rune {
		if strings.ContainsRune(" .-\u00a0", r) {
			return -1
		}
		return r
	}, payload)
	c := Credential{digest: sha256.Sum256(digits)}
	if len(digits) == 0 {
		c.err = fmt.Errorf("open typed number: %w", ErrEmpty)
		return c
	}
	if !isTyped(string(digits)) {
		c.err = fmt.Errorf("open typed number: %w", ErrUnrecognised)
		return c
	}
	c.scheme = Typed
	c.readTyped(string(digits))
	return c
}

// recognise says which scheme text has, by its outer form alone. The order is
// that of the most telling marks first. Other known credentials (NL2:, shc:/,
// NZCP:/, VDS-NC, DIVOC) match nothing here, and so are Unrecognised.
func recognise(text string) Scheme {
	if strings.HasPrefix(text, certificateMark) {
		return HCERT
	}
	// A SPACE is a digit of Base45 (RFC 9285 §4.2), so only the schemes that
	// cannot be Base45 are looked at without the spaces around them.
	bare := strings.Trim(text, " ")
	switch {
	case strings.HasPrefix(bare, tkvtMark):
		return TKVT
	case isURL(bare):
		return recogniseURL(bare)
	case strings.Contains(bare, "|"):
		return recogniseTokens(split(bare))
	case isMRZ(bare):
		return MRZ
	case isTyped(bare):
		return Typed
	case isPass(text):
		return Claim169
	}
	return Unrecognised
}

// recogniseTokens tells the '|' separated schemes apart.
func recogniseTokens(tokens []string) Scheme {
	switch {
	case isBHYTNumber(tokens[0]) && endsBHYT(tokens):
		return BHYT
	case isQRQG(tokens):
		return QRQG
	case isDigits(tokens[0], 12):
		return CCCD
	case isBHYTNumber(tokens[0]) && isHex(tokens[1]):
		return BHYT // cut off before its end mark
	}
	return Unrecognised
}

// read fills c in from text, which has c's scheme.
func (c *Credential) read(text string, trust *Trust) error {
	bare := strings.Trim(text, " ")
	c.proof = Unsigned
	switch c.scheme {
	case CCCD:
		return c.readCCCD(split(bare))
	case BHYT:
		return c.readBHYT(split(bare))
	case QRQG:
		return c.readQRQG(split(bare))
	case GreenLane:
		return c.readGreenLane(bare)
	case TKVT:
		return c.readTKVT(bare)
	case Place:
		return nil
	case MRZ:
		return c.readMRZ(bare)
	case Typed:
		c.readTyped(bare)
		return nil
	case Claim169:
		return c.readPass(text, trust)
	case HCERT:
		return c.readCertificate(text, trust)
	}
	return ErrUnrecognised
}

// malformed is ErrMalformed with the reason, which is always a constant: what
// was found in the payload never enters an error.
func malformed(reason string) error { return fmt.Errorf("%s: %w", reason, ErrMalformed) }

// split cuts '|' separated text into tokens without the spaces around them.
func split(text string) []string {
	tokens := strings.Split(text, "|")
	for i, token := range tokens {
		tokens[i] = strings.Trim(token, " ")
	}
	return tokens
}

func (c *Credential) doubt(d Doubt) {
	if !slices.Contains(c.doubts, d) {
		c.doubts = append(c.doubts, d)
	}
}

// Scheme is the kind of credential.
func (c Credential) Scheme() Scheme { return c.scheme }

// Err is nil when the payload was recognised and could be read; it says nothing
// about its signature, for which see Proof.
func (c Credential) Err() error { return c.err }

// Proof says who vouches for the content.
func (c Credential) Proof() Proof { return c.proof }

// Status is what the issuer's status list says about a verified pass.
func (c Credential) Status() Status { return c.status }

// Subject is whom or what the credential names; zero for a place.
func (c Credential) Subject() Subject { return c.subject }

// Aliases are other numbers of the same person that the card carries.
func (c Credential) Aliases() []Subject { return slices.Clone(c.aliases) }

// Name is the holder's name as the credential writes it, in Unicode NFC.
func (c Credential) Name() string { return c.name }

// Birth is the holder's birth date, possibly only its year.
func (c Credential) Birth() Birth { return c.birth }

// Sex is the holder's sex as the credential states it.
func (c Credential) Sex() Sex { return c.sex }

// NotBefore is the first instant of a signed pass's validity, the zero time when
// it is open. For a verified pass it is the later of the pass's and its key's.
func (c Credential) NotBefore() time.Time { return c.notBefore }

// NotAfter is the first instant at which a signed pass is no longer valid
// (RFC 7519 §4.1.4: "on or after"), the zero time when it is open. For a
// verified pass it is the earlier of the pass's and its key's.
func (c Credential) NotAfter() time.Time { return c.notAfter }

// Lapsed reports whether the validity that a card states in its own print (or, of a
// certificate, the recovery's last day) is over at now. The card still says who its
// holder is.
func (c Credential) Lapsed(now time.Time) bool {
	return !c.lapses.IsZero() && !now.Before(c.lapses)
}

// Statement is what a signed credential asserts, proven or not; empty for the
// others.
func (c Credential) Statement() Assertion { return c.statement }

// Issuer is the name that the trust gives to the key that verified the pass; it
// is empty unless Proof is Verified.
func (c Credential) Issuer() string { return c.issuer }

// KeyID is the key identifier that a signed pass names, proven or not.
func (c Credential) KeyID() []byte { return bytes.Clone(c.keyID) }

// Doubts are oddities that are no proof of anything, in a fixed order.
func (c Credential) Doubts() []Doubt { return slices.Clone(c.doubts) }

// Digest is the SHA-256 of the payload without its transport dirt: the one thing
// that is kept of a payload that nobody could read.
func (c Credential) Digest() [32]byte { return c.digest }
