package seal

import (
	"bytes"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	publicPrefix  = "chot-trace-pub-1:"
	privatePrefix = "chot-trace-key-1:"

	publicSize  = 1216 // ML-KEM-768 encapsulation key, X25519 point
	privateSize = 32   // the seed both halves are derived from
	checkSize   = 4
)

// Errors of parsing keys and of using a key that was never set.
var (
	ErrKeyText = errors.New("not a valid trace key text")
	ErrNoKey   = errors.New("no trace key")
)

var base64Key = base64.RawURLEncoding.Strict()

// A TracePublicKey seals. Its zero value is no key: [NewSegment] refuses it.
type TracePublicKey struct{ key hpke.PublicKey }

// A TraceKey opens what was sealed to its public key. It is the most sensitive
// secret of an installation, so printing one prints no secret; see Text.
type TraceKey struct{ key hpke.PrivateKey }

// GenerateTraceKey makes a new key from the system's random source.
func GenerateTraceKey() (TraceKey, error) {
	key, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return TraceKey{}, fmt.Errorf("generate trace key: %w", err)
	}
	return TraceKey{key}, nil
}

// Public returns the key to give to devices.
func (k TraceKey) Public() TracePublicKey {
	if k.key == nil {
		return TracePublicKey{}
	}
	return TracePublicKey{k.key.PublicKey()}
}

// IsZero reports whether there is no key.
func (k TraceKey) IsZero() bool { return k.key == nil }

// Text returns the secret itself, "chot-trace-key-1:…", or "" for no key. Store
// it encrypted and away from every device.
func (k TraceKey) Text() string {
	if k.key == nil {
		return ""
	}
	seed, err := k.key.Bytes()
	if err != nil {
		return "" // only keys that live in hardware can refuse, and none is made here
	}
	return encodeKey(privatePrefix, seed)
}

// String names the key without revealing it, so that a key in a log line or an
// error is harmless.
func (k TraceKey) String() string {
	if k.key == nil {
		return "chot-trace-key-1:(none)"
	}
	return "chot-trace-key-1:(secret of " + k.Public().ID() + ")"
}

// GoString is String: %#v would otherwise print the seed.
func (k TraceKey) GoString() string { return k.String() }

// ParseTraceKey reads what Text returned.
func ParseTraceKey(text string) (TraceKey, error) {
	seed, err := decodeKey("private trace key", privatePrefix, privateSize, text)
	if err != nil {
		return TraceKey{}, err
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(seed)
	if err != nil {
		return TraceKey{}, fmt.Errorf("private trace key: %w: the seed was refused: copy the text again from where it was made", ErrKeyText)
	}
	return TraceKey{key}, nil
}

// ID is a short name for the key: the first eight bytes of SHA-256 over the
// public key, in hex. It tells which trace key a segment needs.
func (p TracePublicKey) ID() string {
	if p.key == nil {
		return ""
	}
	sum := sha256.Sum256(p.key.Bytes())
	return hex.EncodeToString(sum[:8])
}

// IsZero reports whether there is no key.
func (p TracePublicKey) IsZero() bool { return p.key == nil }

// Equal reports whether both are the same key. No key equals nothing.
func (p TracePublicKey) Equal(other TracePublicKey) bool {
	return p.key != nil && other.key != nil && bytes.Equal(p.key.Bytes(), other.key.Bytes())
}

// String returns the key as text, "chot-trace-pub-1:…", or "" for no key.
func (p TracePublicKey) String() string {
	if p.key == nil {
		return ""
	}
	return encodeKey(publicPrefix, p.key.Bytes())
}

// MarshalText returns String. No key is an error: a configuration without a
// trace key must not look like one that has it.
func (p TracePublicKey) MarshalText() ([]byte, error) {
	if p.key == nil {
		return nil, fmt.Errorf("encode public trace key: %w", ErrNoKey)
	}
	return []byte(p.String()), nil
}

// UnmarshalText is ParseTracePublicKey.
func (p *TracePublicKey) UnmarshalText(text []byte) error {
	key, err := ParseTracePublicKey(string(text))
	if err != nil {
		return err
	}
	*p = key
	return nil
}

// ParseTracePublicKey reads what String returned.
func ParseTracePublicKey(text string) (TracePublicKey, error) {
	raw, err := decodeKey("public trace key", publicPrefix, publicSize, text)
	if err != nil {
		return TracePublicKey{}, err
	}
	key, err := hpke.MLKEM768X25519().NewPublicKey(raw)
	if err != nil {
		return TracePublicKey{}, fmt.Errorf("public trace key: %w: its numbers are out of range: make a new key pair", ErrKeyText)
	}
	return TracePublicKey{key}, nil
}

func encodeKey(prefix string, raw []byte) string {
	check := keyCheck(prefix, raw)
	return prefix + base64Key.EncodeToString(append(raw[:len(raw):len(raw)], check[:]...))
}

func decodeKey(what, prefix string, size int, text string) ([]byte, error) {
	body, ok := strings.CutPrefix(text, prefix)
	if !ok {
		switch {
		case strings.HasPrefix(text, publicPrefix):
			return nil, fmt.Errorf("%s: %w: this is the public key: give the one that begins %q", what, ErrKeyText, prefix)
		case strings.HasPrefix(text, privatePrefix):
			return nil, fmt.Errorf("%s: %w: this is the private key, which belongs on no device: give the one that begins %q", what, ErrKeyText, prefix)
		}
		return nil, fmt.Errorf("%s: %w: it must begin with %q", what, ErrKeyText, prefix)
	}
	if want := base64Key.EncodedLen(size + checkSize); len(body) != want {
		return nil, fmt.Errorf("%s: %w: %d characters after the colon instead of %d: copy the whole line", what, ErrKeyText, len(body), want)
	}
	// The decoder skips line breaks even when strict, so the length is checked
	// on both sides of it.
	raw, err := base64Key.DecodeString(body)
	if err != nil || len(raw) != size+checkSize {
		return nil, fmt.Errorf("%s: %w: it holds characters that do not belong: copy the whole line, unbroken", what, ErrKeyText)
	}
	key, check := raw[:size:size], raw[size:]
	if want := keyCheck(prefix, key); !bytes.Equal(check, want[:]) {
		return nil, fmt.Errorf("%s: %w: its check does not match, a character is wrong: copy it again", what, ErrKeyText)
	}
	return key, nil
}

func keyCheck(prefix string, raw []byte) [checkSize]byte {
	sum := sha256.Sum256(append([]byte(prefix), raw...))
	return [checkSize]byte(sum[:])
}
