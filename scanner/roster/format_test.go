package roster

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"os"
	"testing"
)

// TestGolden holds the format: today's builder writes, byte for byte, the list
// that was committed, and today's reader reads it.
func TestGolden(t *testing.T) {
	rows := persons(60)
	file, m := build(t, rows)
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	manifest = append(manifest, '\n')
	if *writeSeeds {
		if err := os.WriteFile("testdata/golden.list", file, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/golden.json", manifest, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wantFile, err := os.ReadFile("testdata/golden.list")
	if err != nil {
		t.Fatal(err)
	}
	wantManifest, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, wantFile) || !bytes.Equal(manifest, wantManifest) {
		t.Error("the format changed: lists in the field would not open; give it a new magic instead")
	}
	parsed, err := ParseManifest(wantManifest)
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, "testdata/golden.list", parsed)
	for _, row := range rows {
		if got, err := r.Lookup(row.Subject, row.Name, row.Birth); err != nil || !got.Found || got.DetailsDiffer || !sameProfile(got.Profile, row.Profile) {
			t.Fatalf("%+v, %v", got, err)
		}
	}
}

// TestAsDocumented reads a list with nothing but the package documentation: big
// integers for the keys, a walk through the bucket, no code of the package's.
func TestAsDocumented(t *testing.T) {
	rows := persons(2500)
	file, m := build(t, rows)
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(file[at:])) }
	mac := func(text string) []byte {
		h := hmac.New(sha256.New, testKey)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	b := uint(file[12])
	if string(file[:8]) != "chotrst2" || u32(8) != 2048 || u32(16) != int(m.Epoch) || u32(20) != 2500 || u32(24) != 5 ||
		!bytes.Equal(file[32:48], mac("\x00key\x00")[:16]) || b != 6 {
		t.Fatal("header")
	}
	up := func(n, by int) int { return (n + by - 1) / by }
	firstRow := 1 + up(4*(1<<b+1), 2048)
	firstProfile := firstRow + up(2500, 204)
	pages := firstProfile + up(u32(28), 2048)
	if len(file) != pages*(2048+32) {
		t.Fatal("size")
	}
	level := file[pages*2048:]
	for i := range pages {
		if leaf := sha256.Sum256(append([]byte{0}, file[i*2048:][:2048]...)); !bytes.Equal(level[i*32:][:32], leaf[:]) {
			t.Fatal("a leaf")
		}
	}
	for len(level) > 32 {
		var above []byte
		for from := 0; from < len(level); from += 64 * 32 {
			node := sha256.Sum256(append([]byte{1}, level[from:min(from+64*32, len(level))]...))
			above = append(above, node[:]...)
		}
		level = above
	}
	if !bytes.Equal(level, m.Root[:]) {
		t.Fatal("root")
	}
	for _, row := range rows {
		k := new(big.Int).SetBytes(mac(row.Subject))
		bucket := int(new(big.Int).Rsh(k, 256-b).Int64())
		remainder := new(big.Int).Rsh(k, 256-b-48).Uint64() & (1<<48 - 1)
		found := false
		for i := u32(2048 + 4*bucket); i < u32(2048+4*bucket+4); i++ {
			at := file[(firstRow+i/204)*2048+i%204*10:][:10]
			if binary.BigEndian.Uint64(at)>>16 != remainder {
				continue
			}
			found = true
			table := firstProfile * 2048
			index := int(binary.BigEndian.Uint16(at[6:]))
			profile := file[table+u32(table+4*index) : table+u32(table+4*index+4)]
			if Status(profile[0]) != row.Profile.Status {
				t.Fatal("status")
			}
			name := CanonicalName(row.Name)
			first := func(text string) uint32 { return binary.BigEndian.Uint32(mac(text)) }
			want := (1+first("\x00name\x00"+row.Subject+"\x00"+name)%63)<<10 |
				(512 + first("\x00birth\x00"+row.Subject+"\x00"+name+"\x00"+row.Birth)%512)
			if got := binary.BigEndian.Uint16(at[8:]); uint32(got) != want {
				t.Fatalf("tag %d, want %d", got, want)
			}
		}
		if !found {
			t.Fatalf("the row of %q is not in its bucket", row.Name)
		}
	}
}

// TestKeySplit compares the 128-bit arithmetic with the builder's 69 bits.
func TestKeySplit(t *testing.T) {
	h := newHasher(testKey)
	for i := range 1000 {
		k := h.key(person(i).Subject)
		kept := record{k.hi, k.lo >> 59 << 59}.rowKey()
		for bits := uint8(0); bits <= maxBucketBits; bits++ {
			bucket, remainder := k.split(bits)
			if b2, r2 := kept.split(bits); b2 != bucket || r2 != remainder {
				t.Fatalf("%d bits: the builder keeps too little of a key", bits)
			}
			if bucket>>bits != 0 || remainder>>48 != 0 {
				t.Fatalf("%d bits: %d, %d", bits, bucket, remainder)
			}
			if b3, r3 := keyOf(bucket, remainder, bits, []byte{0xa5}).split(bits); b3 != bucket || r3 != remainder {
				t.Fatalf("%d bits: not the inverse", bits)
			}
		}
	}
	for rows, want := range map[int]uint8{0: 0, 48: 0, 49: 1, 10_000_000: 18, MaxRows: 21} {
		if got := bucketBitsFor(rows); got != want {
			t.Errorf("%d rows: %d bits, want %d", rows, got, want)
		}
	}
}
