package seal

import (
	"bytes"
	"crypto/cipher"
	"crypto/hpke"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

func newKey(t testing.TB) TraceKey {
	t.Helper()
	key, err := GenerateTraceKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newSegment(t testing.TB, pub TracePublicKey) (*Segment, []byte) {
	t.Helper()
	segment, encapsulation, err := NewSegment(pub)
	if err != nil {
		t.Fatal(err)
	}
	if len(encapsulation) != EncapsulationSize {
		t.Fatalf("%d bytes of encapsulation, want %d", len(encapsulation), EncapsulationSize)
	}
	return segment, encapsulation
}

func newOpener(t testing.TB, key TraceKey, encapsulation []byte) *Opener {
	t.Helper()
	opener, err := OpenSegment(key, encapsulation)
	if err != nil {
		t.Fatal(err)
	}
	return opener
}

func seal(t testing.TB, segment *Segment, seq uint64, plain, aad []byte) []byte {
	t.Helper()
	sealed, err := segment.Seal(seq, plain, aad)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func personal(i int) (plain, aad []byte) {
	return fmt.Appendf(nil, "vn.id:001%09d Nguyễn Thị Ví Dụ", i), fmt.Appendf(nil, "entry %d, lane 1, in, admit", i)
}

// TestAnyAlone opens each entry of a segment without the others, backwards, each
// with its own opener.
func TestAnyAlone(t *testing.T) {
	key := newKey(t)
	segment, encapsulation := newSegment(t, key.Public())
	sequences := []uint64{0, 1, 2, 7, 1000, 1 << 40, math.MaxUint64}
	var entries [][]byte
	for i, seq := range sequences {
		plain, aad := personal(i)
		sealed := seal(t, segment, seq, plain, aad)
		if len(sealed) != len(plain)+Overhead {
			t.Fatalf("sealing added %d bytes", len(sealed)-len(plain))
		}
		if bytes.Contains(sealed, plain[:8]) {
			t.Fatal("the sealed part shows the plain one")
		}
		entries = append(entries, sealed)
	}
	for i := len(sequences) - 1; i >= 0; i-- {
		plain, aad := personal(i)
		got, err := newOpener(t, key, encapsulation).Open(sequences[i], entries[i], aad)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("entry %d: %q, %v", i, got, err)
		}
	}
}

func TestEmptyEntry(t *testing.T) {
	key := newKey(t)
	segment, encapsulation := newSegment(t, key.Public())
	sealed := seal(t, segment, 5, nil, nil)
	if got, err := newOpener(t, key, encapsulation).Open(5, sealed, nil); err != nil || len(got) != 0 || len(sealed) != Overhead {
		t.Fatalf("%q, %v", got, err)
	}
}

// TestOpensNothingElse changes each thing an entry is bound to.
func TestOpensNothingElse(t *testing.T) {
	key := newKey(t)
	segment, encapsulation := newSegment(t, key.Public())
	other, otherEncapsulation := newSegment(t, key.Public())
	plain, aad := personal(1)
	sealed := seal(t, segment, 9, plain, aad)
	opener := newOpener(t, key, encapsulation)
	if got, err := opener.Open(9, sealed, aad); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("control: %q, %v", got, err)
	}
	refuses := func(name string, o *Opener, seq uint64, sealed, aad []byte) {
		t.Helper()
		if got, err := o.Open(seq, sealed, aad); !errors.Is(err, ErrOpen) || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	refuses("another sequence", opener, 10, sealed, aad)
	refuses("another high sequence", opener, 9|1<<63, sealed, aad)
	refuses("another plain part", opener, 9, sealed, append(bytes.Clone(aad), 'x'))
	refuses("no plain part", opener, 9, sealed, nil)
	refuses("another segment", newOpener(t, key, otherEncapsulation), 9, sealed, aad)
	refuses("another segment's entry", opener, 9, seal(t, other, 9, plain, aad), aad)
	refuses("another trace key", newOpener(t, newKey(t), encapsulation), 9, sealed, aad)
	refuses("cut short", opener, 9, sealed[:len(sealed)-1], aad)
	refuses("shorter than a tag", opener, 9, sealed[:Overhead-1], aad)
	refuses("nothing", opener, 9, nil, aad)
	refuses("longer", opener, 9, append(bytes.Clone(sealed), 0), aad)
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		refuses(fmt.Sprintf("byte %d", i), opener, 9, changed, aad)
	}
	for i := 0; i < len(encapsulation); i += 37 {
		changed := bytes.Clone(encapsulation)
		changed[i] ^= 1
		if o, err := OpenSegment(key, changed); err == nil { // ML-KEM rejects implicitly
			refuses(fmt.Sprintf("encapsulation, byte %d", i), o, 9, sealed, aad)
		} else if !errors.Is(err, ErrEncapsulation) {
			t.Errorf("encapsulation, byte %d: %v", i, err)
		}
	}
}

func TestOpenSegmentRefuses(t *testing.T) {
	key := newKey(t)
	_, encapsulation := newSegment(t, key.Public())
	for _, enc := range [][]byte{nil, encapsulation[1:], append(bytes.Clone(encapsulation), 0)} {
		if o, err := OpenSegment(key, enc); !errors.Is(err, ErrEncapsulation) || o != nil {
			t.Errorf("%d bytes: %v", len(enc), err)
		}
	}
	// A point of order one (RFC 7748 §6.1: an all-zero secret) is refused at once.
	lowOrder := bytes.Clone(encapsulation)
	clear(lowOrder[EncapsulationSize-32:])
	if o, err := OpenSegment(key, lowOrder); !errors.Is(err, ErrEncapsulation) || o != nil {
		t.Errorf("low-order point: %v", err)
	}
	if _, err := OpenSegment(TraceKey{}, encapsulation); !errors.Is(err, ErrNoKey) {
		t.Errorf("no key: %v", err)
	}
	if _, _, err := NewSegment(TracePublicKey{}); !errors.Is(err, ErrNoKey) {
		t.Errorf("no public key: %v", err)
	}
	if _, err := new(Opener).Open(1, make([]byte, 20), nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("zero opener: %v", err)
	}
	if _, err := new(Segment).Seal(1, nil, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("zero segment: %v", err)
	}
}

// TestSequenceRises first shows what a repeated nonce gives away, then that a
// segment does not repeat one.
func TestSequenceRises(t *testing.T) {
	key := newKey(t)
	segment, _ := newSegment(t, key.Public())
	naive, nonce := segment.aead, entryNonce(4)
	a, b := []byte("vn.id:001190000001"), []byte("vn.id:001190999999")
	sealedA, sealedB := naive.Seal(nil, nonce[:], a, nil), naive.Seal(nil, nonce[:], b, nil)
	for i := range a {
		if sealedA[i]^sealedB[i] != a[i]^b[i] {
			t.Fatal("control: a repeated nonce must reveal the difference of two texts")
		}
	}
	seal(t, segment, 4, a, nil)
	for _, seq := range []uint64{4, 3, 0} {
		if sealed, err := segment.Seal(seq, b, nil); !errors.Is(err, ErrSequence) || sealed != nil {
			t.Errorf("sequence %d after 4: %v", seq, err)
		}
	}
	seal(t, segment, 5, b, nil)
	seal(t, segment, math.MaxUint64, b, nil)
	for _, seq := range []uint64{math.MaxUint64, 0, 6} {
		if _, err := segment.Seal(seq, b, nil); !errors.Is(err, ErrSequence) {
			t.Errorf("sequence %d after the last: %v", seq, err)
		}
	}
}

// TestClose holds that the key is overwritten where the AEAD keeps it.
func TestClose(t *testing.T) {
	key := newKey(t)
	segment, encapsulation := newSegment(t, key.Public())
	plain, aad := personal(1)
	sealed := seal(t, segment, 1, plain, aad)
	kept, nonce := segment.aead, entryNonce(1)
	if _, err := kept.Open(nil, nonce[:], sealed, aad); err != nil {
		t.Fatalf("control: a thief of the key must be able to open: %v", err)
	}
	segment.Close()
	if _, err := kept.Open(nil, nonce[:], sealed, aad); err == nil {
		t.Error("after Close the key still opens")
	}
	zero, err := chacha20poly1305.New(make([]byte, chacha20poly1305.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept.Seal(nil, nonce[:], plain, aad), zero.Seal(nil, nonce[:], plain, aad)) {
		t.Error("after Close the key is not zero")
	}
	if _, err := segment.Seal(2, plain, aad); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	segment.Close()
	if got, err := newOpener(t, key, encapsulation).Open(1, sealed, aad); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("where the trace key is: %q, %v", got, err)
	}
	wipe(otherAEAD{}) // a type it does not know is left alone
}

type otherAEAD struct{ cipher.AEAD }

// TestAsDocumented opens an entry with nothing but the package documentation.
func TestAsDocumented(t *testing.T) {
	key := newKey(t)
	segment, encapsulation := newSegment(t, key.Public())
	plain, aad := personal(3)
	sealed := seal(t, segment, 0x0102030405060708, plain, aad)
	kem, err := hpke.NewKEM(0x647a)
	if err != nil {
		t.Fatal(err)
	}
	kdf, err := hpke.NewKDF(0x0001)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := hpke.NewAEAD(0xffff)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := base64Key.DecodeString(strings.TrimPrefix(key.Text(), "chot-trace-key-1:"))
	if err != nil {
		t.Fatal(err)
	}
	private, err := kem.NewPrivateKey(seed[:32])
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := hpke.NewRecipient(encapsulation, private, kdf, aead, []byte("chot seal 1 segment"))
	if err != nil {
		t.Fatal(err)
	}
	entryKey, err := recipient.Export("chot seal 1 entry key", 32)
	if err != nil {
		t.Fatal(err)
	}
	chacha, err := chacha20poly1305.New(entryKey)
	if err != nil {
		t.Fatal(err)
	}
	got, err := chacha.Open(nil, []byte{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, sealed, aad)
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("%q, %v", got, err)
	}
}

func FuzzOpen(f *testing.F) {
	v, key, encapsulation := readVector(f)
	e := v.Entries[1]
	sealed, plain, aad := unhex(f, e.Sealed), []byte(e.Plain), []byte(e.Aad)
	f.Add(encapsulation, e.Sequence, sealed, aad)
	f.Add(encapsulation[:1000], uint64(0), sealed[:3], []byte(nil))
	f.Fuzz(func(t *testing.T, enc []byte, seq uint64, entry, bound []byte) {
		opener, err := OpenSegment(key, enc)
		if err != nil {
			if !errors.Is(err, ErrEncapsulation) {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		got, err := opener.Open(seq, entry, bound)
		if err == nil && (!bytes.Equal(entry, sealed) || seq != e.Sequence || !bytes.Equal(bound, aad) || !bytes.Equal(got, plain)) &&
			bytes.Equal(enc, encapsulation) {
			t.Fatal("something that nobody sealed opens")
		}
		if err != nil && !errors.Is(err, ErrOpen) {
			t.Fatalf("an error without a kind: %v", err)
		}
	})
}

// BenchmarkSeal seals entries as long as a card's personal part, and beside it the
// way without segments: one HPKE encapsulation for each entry.
func BenchmarkSeal(b *testing.B) {
	key := newKey(b)
	plain, aad := make([]byte, 120), make([]byte, 100)
	b.Run("entry", func(b *testing.B) {
		segment, _ := newSegment(b, key.Public())
		size := 0
		for seq := uint64(0); b.Loop(); seq++ {
			sealed, err := segment.Seal(seq, plain, aad)
			if err != nil {
				b.Fatal(err)
			}
			size = len(sealed)
		}
		b.ReportMetric(float64(size-len(plain)), "overhead-B/entry")
	})
	b.Run("reference/hpke-each", func(b *testing.B) {
		size := 0
		for b.Loop() {
			sealed, err := hpke.Seal(key.Public().key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(segmentInfo), plain)
			if err != nil {
				b.Fatal(err)
			}
			size = len(sealed)
		}
		b.ReportMetric(float64(size-len(plain)), "overhead-B/entry")
	})
	b.Run("segment", func(b *testing.B) {
		for b.Loop() {
			segment, _ := newSegment(b, key.Public())
			segment.Close()
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	key := newKey(b)
	segment, encapsulation := newSegment(b, key.Public())
	plain, aad := make([]byte, 120), make([]byte, 100)
	sealed := seal(b, segment, 1, plain, aad)
	b.Run("entry", func(b *testing.B) {
		opener := newOpener(b, key, encapsulation)
		for b.Loop() {
			if _, err := opener.Open(1, sealed, aad); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("segment", func(b *testing.B) {
		for b.Loop() {
			newOpener(b, key, encapsulation)
		}
	})
}
