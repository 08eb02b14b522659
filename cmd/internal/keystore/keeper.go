package keystore

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
)

// A Keeper wraps a secret so that it opens where the keeper is and nowhere
// else.
type Keeper interface {
	Wrap(secret []byte) ([]byte, error)
	// Unwrap returns an error that wraps ErrDestroyed where it will never open
	// again, and another where it may another time.
	Unwrap(wrapped []byte) ([]byte, error)
	// Destroy makes all it has wrapped unopenable for ever. It may be repeated.
	Destroy() error
}

// A Kind names a keeper in the envelope.
type Kind string

// The kinds there are.
const (
	KindFile    Kind = "file"
	KindTPM     Kind = "tpm2"
	KindAndroid Kind = "android"
)

// KindOf returns a keeper's kind. One that does not say is the platform's own:
// on Linux all do.
func KindOf(k Keeper) Kind {
	if named, ok := k.(interface{ Kind() Kind }); ok {
		return named.Kind()
	}
	return KindAndroid
}

var (
	// ErrDestroyed is wrapped when a secret will never open again.
	ErrDestroyed = errors.New("the device's keys are destroyed: enrol it anew; scans that were not sent can be exported as ever")
	// ErrKeeper is wrapped when the keeper cannot be asked now.
	ErrKeeper = errors.New("what guards the device's keys does not answer")
	// ErrEnvelope is wrapped when keys.sealed is not what was written.
	ErrEnvelope = errors.New("the file of the device's keys was changed or cut short: put it back from a copy, or enrol the device anew")
)

// keySize is that of every symmetric key here, in bytes: AES-256.
const keySize = 32

// cipherOf seals with random nonces of 96 bits: a key seals some thousand times
// in its life, far from the 2^32 of NIST SP 800-38D §8.3.
func cipherOf(key []byte) (cipher.AEAD, error) {
	if len(key) != keySize {
		return nil, ErrEnvelope
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// under wraps and unwraps with a keeper's own key.
func under(key []byte, k Kind) (wrapper, error) {
	a, err := cipherOf(key)
	return wrapper{a, []byte("chot keeper " + string(k))}, err
}

type wrapper struct {
	cipher.AEAD
	associated []byte
}

func (w wrapper) wrap(secret []byte) []byte { return w.Seal(nil, nil, secret, w.associated) }

func (w wrapper) unwrap(wrapped []byte) ([]byte, error) {
	secret, err := w.Open(nil, nil, wrapped, w.associated)
	if err != nil {
		return nil, ErrDestroyed // by another key than this one, which is gone then
	}
	return secret, nil
}
