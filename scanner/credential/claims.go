package credential

import (
	"math"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/text/unicode/norm"
)

// cwt is the claims that are read, of RFC 8392 §4, MOSIP Claim 169 and
// draft-ietf-oauth-status-list §6.3. The issuer's name for itself (claim 1) is
// not: who the issuer is, the key says.
type cwt struct {
	Expires   cbor.RawMessage `cbor:"4,keyasint,omitempty"`
	NotBefore cbor.RawMessage `cbor:"5,keyasint,omitempty"`
	IssuedAt  cbor.RawMessage `cbor:"6,keyasint,omitempty"`
	Identity  cbor.RawMessage `cbor:"169,keyasint,omitempty"`
	Status    cbor.RawMessage `cbor:"65535,keyasint,omitempty"`
}

// identity is what a checkpoint needs of Claim 169. The rest (addresses,
// telephone, photograph, fingerprints) is not decoded, let alone kept.
type identity struct {
	ID       string `cbor:"1,keyasint"`
	Version  string `cbor:"2,keyasint,omitempty"`
	FullName string `cbor:"4,keyasint,omitempty"`
	First    string `cbor:"5,keyasint,omitempty"`
	Middle   string `cbor:"6,keyasint,omitempty"`
	Last     string `cbor:"7,keyasint,omitempty"`
	Birth    string `cbor:"8,keyasint,omitempty"` // YYYYMMDD, in the field also YYYY-MM-DD
	Gender   int64  `cbor:"9,keyasint,omitempty"` // 1 male, 2 female, 3 others
}

type statusClaim struct {
	StatusList *statusReference `cbor:"status_list,omitempty"`
}

type statusReference struct {
	Index *uint64 `cbor:"idx"` // a missing index is not index 0
	URI   string  `cbor:"uri"`
}

// readClaims fills c in from a CWT. A key is given when it verified the pass.
func (c *Credential) readClaims(payload []byte, trust *Trust, key *trustedKey) error {
	var claims cwt
	if !isMap(payload) || strict.Unmarshal(payload, &claims) != nil {
		return malformed("CWT")
	}
	var err error
	if c.notAfter, err = numericDate(claims.Expires, math.Floor); err != nil {
		return err
	}
	if c.notBefore, err = numericDate(claims.NotBefore, math.Ceil); err != nil {
		return err
	}
	if _, err = numericDate(claims.IssuedAt, math.Ceil); err != nil {
		return err
	}

	var who identity
	if !isMap(claims.Identity) || strict.Unmarshal(claims.Identity, &who) != nil {
		return malformed("claim 169")
	}
	if who.FullName == "" {
		who.FullName = who.First + " " + who.Middle + " " + who.Last
	}
	c.setName(who.FullName)
	if who.Birth != "" {
		birth, ok := passBirth(who.Birth)
		if !ok {
			return malformed("the birth date is no date")
		}
		c.birth = birth
	}
	switch who.Gender {
	case 1:
		c.sex = Male
	case 2:
		c.sex = Female
	}
	if c.subject = c.passSubject(who.ID, key); c.subject.IsZero() {
		return malformed("claim 169 has no usable id")
	}

	reference, err := statusOf(claims.Status)
	if err != nil {
		return err
	}
	if key == nil {
		return nil
	}
	c.issuer = key.issuer.Name
	c.notBefore = later(c.notBefore, key.issuer.NotBefore)
	c.notAfter = earlier(c.notAfter, key.issuer.NotAfter)
	switch {
	case claims.Status == nil:
	case reference == nil || *reference.Index > math.MaxInt32:
		c.status = StatusMissing
	default:
		c.status = trust.status(reference.URI, int(*reference.Index))
	}
	return nil
}

// passSubject is whom a pass with this id names: zero when the id is none.
func (c *Credential) passSubject(id string, key *trustedKey) Subject {
	id = norm.NFC.String(strings.Trim(id, " "))
	if key == nil {
		s := Subject{namespaceUnproven, id}
		if !s.canonical() {
			return Subject{}
		}
		return s
	}
	if s := (Subject{key.namespace, id}); s.canonical() {
		if s.Namespace == NamespaceID {
			c.weigh(id)
		}
		return s
	}
	// A number that does not fit the issuer's namespace is not that number.
	c.doubt(DoubtNamespace)
	if s := (Subject{key.fallback, id}); s.canonical() {
		return s
	}
	return Subject{}
}

func passBirth(s string) (Birth, bool) {
	if b, ok := yearFirst(s, ""); ok {
		return b, true
	}
	if b, ok := yearFirst(s, "-"); ok {
		return b, true
	}
	return yearOnly(s)
}

// statusOf reads the status claim; nil is one of a mechanism not known here.
func statusOf(raw cbor.RawMessage) (*statusReference, error) {
	if raw == nil {
		return nil, nil
	}
	var claim statusClaim
	if !isMap(raw) || strict.Unmarshal(raw, &claim) != nil {
		return nil, malformed("status claim")
	}
	if list := claim.StatusList; list != nil && (list.URI == "" || list.Index == nil) {
		return nil, malformed("status claim")
	}
	return claim.StatusList, nil
}

// isMap: the decoder also takes null for an empty struct.
func isMap(raw []byte) bool { return len(raw) > 0 && raw[0]>>5 == 5 }

// lastSecond is the last of the year 9999: beyond it times cannot be written.
const lastSecond = 253402300799

// numericDate reads seconds since 1970, an integer or a floating-point number
// (RFC 8392 §2). The RFC forbids the tag for times that some issuers put on it.
// Fractions are rounded so that a validity never grows.
func numericDate(raw cbor.RawMessage, round func(float64) float64) (time.Time, error) {
	if raw == nil {
		return time.Time{}, nil
	}
	no := malformed("a time is none")
	if raw[0]>>5 == 6 {
		var tag cbor.RawTag
		if strict.Unmarshal(raw, &tag) != nil || tag.Number != 1 {
			return time.Time{}, no
		}
		raw = tag.Content
	}
	var value any
	if strict.Unmarshal(raw, &value) != nil {
		return time.Time{}, no
	}
	var seconds int64
	switch v := value.(type) {
	case int64:
		seconds = v
	case float64:
		v = round(v)
		if !(v >= 0 && v <= lastSecond) { // so written, NaN is out too
			return time.Time{}, no
		}
		seconds = int64(v)
	default:
		return time.Time{}, no
	}
	if seconds < 0 || seconds > lastSecond {
		return time.Time{}, no
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// later is the later of two times of which zero is open.
func later(a, b time.Time) time.Time {
	if a.IsZero() || b.After(a) {
		return b
	}
	return a
}

// earlier is the earlier of two times of which zero is open.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
