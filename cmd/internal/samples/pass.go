package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"time"

	"chot/scanner/credential"
)

// passKind is what is right or wrong with a signed pass.
type passKind int

const (
	passValid passKind = iota
	passExpired
	passForged
	passRevoked
	passNotYet
	passForeign
)

const (
	demoIssuer  = "Chốt demo authority"
	statusURI   = "urn:chot:demo:status:1"
	revokedSlot = 7 // of the demo's status list
	validSlot   = 3
)

// issuer signs passes. Its keys follow from published words: the demo's passes
// can be made by anybody, which is what a demo is for.
type issuer struct {
	key, forger, foreign ed25519.PrivateKey
}

func newIssuer() issuer {
	key := func(words string) ed25519.PrivateKey {
		seed := sha256.Sum256([]byte(words))
		return ed25519.NewKeyFromSeed(seed[:])
	}
	return issuer{
		key:     key("chot demo pass issuer: never trust this key outside a demo"),
		forger:  key("chot demo forger"),
		foreign: key("chot demo foreign issuer"),
	}
}

func keyID(key ed25519.PrivateKey) []byte {
	sum := sha256.Sum256(key.Public().(ed25519.PublicKey))
	return sum[:8]
}

// pass signs a pass for a person. The frames are committed, so their passes run
// for ten years.
func (s issuer) pass(p person, kind passKind) (string, error) {
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	sex := credential.Male
	if p.female {
		sex = credential.Female
	}
	pass := credential.Pass{
		ID: p.number, Name: p.name, Birth: credential.Birth{Year: p.year, Month: p.month, Day: p.day}, Sex: sex,
		Issuer: demoIssuer, NotBefore: year(2026), NotAfter: year(2036), IssuedAt: year(2026),
		StatusURI: statusURI, StatusIndex: validSlot,
	}
	key, id := s.key, keyID(s.key)
	switch kind {
	case passExpired:
		pass.NotBefore, pass.NotAfter, pass.IssuedAt = year(2025), year(2026), year(2025)
	case passForged:
		key = s.forger // under the authority's key id
	case passRevoked:
		pass.StatusIndex = revokedSlot
	case passNotYet:
		pass.NotBefore = year(2035)
	case passForeign:
		key, id = s.foreign, keyID(s.foreign)
		pass.Issuer, pass.StatusURI, pass.StatusIndex = "Another authority", "", -1
	}
	text, err := credential.Issue(pass, key, id)
	if err != nil {
		return "", fmt.Errorf("issue sample pass: %w", err)
	}
	return text, nil
}
