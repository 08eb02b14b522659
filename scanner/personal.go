package scanner

import (
	"errors"
	"fmt"
)

// A Personal is an entry's personal part. It exists in memory between the
// reading of a card and the sealing of its entry, and nowhere else: sealed,
// it opens only with the authority's trace key.
//
// Encoded as a CBOR map in Core Deterministic Encoding with the keys below;
// empty fields are absent.
type Personal struct {
	Subject   string `cbor:"1,keyasint,omitempty"` // canonical, "vn.id:001190123456"
	Name      string `cbor:"2,keyasint,omitempty"`
	Birth     string `cbor:"3,keyasint,omitempty"`
	Purpose   string `cbor:"4,keyasint,omitempty"`
	Plate     string `cbor:"5,keyasint,omitempty"`
	HeadCount int    `cbor:"6,keyasint,omitempty"`
	Digest    []byte `cbor:"7,keyasint,omitempty"` // SHA-256 of a payload nobody recognised
}

// personalMap is Personal without its methods, so that encoding it does not
// call MarshalBinary again.
type personalMap Personal

// ErrPersonal is wrapped by errors about a personal part's bytes.
var ErrPersonal = errors.New("not a personal part this version can read")

// maxField bounds each text: a card's name field is at most a few dozen
// letters, and an entry must stay within MaxEntry.
const maxField = 256

// MarshalBinary encodes the personal part; over-long texts are cut at a rune.
func (p Personal) MarshalBinary() ([]byte, error) {
	for _, s := range []*string{&p.Subject, &p.Name, &p.Birth, &p.Purpose, &p.Plate} {
		*s = clip(*s, maxField)
	}
	return encode.Marshal(personalMap(p))
}

// ParsePersonal decodes what MarshalBinary made.
func ParsePersonal(b []byte) (Personal, error) {
	var p Personal
	if err := decode.Unmarshal(b, &p); err != nil {
		return Personal{}, fmt.Errorf("%w: not the expected CBOR map", ErrPersonal)
	}
	return p, nil
}

// clip cuts s to at most n bytes without splitting a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
