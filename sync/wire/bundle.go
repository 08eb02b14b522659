package wire

import (
	"errors"
	"fmt"
	"math/bits"

	"chot/scanner"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/mod/sumdb/tlog"
)

// Limits of a bundle.
const (
	MaxBundle  = 8 << 20 // bytes of content; its packed form may be as long and a little
	MaxEntries = 65536
)

// MaxPacked is the longest packed bundle, in bytes: content that does not
// compress grows by a few bytes a block (RFC 8878 §3.1.1.2).
const MaxPacked = MaxBundle + 4096

// bundleMagic is what a bundle begins with.
const bundleMagic = "chot bundle 1\n"

var (
	// ErrBundle is wrapped by every error about a bundle's bytes.
	ErrBundle = errors.New("not a bundle this version can read")
	// ErrTooLarge is also wrapped when a limit was exceeded.
	ErrTooLarge = errors.New("over the limit")
)

// A Bundle is a run of a device's entries and the signed head over its log up
// to the last of them. It proves nothing until its head is opened with the
// device's key and its entries hash to the head's root.
type Bundle struct {
	Device  string   // the device's id
	From    uint64   // log index of the first entry
	Entries [][]byte // scanner.Entry encodings, the log's leaves
	Head    []byte   // signed note over From + len(Entries) entries

	// After a gap, both or neither: the roots of the complete subtrees before
	// From, the largest first, and a receipt of the hub's for From or more.
	Frontier []byte
	Receipt  []byte
}

// To returns the log index after the bundle's last entry.
func (b Bundle) To() uint64 { return b.From + uint64(len(b.Entries)) }

type bundleMap struct {
	Device  string   `cbor:"1,keyasint"`
	From    uint64   `cbor:"2,keyasint"`
	Entries [][]byte `cbor:"3,keyasint"`
	Head    []byte   `cbor:"4,keyasint"`

	Frontier []byte `cbor:"5,keyasint,omitempty"`
	Receipt  []byte `cbor:"6,keyasint,omitempty"`
}

var (
	encode = must(encodeOptions().EncMode())
	decode = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxNestedLevels:   4,
		MaxArrayElements:  MaxEntries,
		MaxMapPairs:       16,
		UTF8:              cbor.UTF8RejectInvalid,
	}.DecMode())
)

func encodeOptions() cbor.EncOptions {
	o := cbor.CoreDetEncOptions()
	o.NilContainers = cbor.NilContainerAsEmpty // an empty bundle has one form
	return o
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // constant options: cannot fail at run time
	}
	return v
}

// check holds a bundle against the limits both ways.
func (b Bundle) check() error {
	switch {
	case !ValidID(b.Device):
		return fmt.Errorf("%w: its device id is malformed", ErrBundle)
	case len(b.Entries) > MaxEntries:
		return fmt.Errorf("%w: %d entries, %w of %d", ErrBundle, len(b.Entries), ErrTooLarge, MaxEntries)
	case b.From > MaxSize || b.To() > MaxSize:
		return fmt.Errorf("%w: a log that long, %w", ErrBundle, ErrTooLarge)
	case len(b.Head) == 0 || len(b.Head) > maxNote:
		return fmt.Errorf("%w: its head is missing or too long", ErrBundle)
	case len(b.Frontier) == 0 && len(b.Receipt) == 0:
	case len(b.Frontier) == 0 || len(b.Frontier) != bits.OnesCount64(b.From)*tlog.HashSize:
		return fmt.Errorf("%w: its frontier is not one of %d entries", ErrBundle, b.From)
	case len(b.Receipt) == 0 || len(b.Receipt) > maxNote:
		return fmt.Errorf("%w: its receipt is missing or too long", ErrBundle)
	}
	for i, e := range b.Entries {
		if len(e) == 0 || len(e) > scanner.MaxEntry {
			return fmt.Errorf("%w: entry %d has %d bytes, want 1 to %d", ErrBundle, i, len(e), scanner.MaxEntry)
		}
	}
	return nil
}

// Content returns the bundle's deterministic encoding, unpacked: what
// identifies it.
func (b Bundle) Content() ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	plain, err := encode.Marshal(bundleMap(b))
	if err != nil {
		return nil, fmt.Errorf("encode bundle: %w", err)
	}
	if len(plain) > MaxBundle {
		return nil, fmt.Errorf("%w: %d bytes, %w of %d", ErrBundle, len(plain), ErrTooLarge, MaxBundle)
	}
	return plain, nil
}

// MarshalBinary packs the bundle for a link, a stick or a camera.
func (b Bundle) MarshalBinary() ([]byte, error) {
	plain, err := b.Content()
	if err != nil {
		return nil, err
	}
	return append([]byte(bundleMagic), pack(plain)...), nil
}

// ParseBundle unpacks what MarshalBinary made. It verifies nothing: whoever
// wants to believe the entries opens the head.
func ParseBundle(packed []byte) (Bundle, error) {
	if len(packed) > MaxPacked {
		return Bundle{}, fmt.Errorf("%w: %d bytes, %w of %d", ErrBundle, len(packed), ErrTooLarge, MaxPacked)
	}
	if len(packed) < len(bundleMagic) || string(packed[:len(bundleMagic)]) != bundleMagic {
		return Bundle{}, fmt.Errorf("%w: it does not begin with %q", ErrBundle, bundleMagic)
	}
	plain, err := unpack(packed[len(bundleMagic):])
	if err != nil {
		return Bundle{}, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	var m bundleMap
	if err := decode.Unmarshal(plain, &m); err != nil {
		return Bundle{}, fmt.Errorf("%w: its content is not the expected CBOR map", ErrBundle)
	}
	b := Bundle(m)
	again, err := b.Content()
	if err != nil {
		return Bundle{}, err
	}
	if string(again) != string(plain) {
		return Bundle{}, fmt.Errorf("%w: not in deterministic encoding", ErrBundle)
	}
	return b, nil
}
