package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// A HubKey cosigns heads: its signatures are receipts. The zero key signs
// nothing.
type HubKey struct{ s secret }

// GenerateHubKey makes a new key, and with it a new hub id.
func GenerateHubKey() (HubKey, error) {
	s, err := hubRole.generate()
	return HubKey{s}, err
}

// ParseHubKey reads what Private wrote.
func ParseHubKey(text string) (HubKey, error) {
	s, err := hubRole.parseSecret(text)
	return HubKey{s}, err
}

// Private returns the key's text ("PRIVATE+KEY+…"), to be kept in a file
// nobody else can read.
func (k HubKey) Private() string { return k.s.text(hubRole.alg) }

// ID returns the hub's id.
func (k HubKey) ID() string { return k.s.id() }

// Verifier returns the public half.
func (k HubKey) Verifier() HubVerifier { return HubVerifier{k.s.identity} }

// String returns the public half, so that no log ever holds the private one.
func (k HubKey) String() string { return k.Verifier().String() }

// GoString is String.
func (k HubKey) GoString() string { return k.String() }

// A cosigner is a HubKey at one moment; it is a note.Signer.
type cosigner struct {
	HubKey
	at uint64 // POSIX seconds
}

func (c cosigner) Name() string    { return c.s.name }
func (c cosigner) KeyHash() uint32 { return c.s.hash }

// Sign returns C2SP tlog-cosignature's timestamped_signature.
func (c cosigner) Sign(text []byte) ([]byte, error) {
	sig, err := c.s.sign(cosigned(c.at, text))
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint64(nil, c.at), sig...), nil
}

// cosigned is C2SP tlog-cosignature's "Ed25519 signed message".
func cosigned(at uint64, text []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), text...)
}

// A HubVerifier is the public half of a HubKey. It is a note.Verifier and
// comparable. The zero verifier accepts nothing.
type HubVerifier struct{ i identity }

// ParseHubVerifier reads what String wrote.
func ParseHubVerifier(text string) (HubVerifier, error) {
	i, err := hubRole.parse(text)
	return HubVerifier{i}, err
}

// ID returns the hub's id, "" for the zero verifier.
func (v HubVerifier) ID() string { return v.i.id() }

// Name returns the key's name.
func (v HubVerifier) Name() string { return v.i.name }

// KeyHash returns the key's C2SP key id.
func (v HubVerifier) KeyHash() uint32 { return v.i.hash }

// Verify reports whether sig is this hub's timestamped cosignature of a
// note's text.
func (v HubVerifier) Verify(text, sig []byte) bool {
	at, sig, ok := cutTime(sig)
	return ok && v.i.verify(cosigned(uint64(at.Unix()), text), sig)
}

// cutTime splits a timestamped_signature.
func cutTime(sig []byte) (time.Time, []byte, bool) {
	if len(sig) < 8 {
		return time.Time{}, nil, false
	}
	at := binary.BigEndian.Uint64(sig)
	if at > math.MaxInt64 { // tlog-cosignature "Format"
		return time.Time{}, nil, false
	}
	return time.Unix(int64(at), 0).UTC(), sig[8:], true
}

// String returns the verifier key's text (signature type 0x04).
func (v HubVerifier) String() string { return v.i.text(hubRole.alg) }

// MarshalText is String.
func (v HubVerifier) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseHubVerifier.
func (v *HubVerifier) UnmarshalText(b []byte) (err error) {
	*v, err = ParseHubVerifier(string(b))
	return err
}
