package credential

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/veraison/go-cose"
	"golang.org/x/text/unicode/norm"
)

// ErrTrust says that issuers or status lists cannot be trusted as they are.
var ErrTrust = errors.New("not a usable trust: fetch it again from the authority")

// maxIssuers bounds what one pass without a key identifier can cost.
const maxIssuers = 1024

// Issuer is a key that signs passes, and what its passes are worth.
type Issuer struct {
	Name      string           // who it is, as an operator knows them
	KeyID     []byte           // what a pass calls the key; empty when its passes call it nothing
	Key       crypto.PublicKey // ed25519.PublicKey, *ecdsa.PublicKey on P-256, or *rsa.PublicKey of 2,048 to 4,096 bits
	NotBefore time.Time        // zero: open
	NotAfter  time.Time        // zero: open; no pass of this key outlives it

	// Namespace is that of the numbers on the issuer's passes. An empty one is
	// "pass." and the name in lower-case letters, digits and hyphens. Where it is
	// vn.id, a pass with a 12-digit id names the same Subject as the chip card.
	Namespace string

	// Asserts is what the key is believed about; nothing said is passes only. A key
	// that is good for one thing is not good for another.
	Asserts []Assertion
}

// Trust is the issuers whose passes are believed, and the status lists that say
// which of those passes are not any more. It does not change once made and may
// be used by several goroutines. A nil Trust trusts nobody.
type Trust struct {
	keys  []trustedKey
	lists map[string]*StatusList
}

// trustedKey is an Issuer made ready to verify.
type trustedKey struct {
	issuer    Issuer
	namespace string // of the numbers that fit it
	fallback  string // of the others
	verifier  cose.Verifier
	asserts   []Assertion
}

func (k *trustedKey) may(a Assertion) bool { return slices.Contains(k.asserts, a) }

// NewTrust checks issuers and lists and copies them.
func NewTrust(issuers []Issuer, lists []StatusList) (*Trust, error) {
	if len(issuers) > maxIssuers {
		return nil, fmt.Errorf("new trust: more than %d issuers: %w", maxIssuers, ErrTrust)
	}
	t := &Trust{lists: make(map[string]*StatusList, len(lists))}
	seen := make(map[string]bool)    // keys
	owner := make(map[string]string) // of a default namespace, by name
	for i, issuer := range issuers {
		key, err := trustKey(issuer)
		if err != nil {
			return nil, fmt.Errorf("new trust: issuer %d: %w", i+1, err)
		}
		point := string(keyBytes(issuer.Key))
		if seen[point] {
			return nil, fmt.Errorf("new trust: issuer %d: the key is already there: %w", i+1, ErrTrust)
		}
		seen[point] = true
		// Numbers fall back to the default namespace, so it has to be theirs alone.
		if name, taken := owner[key.fallback]; taken && name != issuer.Name {
			return nil, fmt.Errorf("new trust: issuer %d: another issuer's name is too similar, give it another: %w", i+1, ErrTrust)
		}
		owner[key.fallback] = issuer.Name
		t.keys = append(t.keys, key)
	}
	for i := range lists {
		l := &lists[i]
		if l.URI == "" || t.lists[l.URI] != nil || !l.sound() {
			return nil, fmt.Errorf("new trust: status list %d has no URI, or one twice, or an impossible width: %w", i+1, ErrTrust)
		}
		t.lists[l.URI] = l.clone()
	}
	return t, nil
}

func trustKey(issuer Issuer) (trustedKey, error) {
	if strings.TrimSpace(issuer.Name) == "" {
		return trustedKey{}, fmt.Errorf("it has no name: %w", ErrTrust)
	}
	if !issuer.NotBefore.IsZero() && !issuer.NotAfter.IsZero() && !issuer.NotBefore.Before(issuer.NotAfter) {
		return trustedKey{}, fmt.Errorf("its validity ends before it begins: %w", ErrTrust)
	}
	fallback := defaultNamespace(issuer.Name)
	namespace := issuer.Namespace
	if namespace == "" {
		namespace = fallback
	}
	if !isNamespace(namespace) || namespace == namespaceUnproven || namespace == NamespaceHCERT || fallback == namespaceUnproven {
		return trustedKey{}, fmt.Errorf("its namespace or name cannot be used, write a namespace with lower-case letters, digits, hyphens and dots: %w", ErrTrust)
	}
	alg := algorithm(issuer.Key)
	verifier, err := cose.NewVerifier(alg, issuer.Key)
	if alg == 0 || err != nil {
		return trustedKey{}, fmt.Errorf("its key is neither Ed25519, nor ECDSA P-256, nor RSA of 2048 to 4096 bits: %w", ErrTrust)
	}
	asserts := issuer.Asserts
	if len(asserts) == 0 {
		asserts = []Assertion{AssertPass}
	}
	for i, a := range asserts {
		if !a.known() || slices.Contains(asserts[:i], a) {
			return trustedKey{}, fmt.Errorf("what it asserts is unknown, or there twice; write some of %q: %w", assertions, ErrTrust)
		}
		if !slices.Contains(a.algorithms(), alg) {
			return trustedKey{}, fmt.Errorf("no %s is signed with a key of its kind (%v): %w", a, alg, ErrTrust)
		}
	}
	issuer.KeyID, issuer.Asserts = bytes.Clone(issuer.KeyID), slices.Clone(issuer.Asserts)
	return trustedKey{issuer, namespace, fallback, verifier, slices.Clone(asserts)}, nil
}

// defaultNamespace is "pass." and the name as a word.
func defaultNamespace(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r == 'đ':
			b.WriteByte('d')
		case r < unicode.MaxASCII && (unicode.IsLower(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	word := strings.Trim(b.String(), "-")
	if word == "" || len(word) > 48 {
		sum := sha256.Sum256([]byte(name))
		word = hex.EncodeToString(sum[:8])
	}
	return "pass." + word
}

// Issuers are the issuers in their order.
func (t *Trust) Issuers() []Issuer {
	if t == nil {
		return nil
	}
	issuers := make([]Issuer, len(t.keys))
	for i, key := range t.keys {
		issuers[i] = key.issuer
		issuers[i].KeyID = bytes.Clone(key.issuer.KeyID)
		issuers[i].Asserts = slices.Clone(key.issuer.Asserts)
	}
	return issuers
}

// StatusURIs are the status lists that the trust holds, sorted.
func (t *Trust) StatusURIs() []string {
	if t == nil {
		return nil
	}
	uris := make([]string, 0, len(t.lists))
	for uri := range t.lists {
		uris = append(uris, uri)
	}
	slices.Sort(uris)
	return uris
}

func (t *Trust) status(uri string, index int) Status {
	if t == nil || t.lists[uri] == nil {
		return StatusMissing
	}
	return t.lists[uri].status(index)
}

// trustJSON is the file format, described at ParseTrust.
type trustJSON struct {
	Issuers     []issuerJSON `json:"issuers"`
	StatusLists []StatusList `json:"status_lists"`
}

type issuerJSON struct {
	Name      string    `json:"name"`
	KeyID     string    `json:"key_id,omitempty"`
	Algorithm string    `json:"algorithm"`
	Key       string    `json:"key"`
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"`
	Namespace string    `json:"namespace,omitempty"`

	Asserts []Assertion `json:"asserts,omitempty"`
}

// MarshalJSON writes the trust; equal trusts give equal bytes.
func (t *Trust) MarshalJSON() ([]byte, error) {
	j := trustJSON{Issuers: []issuerJSON{}, StatusLists: []StatusList{}}
	if t == nil {
		return json.Marshal(j)
	}
	for _, key := range t.keys {
		i := key.issuer
		j.Issuers = append(j.Issuers, issuerJSON{
			Name:      i.Name,
			KeyID:     base64.RawURLEncoding.EncodeToString(i.KeyID),
			Algorithm: key.verifier.Algorithm().String(),
			Key:       base64.RawURLEncoding.EncodeToString(keyBytes(i.Key)),
			NotBefore: i.NotBefore,
			NotAfter:  i.NotAfter,
			Namespace: i.Namespace,
			Asserts:   i.Asserts,
		})
	}
	for _, uri := range t.StatusURIs() {
		j.StatusLists = append(j.StatusLists, *t.lists[uri])
	}
	return json.Marshal(j)
}

// ParseTrust reads what MarshalJSON writes: an object with the issuers and the
// status lists (see StatusList). Keys and key ids are base64url without padding;
// a key is 32 bytes for EdDSA, 65 (SEC 1, uncompressed) for ES256, and the DER of
// an RSAPublicKey (RFC 8017 §A.1.1) for PS256. Times are RFC 3339.
//
//	{
//	  "issuers": [{
//	    "name": "Demo authority", "key_id": "q83vASNFZ4k", "algorithm": "EdDSA",
//	    "key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
//	    "not_before": "2026-01-01T00:00:00Z", "not_after": "2027-01-01T00:00:00Z",
//	    "namespace": "vn.id", "asserts": ["claim169"]
//	  }],
//	  "status_lists": [{"uri": "urn:example:1", "bits": 2, "lst": "eNo76fITAAPfAgc"}]
//	}
//
// key_id, not_before, not_after, namespace and asserts may be left out. A field that is
// not listed here is an error: it may be the one that limits the trust.
func ParseTrust(text []byte) (*Trust, error) {
	var j trustJSON
	if err := parseJSON(text, &j); err != nil {
		return nil, fmt.Errorf("parse trust: %w: %w", ErrTrust, err)
	}
	issuers := make([]Issuer, len(j.Issuers))
	for i, issuer := range j.Issuers {
		key, err := parseKey(issuer.Algorithm, issuer.Key)
		if err != nil {
			return nil, fmt.Errorf("parse trust: issuer %d: %w", i+1, err)
		}
		keyID, err := base64.RawURLEncoding.Strict().DecodeString(issuer.KeyID)
		if err != nil {
			return nil, fmt.Errorf("parse trust: issuer %d: key id: %w", i+1, ErrTrust)
		}
		issuers[i] = Issuer{issuer.Name, keyID, key, issuer.NotBefore, issuer.NotAfter, issuer.Namespace, issuer.Asserts}
	}
	return NewTrust(issuers, j.StatusLists)
}

// parseJSON reads one JSON value that has no field unknown to v.
func parseJSON(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON value")
	}
	return nil
}
