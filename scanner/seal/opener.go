package seal

import (
	"crypto/cipher"
	"crypto/hpke"
	"errors"
	"fmt"
)

// Errors of opening.
var (
	ErrEncapsulation = errors.New("the segment's encapsulation is damaged")
	ErrOpen          = errors.New("the entry does not open")
)

// An Opener opens the entries of one segment, in any order, from any number of
// goroutines. Its zero value opens nothing.
type Opener struct{ aead cipher.AEAD }

// OpenSegment makes the opener for the segment of this encapsulation.
//
// A wrong trace key, or damage inside the encapsulation, usually shows only at
// Open: ML-KEM rejects implicitly (FIPS 203 §6.3), that is, with a key that fits
// nothing.
func OpenSegment(key TraceKey, encapsulation []byte) (*Opener, error) {
	if key.key == nil {
		return nil, fmt.Errorf("open segment: %w: give the private trace key", ErrNoKey)
	}
	if len(encapsulation) != EncapsulationSize {
		return nil, fmt.Errorf("open segment: %w: %d bytes instead of %d", ErrEncapsulation, len(encapsulation), EncapsulationSize)
	}
	recipient, err := hpke.NewRecipient(encapsulation, key.key, hpke.HKDFSHA256(), hpke.ExportOnly(), []byte(segmentInfo))
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", errors.Join(ErrEncapsulation, err))
	}
	aead, err := entryAEAD(recipient.Export)
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	return &Opener{aead}, nil
}

// Open returns what Seal was given under the same seq and aad. Anything else is
// ErrOpen, and no part of the text: a wrong trace key, another segment, another
// sequence, a changed plain part, a changed byte cannot be told apart.
func (o *Opener) Open(seq uint64, sealed, aad []byte) ([]byte, error) {
	if o.aead == nil {
		return nil, fmt.Errorf("open entry %d: %w", seq, ErrNoKey)
	}
	nonce := entryNonce(seq)
	plain, err := o.aead.Open(nil, nonce[:], sealed, aad)
	if err != nil {
		return nil, fmt.Errorf("open entry %d: %w: wrong trace key, or the entry was changed or moved", seq, ErrOpen)
	}
	return plain, nil
}
