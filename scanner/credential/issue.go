package credential

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
	"golang.org/x/text/unicode/norm"
)

// ErrPass says that a pass cannot be issued as it is.
var ErrPass = errors.New("the pass cannot be issued: correct it and try again")

// maxPassText is what a version 40 symbol of the lowest error correction holds
// of Base45 (ISO/IEC 18004 Table 7).
const maxPassText = 4296

// Pass is what an authority puts into a signed pass.
type Pass struct {
	ID       string // the holder's number, in the namespace of the issuer's trust entry
	Name     string
	Birth    Birth
	Sex      Sex
	Issuer   string    // what the issuer calls itself; verifiers go by the key
	NotAfter time.Time // first instant that it is not valid; zero: open

	NotBefore time.Time // zero: open
	IssuedAt  time.Time // zero: not stated

	StatusURI   string // status list that can revoke the pass; empty: none
	StatusIndex int    // place in that list; negative: none
}

// What Issue writes, in the deterministic encoding of RFC 8949 §4.2.1.
type (
	issuedClaims struct {
		Issuer    string          `cbor:"1,keyasint,omitempty"`
		Expires   int64           `cbor:"4,keyasint,omitempty"`
		NotBefore int64           `cbor:"5,keyasint,omitempty"`
		IssuedAt  int64           `cbor:"6,keyasint,omitempty"`
		Identity  issuedIdentity  `cbor:"169,keyasint"`
		Status    *issuedStatuses `cbor:"65535,keyasint,omitempty"`
	}
	issuedIdentity struct {
		ID       string `cbor:"1,keyasint"`
		FullName string `cbor:"4,keyasint,omitempty"`
		Birth    string `cbor:"8,keyasint,omitempty"`
		Gender   int    `cbor:"9,keyasint,omitempty"`
	}
	issuedStatuses struct {
		StatusList statusReference `cbor:"status_list"`
	}
)

// Issue signs p and returns the text for a QR code, in the code's alphanumeric
// mode. The same pass and key give the same text. What Issue returns, Open
// reads: Issue tries before it returns. Times are cut to whole seconds.
func Issue(p Pass, key ed25519.PrivateKey, keyID []byte) (string, error) {
	claims, err := p.claims()
	if err != nil {
		return "", fmt.Errorf("issue pass: %w", err)
	}
	if len(key) != ed25519.PrivateKeySize {
		return "", fmt.Errorf("issue pass: the key is no Ed25519 private key: %w", ErrPass)
	}
	text, err := sign(claims, key, keyID)
	if err != nil {
		return "", fmt.Errorf("issue pass: %w", err)
	}
	if len(text) > maxPassText {
		return "", fmt.Errorf("issue pass: too long for a QR code: %w", ErrPass)
	}
	trust, err := NewTrust([]Issuer{{Name: "self", KeyID: keyID, Key: key.Public()}}, nil)
	if err != nil {
		return "", fmt.Errorf("issue pass: %w", err)
	}
	if c := Open([]byte(text), trust); c.Err() != nil || c.Proof() != Verified || c.Subject().Number != claims.Identity.ID {
		return "", fmt.Errorf("issue pass: it could not be read back: %w", ErrPass)
	}
	return text, nil
}

func (p Pass) claims() (issuedClaims, error) {
	var claims issuedClaims
	no := func(reason string) (issuedClaims, error) {
		return issuedClaims{}, fmt.Errorf("%s: %w", reason, ErrPass)
	}
	id := norm.NFC.String(strings.TrimSpace(p.ID))
	if !isNumber(id) {
		return no("the id is empty, too long or not printable")
	}
	var name Credential
	if name.setName(p.Name); len(name.doubts) != 0 {
		return no("the name is empty, too long or not printable")
	}
	claims.Identity = issuedIdentity{ID: id, FullName: name.name, Gender: int(p.Sex)}
	if !p.Birth.IsZero() {
		if !p.Birth.valid() {
			return no("the birth date is no date")
		}
		claims.Identity.Birth = strings.ReplaceAll(p.Birth.String(), "-", "")
	}
	if p.Sex > Female {
		return no("the sex is none that a pass knows")
	}
	for _, t := range []struct {
		from time.Time
		to   *int64
	}{{p.NotAfter, &claims.Expires}, {p.NotBefore, &claims.NotBefore}, {p.IssuedAt, &claims.IssuedAt}} {
		if t.from.IsZero() {
			continue
		}
		// Second 0 is what an empty field looks like; nobody needs 1970.
		if *t.to = t.from.Unix(); *t.to <= 0 || *t.to > lastSecond {
			return no("a time is before 1970 or after 9999")
		}
	}
	if claims.Expires != 0 && claims.NotBefore >= claims.Expires {
		return no("its validity ends before it begins")
	}
	if !utf8.ValidString(p.Issuer) || !utf8.ValidString(p.StatusURI) {
		return no("the issuer or the status list's URI is no UTF-8")
	}
	claims.Issuer = p.Issuer
	if p.StatusURI != "" && p.StatusIndex >= 0 {
		if p.StatusIndex > math.MaxInt32 {
			return no("the status index is too large")
		}
		index := uint64(p.StatusIndex)
		claims.Status = &issuedStatuses{statusReference{&index, p.StatusURI}}
	} else if p.StatusIndex > 0 {
		return no("a status index needs the list's URI")
	}
	return claims, nil
}

var deterministic = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err) // the options are the library's own
	}
	return mode
}()

func sign(claims issuedClaims, key ed25519.PrivateKey, keyID []byte) (string, error) {
	payload, err := deterministic.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, key)
	if err != nil {
		return "", fmt.Errorf("use key: %w", err)
	}
	protected := cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmEdDSA}
	if len(keyID) > 0 {
		protected[cose.HeaderLabelKeyID] = keyID
	}
	// Ed25519 takes no randomness (RFC 8032 §5.1.6).
	message, err := cose.Sign1(nil, signer, cose.Headers{Protected: protected}, payload, nil)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return encodeBase45(deflate(message)), nil
}
