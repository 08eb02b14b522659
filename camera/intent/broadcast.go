package intent

import (
	"encoding/binary"
	"unicode/utf8"
)

const (
	// MaxPayload is the longest payload taken, in bytes: two of the largest QR
	// symbol's, since some readers send a code twice.
	MaxPayload = 2 * 2953
	// MaxMessage is the longest flattened broadcast, in bytes.
	MaxMessage = 32 << 10

	maxName   = 512 // bytes of an action, a package or a key
	maxExtras = 16
	version   = 1
)

// A Kind is what an extra is in Java.
type Kind uint8

// The kinds; others are not copied.
const (
	Text   Kind = 1 // a String, in UTF-8
	Bytes  Kind = 2 // a byte[], or a list of them one after the other
	Number Kind = 3 // a Byte, Short, Integer or Long: 8 bytes, big endian
)

// An Extra is one value of a broadcast.
type Extra struct {
	Key  string
	Kind Kind
	// Size is how long the value is, Value what was copied of it: all of it, the
	// beginning of a long byte array, or nothing of a long text, whose Size is in
	// UTF-16 units then.
	Size  uint32
	Value []byte
}

// whole reports whether all of the value was copied.
func (x Extra) whole() bool { return uint64(x.Size) == uint64(len(x.Value)) }

// A Broadcast is one as the receiver flattened it.
type Broadcast struct {
	Action string
	Sender string // the package Android names as the sender, "" where it names none
	Extras []Extra
}

// Parse reads a flattened broadcast. All numbers are big endian, names UTF-8:
//
//	byte    1, the version
//	uint16  length of the action, and the action
//	uint16  length of the sender's package, and the package
//	then for each extra, at most 16, to the end:
//	uint16  length of the key, and the key
//	byte    1 text, 2 bytes, 3 number
//	uint32  size of the value
//	uint16  bytes copied, at most 5,906, and they
//
// What it returns shares message's memory but for names. Every error wraps
// ErrForm.
func Parse(message []byte) (Broadcast, error) {
	if len(message) > MaxMessage {
		return Broadcast{}, ErrForm
	}
	r := reader{rest: message}
	if r.byte() != version {
		return Broadcast{}, ErrForm
	}
	b := Broadcast{Action: r.name(), Sender: r.name()}
	for len(r.rest) > 0 && !r.bad {
		if len(b.Extras) == maxExtras {
			return Broadcast{}, ErrForm
		}
		x := Extra{Key: r.name(), Kind: Kind(r.byte()), Size: r.uint32(), Value: r.take(int(r.uint16()))}
		_, twice := b.get(x.Key)
		r.bad = r.bad || twice || !x.sound()
		b.Extras = append(b.Extras, x)
	}
	if r.bad {
		return Broadcast{}, ErrForm
	}
	return b, nil
}

// sound reports whether a value is one a receiver makes.
func (x Extra) sound() bool {
	switch x.Kind {
	case Text:
		return len(x.Value) <= MaxPayload && (x.whole() || len(x.Value) == 0) && utf8.Valid(x.Value)
	case Bytes:
		return len(x.Value) <= MaxPayload && uint64(len(x.Value)) <= uint64(x.Size)
	case Number:
		return x.Size == 8 && x.whole()
	}
	return false
}

// Append flattens a broadcast as the receiver does. What Parse took it gives
// back byte for byte.
func (b Broadcast) Append(to []byte) []byte {
	name := func(s string) {
		to = binary.BigEndian.AppendUint16(to, uint16(len(s)))
		to = append(to, s...)
	}
	to = append(to, version)
	name(b.Action)
	name(b.Sender)
	for _, x := range b.Extras {
		name(x.Key)
		to = append(to, byte(x.Kind))
		to = binary.BigEndian.AppendUint32(to, x.Size)
		to = binary.BigEndian.AppendUint16(to, uint16(len(x.Value)))
		to = append(to, x.Value...)
	}
	return to
}

// get returns the value of a key.
func (b Broadcast) get(key string) (Extra, bool) {
	for _, x := range b.Extras {
		if x.Key == key {
			return x, true
		}
	}
	return Extra{}, false
}

// reader takes a message apart; bad stays once it was too short.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) name() string {
	n := int(r.uint16())
	if n > maxName {
		r.bad = true
	}
	b := r.take(n)
	r.bad = r.bad || !utf8.Valid(b)
	return string(b)
}
