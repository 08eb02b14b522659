package wire

import (
	"errors"
	"fmt"

	"chot/scanner"

	"golang.org/x/mod/sumdb/tlog"
)

const alarmMagic = "chot alarm 1\n"

// MaxAlarm is the longest an alarm may be, in bytes.
const MaxAlarm = 12 << 10

// maxEncapsulation is the longest encapsulation, in bytes. Today's have 1,120.
const maxEncapsulation = 2048

// maxProof is the longest inclusion proof, in hashes: MaxSize's logarithm.
const maxProof = 48

// ErrAlarm is wrapped by every error about an alarm's bytes.
var ErrAlarm = errors.New("not an alarm this version can read")

// An Alarm is one entry ahead of its turn, and the proof that it is in the
// device's log. It proves nothing until Verify.
type Alarm struct {
	Device string // the device's id
	Index  uint64 // the entry's log index
	Entry  []byte
	Proof  [][32]byte // that Entry is at Index of the log under Head
	Head   []byte     // signed note

	// Encapsulation opens the entry's segment where the trace key is, when the
	// entry that opened it is under way too; nil otherwise. Nothing proves it
	// but that the entry opens.
	Encapsulation []byte
}

type alarmMap struct {
	Device string `cbor:"1,keyasint"`
	Index  uint64 `cbor:"2,keyasint"`
	Entry  []byte `cbor:"3,keyasint"`
	Proof  []byte `cbor:"4,keyasint"`
	Head   []byte `cbor:"5,keyasint"`

	Encapsulation []byte `cbor:"6,keyasint,omitempty"`
}

// MarshalBinary encodes the alarm.
func (a Alarm) MarshalBinary() ([]byte, error) {
	switch {
	case !ValidID(a.Device), a.Index >= MaxSize, len(a.Entry) == 0, len(a.Entry) > scanner.MaxEntry,
		len(a.Proof) > maxProof, len(a.Head) == 0, len(a.Head) > maxNote,
		len(a.Encapsulation) > maxEncapsulation:
		return nil, fmt.Errorf("%w: a field is missing or out of range", ErrAlarm)
	}
	m := alarmMap{a.Device, a.Index, a.Entry, make([]byte, 0, len(a.Proof)*32), a.Head, a.Encapsulation}
	for _, h := range a.Proof {
		m.Proof = append(m.Proof, h[:]...)
	}
	b, err := encode.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode alarm: %w", err)
	}
	return append([]byte(alarmMagic), b...), nil
}

// ParseAlarm decodes strictly: encoding the result gives the same bytes.
func ParseAlarm(b []byte) (Alarm, error) {
	if len(b) > MaxAlarm {
		return Alarm{}, fmt.Errorf("%w: %d bytes, %w of %d", ErrAlarm, len(b), ErrTooLarge, MaxAlarm)
	}
	var m alarmMap
	if len(b) < len(alarmMagic) || string(b[:len(alarmMagic)]) != alarmMagic || decode.Unmarshal(b[len(alarmMagic):], &m) != nil || len(m.Proof)%32 != 0 {
		return Alarm{}, fmt.Errorf("%w: not the expected CBOR map", ErrAlarm)
	}
	a := Alarm{Device: m.Device, Index: m.Index, Entry: m.Entry, Head: m.Head, Encapsulation: m.Encapsulation}
	for p := m.Proof; len(p) > 0; p = p[32:] {
		a.Proof = append(a.Proof, [32]byte(p))
	}
	again, err := a.MarshalBinary()
	if err != nil {
		return Alarm{}, err
	}
	if string(again) != string(b) {
		return Alarm{}, fmt.Errorf("%w: not in deterministic encoding", ErrAlarm)
	}
	return a, nil
}

// Verify checks the head's signature and that the entry is in the log under it.
func (a Alarm) Verify(device DeviceVerifier) (Head, error) {
	head, err := OpenHead(a.Head, device)
	if err != nil {
		return Head{}, err
	}
	if a.Index >= head.Size() {
		return Head{}, fmt.Errorf("%w: its head is over fewer entries", ErrAlarm)
	}
	proof := make(tlog.RecordProof, len(a.Proof))
	for i, h := range a.Proof {
		proof[i] = h
	}
	if err := tlog.CheckRecord(proof, int64(head.Size()), head.Root(), int64(a.Index), tlog.RecordHash(a.Entry)); err != nil {
		return Head{}, fmt.Errorf("%w: its proof does not lead to the head's root", ErrAlarm)
	}
	return head, nil
}

// Taken is a hub's answer: the alarm is on disk there. It is no receipt.
func (a Alarm) Taken() []byte { return fmt.Appendf(nil, "taken %s %d\n", a.Device, a.Index) }
