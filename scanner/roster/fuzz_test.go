package roster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

var writeSeeds = flag.Bool("write-seeds", false, "write testdata/fuzz/FuzzOpenRoster and testdata/golden.* anew")

const seedFolder = "testdata/fuzz/FuzzOpenRoster"

// assemble lays out a file from unpadded sections, with rows paged, and signs it:
// the fuzzer gets behind the root, where only an authority's mistake would.
func assemble(head, directory, rows, profiles []byte) ([]byte, Manifest) {
	var file []byte
	section := func(b []byte) {
		file = append(file, b...)
		for len(file)%pageSize != 0 {
			file = append(file, 0)
		}
	}
	section(head[:min(len(head), pageSize)])
	if len(head) == 0 {
		file = make([]byte, pageSize)
	}
	check := newHasher(testKey).keyCheck()
	copy(file[32:], check[:])
	section(directory)
	for len(rows) > 0 {
		n := min(len(rows), rowsPerPage*rowSize)
		section(rows[:n])
		rows = rows[n:]
	}
	section(profiles)
	file = append(file, make([]byte, len(file)/pageSize*hashSize)...)
	m := identity()
	m.Epoch, m.Rows = binary.BigEndian.Uint32(file[16:]), binary.BigEndian.Uint32(file[20:])
	return file, resign(file, m)
}

// sections is assemble's inverse for a well-formed file.
func sections(t *testing.T, file []byte) (head, directory, rows, profiles []byte) {
	h, err := parseHeader(file[:pageSize])
	if err != nil {
		t.Fatal(err)
	}
	head = file[:48]
	directory = file[pageSize:][:4*(1<<h.bucketBits+1)]
	for i := range int(h.rows) {
		rows = append(rows, file[(h.firstRowPage()+i/rowsPerPage)*pageSize+i%rowsPerPage*rowSize:][:rowSize]...)
	}
	profiles = file[h.firstProfilePage()*pageSize:][:h.profileBytes]
	return head, directory, rows, profiles
}

func FuzzOpenRoster(f *testing.F) {
	f.Fuzz(func(t *testing.T, head, directory, rows, profiles []byte) {
		file, m := assemble(head, directory, rows, profiles)
		r, err := newRoster(mapping(file), m, testKey)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrManifest) {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		valid := r.Verify()
		if valid != nil && !errors.Is(valid, ErrFormat) {
			t.Fatalf("an error without a kind: %v", valid)
		}
		for i := range 20 {
			row := person(i)
			if _, err := r.Lookup(row.Subject, row.Name, row.Birth); err != nil && valid == nil {
				t.Fatalf("verified, and yet: %v", err)
			}
		}
		for _, err := range r.Profiles() {
			if err != nil && valid == nil {
				t.Fatalf("verified, and yet: %v", err)
			}
		}
		if valid != nil {
			return
		}
		// What verifies is a list that a builder would have written: each row is
		// found under its own key, and says what it says.
		h := newHasher(testKey)
		_, _, rows, _ = sections(t, file)
		for bucket := range len(r.directory) - 1 {
			for i := r.directory[bucket]; i < r.directory[bucket+1]; i++ {
				row := rows[i*rowSize:][:rowSize]
				k := keyOf(uint32(bucket), binary.BigEndian.Uint64(row)>>16, r.header.bucketBits, row)
				profile, tagged, found, err := r.find(h, k)
				if err != nil || !found || profile != int(binary.BigEndian.Uint16(row[6:])) || tagged != tag(binary.BigEndian.Uint16(row[8:])) {
					t.Fatalf("row %d: %d %d %v %v", i, profile, tagged, found, err)
				}
			}
		}
	})
}

// keyOf is rowKey.split's inverse, with the bits it drops taken from noise.
func keyOf(bucket uint32, remainder uint64, bucketBits uint8, noise []byte) rowKey {
	var b [16]byte
	at := 0
	put := func(v uint64, bits int) {
		for i := bits - 1; i >= 0; i-- {
			b[at/8] |= byte(v>>i&1) << (7 - at%8)
			at++
		}
	}
	put(uint64(bucket), int(bucketBits))
	put(remainder, remainderBits)
	for i := 0; at < 128; i++ {
		put(uint64(noise[i%len(noise)]), min(8, 128-at))
	}
	return rowKey{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
}

// seeds are the sections the fuzzer starts from.
func seeds(t *testing.T) map[string][4][]byte {
	all := make(map[string][4][]byte)
	for name, n := range map[string]int{"empty": 0, "one": 1, "three": 3, "two-pages": 300} {
		file, _ := build(t, persons(n))
		head, directory, rows, profiles := sections(t, file)
		all[name] = [4][]byte{head, directory, rows, profiles}
	}
	three := all["three"]
	swapped := bytes.Clone(three[2])
	copy(swapped, three[2][rowSize:2*rowSize])
	copy(swapped[rowSize:], three[2][:rowSize])
	all["swapped-rows"] = [4][]byte{three[0], three[1], swapped, three[3]}
	all["wide-directory"] = [4][]byte{bytes.Replace(bytes.Clone(three[0]), []byte{8, 0, 0}, []byte{8, 0, 8}, 1), bytes.Repeat([]byte{0, 0, 0, 3}, 257), three[2], three[3]}
	all["cut-profiles"] = [4][]byte{three[0], three[1], three[2], three[3][:20]}
	all["nothing"] = [4][]byte{nil, nil, nil, nil}
	return all
}

// TestSeeds holds that the fuzzer's seeds exist and are of today's format.
func TestSeeds(t *testing.T) {
	if *writeSeeds {
		if err := os.MkdirAll(seedFolder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, seed := range seeds(t) {
			text := "go test fuzz v1\n"
			for _, section := range seed {
				text += "[]byte(" + strconv.Quote(string(section)) + ")\n"
			}
			if err := os.WriteFile(filepath.Join(seedFolder, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(seedFolder)
	if err != nil || len(entries) < 8 {
		t.Fatalf("%d seeds in %s, %v: run go test ./scanner/roster -run TestSeeds -write-seeds", len(entries), seedFolder, err)
	}
	for name, seed := range seeds(t) {
		text, err := os.ReadFile(filepath.Join(seedFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range seed {
			if !bytes.Contains(text, []byte("[]byte("+strconv.Quote(string(section))+")\n")) {
				t.Errorf("seed %s is not what the builder writes today", name)
			}
		}
	}
	for _, name := range []string{"empty", "one", "three", "two-pages"} {
		seed := seeds(t)[name]
		file, m := assemble(seed[0], seed[1], seed[2], seed[3])
		r, err := newRoster(mapping(file), m, testKey)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Verify(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
