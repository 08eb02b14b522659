package credential

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrStatusList says that a status list is not one.
var ErrStatusList = errors.New("not a Token Status List: fetch the list again")

// Values of a status (draft-ietf-oauth-status-list §7.1). Every other value is
// the application's own; as this application has none, they count as missing.
const (
	statusValid     = 0x00
	statusInvalid   = 0x01
	statusSuspended = 0x02
)

// maxStatusList bounds a list's bytes: 128 million entries of two bits.
const maxStatusList = 32 << 20

// StatusList is a Token Status List (draft-ietf-oauth-status-list §4.1): one
// status of Bits bits for each pass, by index, the lowest bits of a byte first.
// As JSON it is the draft's object (§4.2) with its URI beside it:
//
//	{"uri":"…","bits":2,"lst":"base64url of the zlib stream"}
type StatusList struct {
	URI  string // what a pass calls the list
	Bits int    // bits for a status: 1, 2, 4 or 8

	packed []byte
}

// NewStatusList returns a list that calls size passes valid, at two bits a pass:
// enough to revoke and to suspend. The size is rounded up to a whole byte, and
// cut at 128 million.
func NewStatusList(uri string, size int) StatusList {
	size = min(max(size, 0), maxStatusList*4)
	return StatusList{URI: uri, Bits: 2, packed: make([]byte, (size+3)/4)}
}

// Len is the number of statuses.
func (l *StatusList) Len() int {
	if !l.sound() {
		return 0
	}
	return len(l.packed) * (8 / l.Bits)
}

func (l *StatusList) sound() bool { return l.Bits == 1 || l.Bits == 2 || l.Bits == 4 || l.Bits == 8 }

// Set gives a pass its status: 0 valid, 1 revoked, 2 suspended.
func (l *StatusList) Set(index int, value uint8) error {
	if index < 0 || index >= l.Len() {
		return fmt.Errorf("set status: index %d of %d", index, l.Len())
	}
	if int(value)>>l.Bits != 0 {
		return fmt.Errorf("set status: value %d in %d bits", value, l.Bits)
	}
	slot, shift, mask := l.place(index)
	l.packed[slot] = l.packed[slot]&^(mask<<shift) | value<<shift
	return nil
}

// Get is a pass's status; without one, it is false.
func (l *StatusList) Get(index int) (value uint8, ok bool) {
	if index < 0 || index >= l.Len() {
		return 0, false
	}
	slot, shift, mask := l.place(index)
	return l.packed[slot] >> shift & mask, true
}

func (l *StatusList) place(index int) (slot int, shift uint, mask byte) {
	each := 8 / l.Bits
	return index / each, uint(index % each * l.Bits), byte(1<<l.Bits - 1)
}

// status says what the list says of the pass at index.
func (l *StatusList) status(index int) Status {
	value, ok := l.Get(index)
	switch {
	case ok && value == statusValid:
		return StatusValid
	case ok && value == statusInvalid:
		return StatusRevoked
	case ok && value == statusSuspended:
		return StatusSuspended
	}
	return StatusMissing
}

func (l *StatusList) clone() *StatusList {
	return &StatusList{l.URI, l.Bits, slices.Clone(l.packed)}
}

type statusJSON struct {
	URI  string `json:"uri"`
	Bits int    `json:"bits"`
	List string `json:"lst"`
}

// MarshalJSON writes the list as described at StatusList.
func (l StatusList) MarshalJSON() ([]byte, error) {
	if !l.sound() {
		return nil, fmt.Errorf("marshal status list: %w", ErrStatusList)
	}
	return json.Marshal(statusJSON{l.URI, l.Bits, base64.RawURLEncoding.EncodeToString(deflate(l.packed))})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (l *StatusList) UnmarshalJSON(text []byte) error {
	var j statusJSON
	if err := parseJSON(text, &j); err != nil {
		return fmt.Errorf("parse status list: %w", ErrStatusList)
	}
	packed, err := base64.RawURLEncoding.Strict().DecodeString(j.List)
	if err != nil {
		return fmt.Errorf("parse status list: base64url: %w", ErrStatusList)
	}
	content, err := inflate(packed, maxStatusList)
	if err != nil {
		return fmt.Errorf("parse status list: zlib: %w", ErrStatusList)
	}
	read := StatusList{j.URI, j.Bits, content}
	if !read.sound() {
		return fmt.Errorf("parse status list: bits: %w", ErrStatusList)
	}
	*l = read
	return nil
}
