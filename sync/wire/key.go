package wire

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// ErrKey is wrapped by every error about a key's text.
var ErrKey = errors.New("not a key of this kind")

// A role is what a key is for: its name's prefix and its signature type
// (C2SP signed-note "signature types").
type role struct {
	prefix string
	alg    byte
}

var (
	deviceRole = role{"chot/device/", 0x01} // Ed25519
	hubRole    = role{"chot/hub/", 0x04}    // Ed25519 timestamped cosignature
)

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// keyID is the short name of a public key.
func keyID(pub [32]byte) string {
	sum := sha256.Sum256(pub[:])
	return strings.ToLower(idEncoding.EncodeToString(sum[:10]))
}

// ValidID reports whether s has the form of a device's or hub's id.
func ValidID(s string) bool {
	if len(s) != 16 {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= '2' && c <= '7') {
			return false
		}
	}
	return true
}

// An identity is a public key in its role. The zero identity verifies nothing.
type identity struct {
	name string
	hash uint32
	key  [32]byte
}

func (r role) identity(pub [32]byte) identity { return r.named(r.prefix+keyID(pub), pub) }

func (r role) named(name string, pub [32]byte) identity {
	// C2SP signed-note: SHA-256(name ‖ 0x0A ‖ signature type ‖ key)[:4].
	sum := sha256.Sum256(append(append([]byte(name), '\n', r.alg), pub[:]...))
	return identity{name: name, hash: binary.BigEndian.Uint32(sum[:4]), key: pub}
}

func (i identity) id() string { return i.name[strings.LastIndexByte(i.name, '/')+1:] }

func (i identity) text(alg byte) string {
	if i.name == "" {
		return ""
	}
	return fmt.Sprintf("%s+%08x+%s", i.name, i.hash, base64.StdEncoding.EncodeToString(append([]byte{alg}, i.key[:]...)))
}

// verify checks an Ed25519 signature; a key nobody set verifies nothing.
func (i identity) verify(msg, sig []byte) bool {
	return i.name != "" && len(sig) == ed25519.SignatureSize && ed25519.Verify(i.key[:], msg, sig)
}

func (r role) parse(text string) (identity, error) {
	name, _, _ := strings.Cut(text, "+")
	raw, err := base64.StdEncoding.DecodeString(afterName(text))
	if err != nil || len(raw) != 33 || raw[0] != r.alg {
		return identity{}, fmt.Errorf("%w: want the text %s<id>+<key id>+<base64>", ErrKey, r.prefix)
	}
	i := r.identity([32]byte(raw[1:]))
	if i.name != name || i.text(r.alg) != text {
		return identity{}, fmt.Errorf("%w: its name does not belong to the key, it was changed or cut", ErrKey)
	}
	return i, nil
}

const privatePrefix = "PRIVATE+KEY+"

// A secret is a private key with its identity.
type secret struct {
	identity
	private ed25519.PrivateKey
}

func (r role) secret(seed []byte) secret {
	private := ed25519.NewKeyFromSeed(seed)
	return secret{r.identity([32]byte(private.Public().(ed25519.PublicKey))), private}
}

func (r role) generate() (secret, error) {
	var seed [ed25519.SeedSize]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return secret{}, fmt.Errorf("make a key: %w", err)
	}
	return r.secret(seed[:]), nil
}

func (s secret) text(alg byte) string {
	if s.private == nil {
		return ""
	}
	return fmt.Sprintf("%s%s+%08x+%s", privatePrefix, s.name, s.hash,
		base64.StdEncoding.EncodeToString(append([]byte{alg}, s.private.Seed()...)))
}

func (r role) parseSecret(text string) (secret, error) {
	text = strings.TrimSuffix(text, "\n")
	rest, ok := strings.CutPrefix(text, privatePrefix)
	raw, err := base64.StdEncoding.DecodeString(afterName(rest))
	if !ok || err != nil || len(raw) != 1+ed25519.SeedSize || raw[0] != r.alg {
		return secret{}, fmt.Errorf("%w: want the text %s%s<id>+<key id>+<base64>", ErrKey, privatePrefix, r.prefix)
	}
	s := r.secret(raw[1:])
	if s.text(r.alg) != text {
		return secret{}, fmt.Errorf("%w: its name does not belong to the key, it was changed or cut", ErrKey)
	}
	return s, nil
}

// afterName returns the base64 part of "<name>+<key id>+<base64>"; base64 may
// hold a plus sign of its own.
func afterName(text string) string {
	_, rest, _ := strings.Cut(text, "+")
	_, b64, _ := strings.Cut(rest, "+")
	return b64
}

func (s secret) sign(msg []byte) ([]byte, error) {
	if s.private == nil {
		return nil, fmt.Errorf("%w: no key was set", ErrKey)
	}
	return ed25519.Sign(s.private, msg), nil
}
