package seal

import (
	"crypto/cipher"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	segmentInfo  = "chot seal 1 segment"
	entryContext = "chot seal 1 entry key"

	// EncapsulationSize is how many bytes a segment costs, once.
	EncapsulationSize = 1120
	// Overhead is how many bytes sealing adds to an entry.
	Overhead = chacha20poly1305.Overhead
)

// Errors of sealing.
var (
	ErrClosed   = errors.New("the segment is closed")
	ErrSequence = errors.New("the sequence was sealed already in this segment")
)

// A Segment seals entries until it is closed. It belongs to one writer; it is
// not safe for concurrent use. Its zero value is closed.
type Segment struct {
	aead cipher.AEAD // nil: closed
	next uint64      // the lowest sequence that may be sealed
	full bool        // the highest sequence there is has been sealed

	nonce [chacha20poly1305.NonceSize]byte // kept here so that sealing allocates its result only
}

// NewSegment begins a segment that only pub's trace key opens. The encapsulation
// (EncapsulationSize bytes, no secret) must be kept with the segment's entries:
// without it they are lost.
func NewSegment(pub TracePublicKey) (*Segment, []byte, error) {
	if pub.key == nil {
		return nil, nil, fmt.Errorf("begin segment: %w: enrol the device with the authority's public trace key", ErrNoKey)
	}
	encapsulation, sender, err := hpke.NewSender(pub.key, hpke.HKDFSHA256(), hpke.ExportOnly(), []byte(segmentInfo))
	if err != nil {
		return nil, nil, fmt.Errorf("begin segment: %w", err)
	}
	aead, err := entryAEAD(sender.Export)
	if err != nil {
		return nil, nil, fmt.Errorf("begin segment: %w", err)
	}
	return &Segment{aead: aead}, encapsulation, nil
}

// Seal seals plain under seq, bound to aad; the result is Overhead bytes longer
// than plain. Each seq must be above the one before (ErrSequence): see the
// package documentation on nonces. Both plain and aad stay the caller's.
func (s *Segment) Seal(seq uint64, plain, aad []byte) ([]byte, error) {
	if s.aead == nil {
		return nil, fmt.Errorf("seal entry %d: %w", seq, ErrClosed)
	}
	if s.full || seq < s.next {
		return nil, fmt.Errorf("seal entry %d: %w: begin a new segment", seq, ErrSequence)
	}
	s.next, s.full = seq+1, seq+1 == 0
	s.nonce = entryNonce(seq)
	return s.aead.Seal(make([]byte, 0, len(plain)+Overhead), s.nonce[:], plain, aad), nil
}

// Close forgets the segment's key: this device will not seal under it again and
// could never open. The key's bytes are overwritten where they lie; copies that
// HPKE made on the heap while deriving it are garbage that the runtime reuses in
// its own time. Closing twice is harmless.
func (s *Segment) Close() {
	if s.aead != nil {
		wipe(s.aead)
		s.aead = nil
	}
}

// entryAEAD makes the AEAD that both ends use from either's export function.
func entryAEAD(export func(string, int) ([]byte, error)) (cipher.AEAD, error) {
	key, err := export(entryContext, chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("export entry key: %w", err)
	}
	defer clear(key)
	return chacha20poly1305.New(key)
}

func entryNonce(seq uint64) (nonce [chacha20poly1305.NonceSize]byte) {
	binary.BigEndian.PutUint64(nonce[4:], seq)
	return nonce
}

// wipe overwrites the key inside an AEAD of x/crypto/chacha20poly1305, which
// offers no way to do so: a struct whose only field is the 32-byte key. A type of
// another shape is left alone; a test holds that it is this one.
func wipe(aead cipher.AEAD) {
	v := reflect.ValueOf(aead)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct || v.Elem().NumField() != 1 {
		return
	}
	if v.Elem().Field(0).Type() != reflect.TypeFor[[chacha20poly1305.KeySize]byte]() {
		return
	}
	clear((*[chacha20poly1305.KeySize]byte)(v.UnsafePointer())[:])
}
