package roster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var writeSeeds = flag.Bool("write-seeds", false, "write testdata/fuzz and testdata/golden.* anew")

const seedFolder = "testdata/fuzz"

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

// FuzzListFile takes any bytes for a list's file, and a good file with some bytes
// changed: what is answered is what the authority signed, or nothing.
func FuzzListFile(f *testing.F) {
	rows := persons(300)
	good, m := build(f, rows)
	f.Fuzz(func(t *testing.T, at uint32, content []byte) {
		// As a file of its own, under a manifest that fits what it says.
		own := append([]byte(nil), content...)
		for len(own) == 0 || len(own)%(pageSize+hashSize) != 0 {
			own = append(own, 0)
		}
		for _, resigned := range []bool{false, true} {
			om := m
			om.Size, om.Epoch, om.Rows = int64(len(own)), binary.BigEndian.Uint32(own[16:]), binary.BigEndian.Uint32(own[20:])
			if resigned {
				om = resign(own, om)
			}
			r, err := newRoster(mapping(own), om, testKey)
			if err == nil && !resigned {
				t.Fatal("opened what nobody signed")
			}
			if err != nil {
				if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrManifest) && !errors.Is(err, ErrKey) {
					t.Fatalf("an error without a kind: %v", err)
				}
				continue
			}
			valid := r.Verify()
			if _, err := r.Lookup(rows[0].Subject, rows[0].Name, rows[0].Birth); valid == nil && err != nil {
				t.Fatalf("verified, and yet: %v", err)
			}
		}
		// As a change of a good file.
		file := append([]byte(nil), good...)
		changed := false
		for i, x := range content {
			if place := int(at) + i; place < len(file) {
				file[place] ^= x
				changed = changed || x != 0
			}
		}
		r, err := newRoster(mapping(file), m, testKey)
		if err != nil {
			if !changed || !errors.Is(err, ErrDamaged) {
				t.Fatalf("changed %v: %v", changed, err)
			}
			return
		}
		for _, row := range rows {
			got, err := r.Lookup(row.Subject, row.Name, row.Birth)
			if err != nil && (!changed || !errors.Is(err, ErrDamaged)) {
				t.Fatalf("changed %v: %v", changed, err)
			}
			if err == nil && (!got.Found || got.DetailsDiffer || !sameProfile(got.Profile, row.Profile)) {
				t.Fatalf("an answer that nobody signed: %+v", got)
			}
		}
		if err := r.Verify(); changed != (err != nil) {
			t.Fatalf("changed %v: verify: %v", changed, err)
		}
	})
}

// fileSeeds are what FuzzListFile starts from.
func fileSeeds(t *testing.T) map[string][]byte {
	good, _ := build(t, persons(3))
	return map[string][]byte{
		"nothing": nil, "whole": good, "cut": good[:3000], "earlier": append([]byte(magicBefore), good[8:]...),
		"a-bit": {1}, "a-row": bytes.Repeat([]byte{0xff}, rowSize), "a-page": bytes.Repeat([]byte{0x5a}, pageSize),
	}
}

// FuzzRows reads any bytes as CSV and as JSON Lines: a row that is read can be
// built and found, and an error names its line and repeats no number.
func FuzzRows(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		for name, read := range map[string]func(io.Reader) iter.Seq2[Row, error]{"csv": ReadCSV, "jsonl": ReadJSONL} {
			last := 0
			for row, err := range read(bytes.NewReader(text)) {
				if err != nil {
					if !errors.Is(err, ErrCSV) && !errors.Is(err, ErrJSONL) && !errors.Is(err, ErrRow) && !errors.Is(err, ErrProfile) && !errors.Is(err, ErrHours) {
						t.Fatalf("%s: an error without a kind: %v", name, err)
					}
					if !strings.Contains(err.Error(), "line ") || strings.Contains(err.Error(), "90777777") {
						t.Fatalf("%s: an error without a line, or with a number: %v", name, err)
					}
					continue
				}
				if row.Line <= last {
					t.Fatalf("%s: line %d after line %d", name, row.Line, last)
				}
				last = row.Line
				var file bytes.Buffer
				m, err := Build(&file, identity(), testKey, sequence([]Row{row}))
				if err != nil {
					t.Fatalf("%s: a row that was read cannot be built: %v", name, err)
				}
				r, err := newRoster(mapping(file.Bytes()), m, testKey)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := r.Lookup(row.Subject, row.Name, row.Birth); err != nil || !got.Found || got.DetailsDiffer || !sameProfile(got.Profile, row.Profile) {
					t.Fatalf("%s: built, and found as %+v, %v", name, got, err)
				}
			}
		}
	})
}

// rowSeeds are what FuzzRows starts from.
func rowSeeds() map[string][]byte {
	return map[string][]byte{
		"table": []byte(goodTable), "lines": []byte(goodLines),
		"quote":       []byte("subject,status\nvn.id:001190777777,admit\n\""),
		"fields":      []byte("subject,status\nvn.id:001190777777\nvn.id:001190777777,admit\n"),
		"inside-out":  []byte("subject,status,not_before,not_after\nvn.id:001190777777,admit,2027-01-01,2026-01-01\n"),
		"hours":       []byte("subject,status,hours\nvn.id:001190777777,admit,Fri-Mon 22:00-06:00; Wed 00:00-24:00\n"),
		"twice":       []byte(`{"subject":"vn.id:001190777777","status":"admit","status":"refuse"}`),
		"two-on-line": []byte(`{"subject":"vn.id:001190777777","status":"admit"}{"subject":"vn.id:001190777778","status":"admit"}`),
		"nested":      []byte(`{"subject":"vn.id:001190777777","status":"admit","zones":[["A"]]}`),
		"nothing":     nil,
	}
}

// TestSeeds holds that the fuzzer's seeds exist and are of today's format.
func TestSeeds(t *testing.T) {
	all := map[string]map[string][]string{"FuzzOpenRoster": {}, "FuzzListFile": {}, "FuzzDelta": {}, "FuzzRows": {}}
	quoted := func(b []byte) string { return "[]byte(" + strconv.Quote(string(b)) + ")" }
	for name, seed := range seeds(t) {
		for _, section := range seed {
			all["FuzzOpenRoster"][name] = append(all["FuzzOpenRoster"][name], quoted(section))
		}
	}
	for i, name := range slices.Sorted(maps.Keys(fileSeeds(t))) {
		all["FuzzListFile"][name] = []string{fmt.Sprintf("uint32(%d)", i*1777), quoted(fileSeeds(t)[name])}
	}
	for name, seed := range deltaSeeds(t) {
		all["FuzzDelta"][name] = []string{quoted(seed)}
	}
	for name, seed := range rowSeeds() {
		all["FuzzRows"][name] = []string{quoted(seed)}
	}
	for target, seeds := range all {
		folder := filepath.Join(seedFolder, target)
		if *writeSeeds {
			if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o755)); err != nil {
				t.Fatal(err)
			}
		}
		for name, values := range seeds {
			path := filepath.Join(folder, name)
			want := "go test fuzz v1\n" + strings.Join(values, "\n") + "\n"
			if *writeSeeds {
				if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != want {
				t.Errorf("seed %s is not what the builder writes today (%v): run go test ./scanner/roster -run TestSeeds -write-seeds", path, err)
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
