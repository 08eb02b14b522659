package wire

import "crypto/sha256"

// A DeviceKey signs a device's heads. It never leaves the device. It is a
// note.Signer. The zero key signs nothing.
type DeviceKey struct{ s secret }

// GenerateDeviceKey makes a new key, and with it a new device id.
func GenerateDeviceKey() (DeviceKey, error) {
	s, err := deviceRole.generate()
	return DeviceKey{s}, err
}

// ParseDeviceKey reads what Private wrote.
func ParseDeviceKey(text string) (DeviceKey, error) {
	s, err := deviceRole.parseSecret(text)
	return DeviceKey{s}, err
}

// Private returns the key's text ("PRIVATE+KEY+…"), to be kept in a file
// nobody else can read.
func (k DeviceKey) Private() string { return k.s.text(deviceRole.alg) }

// ID returns the device's id.
func (k DeviceKey) ID() string { return k.s.id() }

// Verifier returns the public half.
func (k DeviceKey) Verifier() DeviceVerifier { return DeviceVerifier{k.s.identity} }

// Name returns the key's name, which is the origin of the device's heads.
func (k DeviceKey) Name() string { return k.s.name }

// KeyHash returns the key's C2SP key id.
func (k DeviceKey) KeyHash() uint32 { return k.s.hash }

// Sign signs a note's text.
func (k DeviceKey) Sign(msg []byte) ([]byte, error) { return k.s.sign(msg) }

// String returns the public half, so that no log ever holds the private one.
func (k DeviceKey) String() string { return k.Verifier().String() }

// GoString is String.
func (k DeviceKey) GoString() string { return k.String() }

// A DeviceVerifier is the public half of a DeviceKey. It is a note.Verifier
// and comparable. The zero verifier accepts nothing.
type DeviceVerifier struct{ i identity }

// ParseDeviceVerifier reads what String wrote.
func ParseDeviceVerifier(text string) (DeviceVerifier, error) {
	i, err := deviceRole.parse(text)
	return DeviceVerifier{i}, err
}

// ID returns the device's id, "" for the zero verifier.
func (v DeviceVerifier) ID() string { return v.i.id() }

// Digest returns the SHA-256 of the public key: whom a journal belongs to.
func (v DeviceVerifier) Digest() [32]byte { return sha256.Sum256(v.i.key[:]) }

// Name returns the key's name, which is the origin of the device's heads.
func (v DeviceVerifier) Name() string { return v.i.name }

// KeyHash returns the key's C2SP key id.
func (v DeviceVerifier) KeyHash() uint32 { return v.i.hash }

// Verify reports whether sig is this key's signature of a note's text.
func (v DeviceVerifier) Verify(msg, sig []byte) bool { return v.i.verify(msg, sig) }

// String returns the verifier key's text.
func (v DeviceVerifier) String() string { return v.i.text(deviceRole.alg) }

// MarshalText is String.
func (v DeviceVerifier) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseDeviceVerifier.
func (v *DeviceVerifier) UnmarshalText(b []byte) (err error) {
	*v, err = ParseDeviceVerifier(string(b))
	return err
}
