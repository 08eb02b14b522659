package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
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
	Key       crypto.PublicKey // ed25519.PublicKey, or *ecdsa.PublicKey on P-256
	NotBefore time.Time        // zero: open
	NotAfter  time.Time        // zero: open; no pass of this key outlives it

	// Namespace is that of the numbers on the issuer's passes. An empty one is
	// "pass." and the name in lower-case letters, digits and hyphens. Where it is
	// vn.id, a pass with a 12-digit id names the same Subject as the chip card.
	Namespace string
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
}

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
	if !isNamespace(namespace) || namespace == namespaceUnproven || fallback == namespaceUnproven {
		return trustedKey{}, fmt.Errorf("its namespace or name cannot be used, write a namespace with lower-case letters, digits, hyphens and dots: %w", ErrTrust)
	}
	alg := algorithm(issuer.Key)
	verifier, err := cose.NewVerifier(alg, issuer.Key)
	if alg == 0 || err != nil {
		return trustedKey{}, fmt.Errorf("its key is neither Ed25519 nor ECDSA P-256: %w", ErrTrust)
	}
	issuer.KeyID = bytes.Clone(issuer.KeyID)
	return trustedKey{issuer, namespace, fallback, verifier}, nil
}

// algorithm is the one algorithm a key is for, 0 for keys that are for none.
func algorithm(key crypto.PublicKey) cose.Algorithm {
	switch k := key.(type) {
	case ed25519.PublicKey:
		// All zeroes is a point of small order, for which signatures can be made
		// without a private key; it is also what a forgotten key looks like.
		if len(k) == ed25519.PublicKeySize && !bytes.Equal(k, make([]byte, ed25519.PublicKeySize)) {
			return cose.AlgorithmEdDSA
		}
	case *ecdsa.PublicKey:
		if k != nil && k.Curve == elliptic.P256() {
			return cose.AlgorithmES256
		}
	}
	return 0
}

// keyBytes is the key as RFC 8032 or SEC 1 §2.3.3 (uncompressed) writes it.
func keyBytes(key crypto.PublicKey) []byte {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return k
	case *ecdsa.PublicKey:
		if b, err := k.Bytes(); err == nil {
			return b
		}
	}
	return nil
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
		})
	}
	for _, uri := range t.StatusURIs() {
		j.StatusLists = append(j.StatusLists, *t.lists[uri])
	}
	return json.Marshal(j)
}

// ParseTrust reads what MarshalJSON writes: an object with the issuers and the
// status lists (see StatusList). Keys and key ids are base64url without padding;
// a key is 32 bytes for EdDSA, and 65 (SEC 1, uncompressed) for ES256. Times are
// RFC 3339.
//
//	{
//	  "issuers": [{
//	    "name": "Demo authority", "key_id": "q83vASNFZ4k", "algorithm": "EdDSA",
//	    "key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
//	    "not_before": "2026-01-01T00:00:00Z", "not_after": "2027-01-01T00:00:00Z",
//	    "namespace": "vn.id"
//	  }],
//	  "status_lists": [{"uri": "urn:example:1", "bits": 2, "lst": "eNo76fITAAPfAgc"}]
//	}
//
// key_id, not_before, not_after and namespace may be left out. A field that is
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
		issuers[i] = Issuer{issuer.Name, keyID, key, issuer.NotBefore, issuer.NotAfter, issuer.Namespace}
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

func parseKey(alg, text string) (crypto.PublicKey, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("key: %w", ErrTrust)
	}
	switch alg {
	case cose.AlgorithmEdDSA.String():
		return ed25519.PublicKey(b), nil
	case cose.AlgorithmES256.String():
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b)
		if err != nil {
			return nil, fmt.Errorf("key: %w", ErrTrust)
		}
		return key, nil
	}
	return nil, fmt.Errorf("algorithm is neither EdDSA nor ES256: %w", ErrTrust)
}
