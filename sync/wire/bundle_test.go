package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"chot/scanner"

	"github.com/klauspost/compress/zstd"
)

func someBundle(t testing.TB, n int) Bundle {
	t.Helper()
	k := deviceKey(t)
	b := Bundle{Device: k.ID(), From: 40}
	for i := range n {
		e, err := scanner.Entry{Seq: 40 + uint64(i), Checkpoint: "gate-2", Input: "camera", Sealed: make([]byte, 70)}.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		b.Entries = append(b.Entries, e)
	}
	b.Head = must(SignHead(k, b.To(), someRoot))
	return b
}

func same(a, b Bundle) bool {
	return a.Device == b.Device && a.From == b.From && bytes.Equal(a.Head, b.Head) && slices.EqualFunc(a.Entries, b.Entries, bytes.Equal) &&
		bytes.Equal(a.Frontier, b.Frontier) && bytes.Equal(a.Receipt, b.Receipt)
}

func TestBundle(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		b := someBundle(t, n)
		packed, err := b.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseBundle(packed)
		if err != nil || !same(got, b) || got.To() != 40+uint64(n) {
			t.Errorf("%d entries do not survive: %v", n, err)
		}
		again, err := got.MarshalBinary()
		if err != nil || !bytes.Equal(again, packed) {
			t.Errorf("%d entries pack differently the second time: %v", n, err)
		}
		if !bytes.HasPrefix(packed, []byte("chot bundle 1\n")) {
			t.Errorf("it begins %q", packed[:14])
		}
		t.Logf("%d entries: %d bytes", n, len(packed))
	}
}

// What lets a log go on after a gap survives the way, and a hub of a version
// that does not know it refuses the bundle as a whole.
func TestBundleAfterGap(t *testing.T) {
	b := someBundle(t, 3) // from 40: 0b101000
	b.Frontier, b.Receipt = make([]byte, 2*32), []byte("a receipt")
	packed, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseBundle(packed)
	if err != nil || !same(got, b) {
		t.Fatalf("it does not survive: %v", err)
	}
	type bundleMap struct { // as it was before
		Device  string   `cbor:"1,keyasint"`
		From    uint64   `cbor:"2,keyasint"`
		Entries [][]byte `cbor:"3,keyasint"`
		Head    []byte   `cbor:"4,keyasint"`
	}
	var m bundleMap
	if err := decode.Unmarshal(must(b.Content()), &m); err == nil {
		t.Error("a version before this one reads it, and would not know what it says")
	}
	plain := someBundle(t, 3)
	if err := decode.Unmarshal(must(plain.Content()), &m); err != nil || m.From != 40 || len(m.Entries) != 3 {
		t.Errorf("a version before this one does not read a plain bundle: %v", err)
	}
}

func TestBundleLimits(t *testing.T) {
	id := deviceKey(t).ID()
	fill := func(n, size int) [][]byte {
		one := bytes.Repeat([]byte{7}, size)
		return slices.Repeat([][]byte{one}, n)
	}
	for name, c := range map[string]struct {
		b        Bundle
		tooLarge bool
	}{
		"no device":        {b: Bundle{Head: []byte("h")}},
		"odd device":       {b: Bundle{Device: "../../etc/passwd", Head: []byte("h")}},
		"no head":          {b: Bundle{Device: id}},
		"long head":        {b: Bundle{Device: id, Head: make([]byte, maxNote+1)}},
		"empty entry":      {b: Bundle{Device: id, Head: []byte("h"), Entries: [][]byte{{}}}},
		"long entry":       {b: Bundle{Device: id, Head: []byte("h"), Entries: fill(1, scanner.MaxEntry+1)}},
		"beyond any log":   {b: Bundle{Device: id, Head: []byte("h"), From: MaxSize, Entries: fill(1, 1)}, tooLarge: true},
		"frontier alone":   {b: Bundle{Device: id, Head: []byte("h"), From: 5, Frontier: make([]byte, 64)}},
		"receipt alone":    {b: Bundle{Device: id, Head: []byte("h"), From: 5, Receipt: []byte("r")}},
		"short frontier":   {b: Bundle{Device: id, Head: []byte("h"), From: 5, Frontier: make([]byte, 32), Receipt: []byte("r")}},
		"frontier of none": {b: Bundle{Device: id, Head: []byte("h"), Frontier: make([]byte, 32), Receipt: []byte("r")}},
		"long receipt":     {b: Bundle{Device: id, Head: []byte("h"), From: 5, Frontier: make([]byte, 64), Receipt: make([]byte, maxNote+1)}},
		"overflow":         {b: Bundle{Device: id, Head: []byte("h"), From: 1<<64 - 1, Entries: fill(1, 1)}, tooLarge: true},
		"many entries":     {b: Bundle{Device: id, Head: []byte("h"), Entries: fill(MaxEntries+1, 1)}, tooLarge: true},
		"too many bytes":   {b: Bundle{Device: id, Head: []byte("h"), Entries: fill(2100, scanner.MaxEntry)}, tooLarge: true},
	} {
		_, err := c.b.MarshalBinary()
		if !errors.Is(err, ErrBundle) || errors.Is(err, ErrTooLarge) != c.tooLarge {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, b := range map[string]Bundle{
		"longest entry": {Device: id, Head: []byte("h"), Entries: fill(1, scanner.MaxEntry)},
		"most entries":  {Device: id, Head: []byte("h"), Entries: fill(MaxEntries, 1)},
		"most bytes":    {Device: id, Head: []byte("h"), Entries: fill(2040, scanner.MaxEntry)},
	} {
		packed, err := b.MarshalBinary()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got, err := ParseBundle(packed); err != nil || !same(got, b) {
			t.Errorf("%s does not survive: %v", name, err)
		}
	}
}

// bomb is a frame of n run-length blocks: four bytes each, 128 KiB unpacked.
func bomb(n int) []byte {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58} // magic, no content size, a window of 2 MiB (RFC 8878 §3.1.1.1)
	for i := range n {
		block := uint32(128<<10)<<3 | 1<<1
		if i == n-1 {
			block |= 1
		}
		b = append(binary.LittleEndian.AppendUint32(b, block)[:len(b)+3], 0)
	}
	return b
}

func TestBombs(t *testing.T) {
	if plain, err := unpack(bomb(64)); err != nil || len(plain) != MaxBundle {
		t.Fatalf("the control, a frame of just the limit: %d bytes, %v", len(plain), err)
	}
	promise := must(zstd.NewWriter(nil, zstd.WithSingleSegment(true))).EncodeAll(make([]byte, MaxBundle+1), nil)
	window := must(zstd.NewWriter(nil, zstd.WithWindowSize(64<<20)))
	var wide bytes.Buffer
	window.Reset(&wide)
	for range 65 {
		if _, err := window.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := window.Close(); err != nil {
		t.Fatal(err)
	}
	for name, frame := range map[string][]byte{
		"a block too many": bomb(65), "300 GB": bomb(2_000_000), "a byte too many": promise, "wide window": wide.Bytes(),
	} {
		if len(frame) > MaxBundle {
			t.Fatalf("%s: the bomb itself has %d bytes", name, len(frame))
		}
		packed := append([]byte(bundleMagic), frame...)
		if _, err := ParseBundle(packed); !errors.Is(err, ErrBundle) || !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
		// What a bomb costs is bounded by the limit, not by what it promises.
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = ParseBundle(packed)
		runtime.ReadMemStats(&after)
		cost := after.TotalAlloc - before.TotalAlloc
		if cost > 6*MaxBundle {
			t.Errorf("%s: parsing allocates %d MiB", name, cost>>20)
		}
	}
}

func TestBundleDirt(t *testing.T) {
	good := must(someBundle(t, 3).MarshalBinary())
	plain := must(unpack(good[len(bundleMagic):]))
	repack := func(plain []byte) []byte { return append([]byte(bundleMagic), pack(plain)...) }
	edit := func(f func([]byte) []byte) []byte { return repack(f(slices.Clone(plain))) }
	if _, err := ParseBundle(repack(plain)); err != nil {
		t.Fatalf("the control, packed again: %v", err)
	}
	skippable := append([]byte{0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0}, "more"...)
	for name, b := range map[string][]byte{
		"nothing": nil, "magic only": []byte(bundleMagic), "HTML": []byte("<!DOCTYPE html><title>Log in</title>"),
		"other version": append([]byte("chot bundle 2\n"), good[len(bundleMagic):]...), "not packed": append([]byte(bundleMagic), plain...),
		"cut": good[:len(good)-1], "something after": append(slices.Clone(good), 0), "second frame": append(slices.Clone(good), good[len(bundleMagic):]...),
		"skippable frame": append(slices.Clone(good), skippable...), "skippable first": slices.Concat([]byte(bundleMagic), skippable, good[len(bundleMagic):]),
		"content cut":           edit(func(b []byte) []byte { return b[:len(b)-1] }),
		"content longer":        edit(func(b []byte) []byte { return append(b, 0xf6) }),
		"empty content":         repack(nil),
		"an array":              repack([]byte{0x80}),
		"deep":                  repack(bytes.Repeat([]byte{0x81}, 100_000)),
		"indefinite":            edit(func(b []byte) []byte { b[0] = 0xbf; return append(b, 0xff) }),
		"long form of a number": repack(bytes.Replace(plain, []byte{0x02, 0x18, 40}, []byte{0x02, 0x19, 0, 40}, 1)),
		"keys out of order": edit(func(b []byte) []byte {
			i := bytes.IndexByte(b, 0x02)
			return slices.Concat(b[:1], b[i:i+3], b[1:i], b[i+3:])
		}),
		"unknown key":             edit(func(b []byte) []byte { b[0] = 0xa5; return append(b, 5, 0) }),
		"missing key":             repack([]byte{0xa1, 0x02, 0x00}),
		"the same key twice":      edit(func(b []byte) []byte { b[0] = 0xa5; return append(b, 2, 0) }),
		"an array promising 4 GB": repack([]byte{0xa1, 0x03, 0x9a, 0xff, 0xff, 0xff, 0xff}),
		"null entries":            repack(bytes.Replace(must(Bundle{Device: strings.Repeat("a", 16), Head: []byte("h")}.Content()), []byte{0x03, 0x80}, []byte{0x03, 0xf6}, 1)),
	} {
		if _, err := ParseBundle(b); !errors.Is(err, ErrBundle) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := ParseBundle(make([]byte, MaxPacked+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("10 MB: got %v", err)
	}
}

func BenchmarkParseBundle(b *testing.B) {
	packed := must(someBundle(b, 1000).MarshalBinary())
	b.SetBytes(int64(len(packed)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseBundle(packed); err != nil {
			b.Fatal(err)
		}
	}
}
