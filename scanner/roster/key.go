package roster

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/text/unicode/norm"
)

// KeySize is the size of a list key in bytes.
const KeySize = 32

// ErrKey is a list key that is no key, or another list's.
var ErrKey = errors.New("wrong list key")

// GenerateKey makes a list key, for one list and epoch.
func GenerateKey() []byte {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails (crypto/rand)
	return key
}

// keyBits is how much of a key the builder keeps: the remainder and the most
// bucket bits there can be.
const (
	remainderBits = 48
	maxBucketBits = 21
	keyBits       = remainderBits + maxBucketBits
)

// A rowKey is the first 128 bits of a subject's HMAC.
type rowKey struct{ hi, lo uint64 }

// split returns the key's place in a list with so many bucket bits.
func (k rowKey) split(bucketBits uint8) (bucket uint32, remainder uint64) {
	shifted := k.hi<<bucketBits | k.lo>>(64-bucketBits)
	return uint32(k.hi >> (64 - bucketBits)), shifted >> (64 - remainderBits)
}

// A hasher is what one lookup needs at a time: the keyed hash, and room for a
// text and a page, so that lookups allocate nothing.
type hasher struct {
	mac  hash.Hash
	text []byte
	name []byte
	iter norm.Iter
	sum  [sha256.Size]byte
	page page
}

func newHasher(key []byte) *hasher {
	return &hasher{mac: hmac.New(sha256.New, key), text: make([]byte, 0, 256), name: make([]byte, 0, 128)}
}

// hash is the HMAC of h.text, in h.sum; the text is gone after it.
func (h *hasher) hash() *[sha256.Size]byte {
	h.mac.Reset()
	h.mac.Write(h.text)
	h.mac.Sum(h.sum[:0])
	clear(h.text)
	return &h.sum
}

func (h *hasher) key(subject string) rowKey {
	h.text = append(h.text[:0], subject...)
	sum := h.hash()
	return rowKey{binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])}
}

// keyCheck is what the header keeps to know the key by.
func (h *hasher) keyCheck() [16]byte {
	h.text = append(h.text[:0], "\x00key\x00"...)
	return [16]byte(h.hash()[:])
}

// A tag is the keyed hash of name and birth date; see the package documentation.
type tag uint16

const (
	noTag       tag = 0
	birthMask   tag = 1<<10 - 1
	firstDateOf tag = 512 // birth parts below it are years
)

// tag is a row's tag. birth must be valid.
func (h *hasher) tag(subject, name, birth string) tag {
	if name == "" {
		return noTag
	}
	h.name = canonicalName(&h.iter, h.name, name)
	kind, _ := birthPrecision(birth)
	return h.namePart(subject) | h.birthPart(subject, birth, kind)
}

// differs reports whether a card's details are not those the row's tag was made
// from, as far as the card's precision allows to tell.
func (h *hasher) differs(row tag, subject, name, birth string) bool {
	if row == noTag || name == "" {
		return false
	}
	h.name = canonicalName(&h.iter, h.name, name)
	if row&^birthMask != h.namePart(subject) {
		return true
	}
	card, ok := birthPrecision(birth)
	if !ok {
		card = noBirth
	}
	switch listed := row & birthMask; {
	case listed == 0 || card == noBirth || listed >= firstDateOf && card < fullDate:
		return false // one of the two knows too little
	case listed < firstDateOf:
		return listed != h.birthPart(subject, birth[:4], yearOnly)
	default:
		return listed != h.birthPart(subject, birth, fullDate)
	}
}

// namePart hashes h.name.
func (h *hasher) namePart(subject string) tag {
	h.details("\x00name\x00", subject)
	return tag(1+binary.BigEndian.Uint32(h.hash()[:])%63) << 10
}

// birthPart hashes h.name and the birth.
func (h *hasher) birthPart(subject, birth string, kind precision) tag {
	if kind == noBirth {
		return 0
	}
	h.details("\x00birth\x00", subject)
	h.text = append(h.text, 0)
	h.text = append(h.text, birth...)
	v := binary.BigEndian.Uint32(h.hash()[:])
	if kind == yearOnly {
		return tag(1 + v%511)
	}
	return firstDateOf + tag(v%512)
}

func (h *hasher) details(label, subject string) {
	h.text = append(h.text[:0], label...)
	h.text = append(h.text, subject...)
	h.text = append(h.text, 0)
	h.text = append(h.text, h.name...)
}

func checkKeySize(key []byte) error {
	if len(key) != KeySize {
		return fmt.Errorf("list key: %w: %d bytes instead of %d", ErrKey, len(key), KeySize)
	}
	return nil
}
