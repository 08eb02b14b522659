package scanner

import (
	"errors"
	"fmt"
	"time"

	"chot/scanner/credential"

	"github.com/fxamacker/cbor/v2"
)

// An Entry is one verdict as the journal keeps it and the hub receives it.
// All but Sealed is the plain part, which a hub can count; Sealed opens only
// with the authority's trace key.
//
//	key  field          CBOR
//	 1   Seq            uint, the entry's index in the device's log, from 0
//	 2   At.Boot        bytes(16)
//	 3   At.Since       uint, milliseconds
//	 4   At.Wall        int, milliseconds since 1970-01-01 UTC
//	 5   At.Trust       uint
//	 6   Checkpoint     text
//	 7   Lane           text, absent when empty
//	 8   Direction      uint (0 in, 1 out)
//	 9   Outcome        uint (0 refuse, 1 refer, 2 admit)
//	10   Reason         uint
//	11   Scheme         uint
//	12   List           text, absent when none was asked
//	13   Version        uint, the list's version
//	14   Operator       text, absent when empty
//	15   Input          text
//	16   Watch          bool, absent when false
//	17   Segment        uint, Seq of the entry that opened the sealed segment
//	18   Encapsulation  bytes, only in the entry that opened the segment
//	19   Sealed         bytes
//	20   Kind           uint, absent for a scan
//	21   Ref            uint, absent for a scan and when 0
//
// An entry of another kind is a remark: it counts as no scan, names nobody and
// holds nothing sealed (its keys 12, 13, 16, 18 and 19 are absent and 9 to 11
// and 17 are 0). A hub that does not know keys 20 and 21 cannot read it and
// sets it apart, so it counts nothing twice there either.
type Entry struct {
	Seq           uint64
	At            Instant
	Checkpoint    string
	Lane          string
	Direction     Direction
	Outcome       Outcome
	Reason        Reason
	Scheme        credential.Scheme
	List          string
	Version       uint64
	Operator      string
	Input         string
	Watch         bool
	Segment       uint64
	Encapsulation []byte
	Sealed        []byte
	Kind          Kind
	Ref           uint64 // of a remark: the entry it is about; see Kind
}

// MaxEntry is the longest an encoded entry may be, in bytes.
const MaxEntry = 4096

// ErrEntry is wrapped by every error about an entry's bytes.
var ErrEntry = errors.New("not an entry this version can read")

type entryMap struct {
	Seq           uint64 `cbor:"1,keyasint"`
	Boot          []byte `cbor:"2,keyasint"`
	Since         uint64 `cbor:"3,keyasint"`
	Wall          int64  `cbor:"4,keyasint"`
	Trust         uint8  `cbor:"5,keyasint"`
	Checkpoint    string `cbor:"6,keyasint"`
	Lane          string `cbor:"7,keyasint,omitempty"`
	Direction     uint8  `cbor:"8,keyasint"`
	Outcome       uint8  `cbor:"9,keyasint"`
	Reason        uint8  `cbor:"10,keyasint"`
	Scheme        uint8  `cbor:"11,keyasint"`
	List          string `cbor:"12,keyasint,omitempty"`
	Version       uint64 `cbor:"13,keyasint,omitempty"`
	Operator      string `cbor:"14,keyasint,omitempty"`
	Input         string `cbor:"15,keyasint,omitempty"`
	Watch         bool   `cbor:"16,keyasint,omitempty"`
	Segment       uint64 `cbor:"17,keyasint"`
	Encapsulation []byte `cbor:"18,keyasint,omitempty"`
	Sealed        []byte `cbor:"19,keyasint,omitempty"`
	Kind          uint8  `cbor:"20,keyasint,omitempty"`
	Ref           uint64 `cbor:"21,keyasint,omitempty"`
}

var (
	encode = must(cbor.CoreDetEncOptions().EncMode())
	decode = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxNestedLevels:   4,
		MaxArrayElements:  16,
		MaxMapPairs:       64,
		UTF8:              cbor.UTF8RejectInvalid,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // constant options: cannot fail at run time
	}
	return v
}

// MarshalBinary encodes the entry.
func (e Entry) MarshalBinary() ([]byte, error) {
	b, err := encode.Marshal(entryMap{
		Seq: e.Seq, Boot: e.At.Boot[:], Since: uint64(e.At.Since / time.Millisecond), Wall: e.At.Wall.UnixMilli(), Trust: uint8(e.At.Trust),
		Checkpoint: e.Checkpoint, Lane: e.Lane, Direction: uint8(e.Direction), Outcome: uint8(e.Outcome), Reason: uint8(e.Reason),
		Scheme: uint8(e.Scheme), List: e.List, Version: e.Version, Operator: e.Operator, Input: e.Input, Watch: e.Watch,
		Segment: e.Segment, Encapsulation: e.Encapsulation, Sealed: e.Sealed, Kind: uint8(e.Kind), Ref: e.Ref,
	})
	if err != nil {
		return nil, fmt.Errorf("encode entry %d: %w", e.Seq, err)
	}
	if len(b) > MaxEntry {
		return nil, fmt.Errorf("encode entry %d: %d bytes, the limit is %d", e.Seq, len(b), MaxEntry)
	}
	return b, nil
}

// Plain encodes the entry without its sealed part: what the seal is bound to
// (its additional data).
func (e Entry) Plain() ([]byte, error) {
	e.Sealed = nil
	return e.MarshalBinary()
}

// ParseEntry decodes strictly: encoding the result gives the same bytes.
func ParseEntry(b []byte) (Entry, error) {
	if len(b) > MaxEntry {
		return Entry{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrEntry, len(b), MaxEntry)
	}
	var m entryMap
	if err := decode.Unmarshal(b, &m); err != nil {
		return Entry{}, fmt.Errorf("%w: not the expected CBOR map", ErrEntry)
	}
	if len(m.Boot) != 16 || m.Since > uint64(1<<62)/uint64(time.Millisecond) ||
		m.Trust > uint8(Confirmed) || m.Direction > uint8(Out) || m.Outcome > uint8(Admit) {
		return Entry{}, fmt.Errorf("%w: a field is out of range", ErrEntry)
	}
	e := Entry{
		Seq:        m.Seq,
		At:         Instant{Boot: [16]byte(m.Boot), Since: time.Duration(m.Since) * time.Millisecond, Wall: time.UnixMilli(m.Wall).UTC(), Trust: ClockTrust(m.Trust)},
		Checkpoint: m.Checkpoint, Lane: m.Lane, Direction: Direction(m.Direction), Outcome: Outcome(m.Outcome), Reason: Reason(m.Reason),
		Scheme: credential.Scheme(m.Scheme), List: m.List, Version: m.Version, Operator: m.Operator, Input: m.Input, Watch: m.Watch,
		Segment: m.Segment, Encapsulation: m.Encapsulation, Sealed: m.Sealed, Kind: Kind(m.Kind), Ref: m.Ref,
	}
	if !e.consistent() {
		return Entry{}, fmt.Errorf("%w: its kind does not fit its fields", ErrEntry)
	}
	again, err := e.MarshalBinary()
	if err != nil || string(again) != string(b) {
		return Entry{}, fmt.Errorf("%w: not in deterministic encoding", ErrEntry)
	}
	return e, nil
}
