package roster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// resign makes the file's hashes fit its pages again, and returns the manifest an
// authority would then sign.
func resign(file []byte, m Manifest) Manifest {
	pages := len(file) / (pageSize + hashSize)
	for i := range pages {
		var p page
		copy(p.bytes(), file[i*pageSize:])
		leaf := p.leaf()
		copy(file[pages*pageSize+i*hashSize:], leaf[:])
	}
	m.Root = merkleRoot(file[pages*pageSize:])
	m.Size = int64(len(file))
	return m
}

// lookupAll looks up every row with a fresh Roster and returns the first error.
func lookupAll(path string, m Manifest, rows []Row) error {
	r, err := Open(path, m, testKey)
	if err != nil {
		return err
	}
	defer r.Close()
	for _, row := range rows {
		if _, err := r.Lookup(row.Subject, row.Name, row.Birth); err != nil {
			return err
		}
	}
	return nil
}

// TestEveryByteFlipped changes one bit of every byte of a list in turn. Header,
// directory and hashes must be refused at Open, rows and profiles at the latest by
// a lookup that touches their page.
func TestEveryByteFlipped(t *testing.T) {
	rows := persons(230) // two pages of rows
	file, m := build(t, rows)
	path := save(t, file)
	if err := lookupAll(path, m, rows); err != nil {
		t.Fatalf("control: %v", err)
	}
	h, err := parseHeader(file[:pageSize])
	if err != nil {
		t.Fatal(err)
	}
	// One row for each page of rows, found by asking which page a lookup needs.
	rowOn := make(map[int]Row)
	whole := open(t, path, m)
	keys := newHasher(testKey)
	for _, row := range rows {
		if _, _, found, err := whole.find(keys, keys.key(row.Subject)); !found || err != nil {
			t.Fatal(found, err)
		}
		for p := h.firstRowPage(); p < h.firstProfilePage(); p++ {
			if string(keys.page.bytes()) == string(file[p*pageSize:][:pageSize]) {
				rowOn[p] = row
			}
		}
	}
	disk, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	random := rand.New(rand.NewPCG(4, 4))
	regions := make(map[string]int)
	for at := range file {
		flipped := file[at] ^ 1<<random.IntN(8)
		if _, err := disk.WriteAt([]byte{flipped}, int64(at)); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, m, testKey)
		var region string
		switch p := at / pageSize; {
		case p == 0:
			region = "header"
		case p < h.firstRowPage():
			region = "directory"
		case p < h.firstProfilePage():
			region = "rows"
		case p < h.pages():
			region = "profiles"
		default:
			region = "hashes"
		}
		regions[region]++
		switch region {
		case "rows", "profiles":
			if err != nil {
				t.Fatalf("%s, byte %d: open reads no %s: %v", region, at, region, err)
			}
			row, ok := rowOn[at/pageSize]
			if !ok {
				row = rows[0] // any row needs the one page of profiles
			}
			if got, err := r.Lookup(row.Subject, row.Name, row.Birth); !errors.Is(err, ErrDamaged) || got.Found {
				t.Fatalf("%s, byte %d: %+v, %v", region, at, got, err)
			}
			if at%16 == 0 { // it takes the longest
				if err := r.Verify(); !errors.Is(err, ErrDamaged) {
					t.Fatalf("%s, byte %d: verify: %v", region, at, err)
				}
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		default:
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("%s, byte %d: %v", region, at, err)
			}
		}
		if _, err := disk.WriteAt(file[at:at+1], int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := lookupAll(path, m, rows); err != nil {
		t.Fatalf("control, restored: %v", err)
	}
	for _, region := range []string{"header", "directory", "rows", "profiles", "hashes"} {
		if regions[region] == 0 {
			t.Errorf("no byte of the %s was flipped", region)
		}
	}
	t.Logf("bytes flipped: %v", regions)
}

// TestForgery lets an attacker turn a refusal into an admission on disk. It works
// against whoever would trust the file's own hashes, and not against the root.
func TestForgery(t *testing.T) {
	rows := []Row{
		{Subject: "vn.id:001190000001", Profile: Profile{Status: Refuse}},
		{Subject: "vn.id:001190000002", Profile: Profile{Status: Admit}},
	}
	file, m := build(t, rows)
	h, err := parseHeader(file[:pageSize])
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows { // every row now has the profile that admits
		binary.BigEndian.PutUint16(file[h.firstRowPage()*pageSize+i*rowSize+6:], 1)
	}
	path := save(t, file)
	if r := open(t, path, m); r != nil {
		if _, err := r.Lookup(rows[0].Subject, "", ""); !errors.Is(err, ErrDamaged) {
			t.Errorf("changed row: %v", err)
		}
	}
	forged := resign(file, m)
	path = save(t, file)
	r := open(t, path, forged)
	if got, err := r.Lookup(rows[0].Subject, "", ""); err != nil || got.Profile.Status != Admit {
		t.Fatalf("control: the forgery itself must work: %+v, %v", got, err)
	}
	if _, err := Open(path, m, testKey); !errors.Is(err, ErrDamaged) {
		t.Errorf("changed row and hashes: %v", err)
	}
}

// A trusting reader finds rows as the package documentation says and checks no hash.
type trusting struct {
	file []byte
	h    header
}

func (r trusting) status(subject string) (Status, bool) {
	key := newHasher(testKey).key(subject)
	bucket, remainder := key.split(r.h.bucketBits)
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(r.file[at:])) }
	for i := u32(pageSize + 4*int(bucket)); i < u32(pageSize+4*int(bucket)+4); i++ {
		row := r.file[(r.h.firstRowPage()+i/rowsPerPage)*pageSize+i%rowsPerPage*rowSize:][:rowSize]
		if binary.BigEndian.Uint64(append(row[:6:6], 0, 0))>>16 == remainder {
			table := r.h.firstProfilePage() * pageSize
			return Status(r.file[table+u32(table+4*int(binary.BigEndian.Uint16(row[6:])))]), true
		}
	}
	return Refuse, false
}

// TestBitAgainstTrustingReader flips one bit in each region of an installed list.
// Whoever trusts the file lets somebody pass whom the authority turns away, or no
// longer finds them; here it is damage.
func TestBitAgainstTrustingReader(t *testing.T) {
	rows := []Row{
		{Subject: "vn.id:001190000001", Profile: Profile{Status: Refuse}},
		{Subject: "vn.id:001190000002", Profile: Profile{Status: Refer}},
		{Subject: "vn.id:001190000003", Profile: Profile{Status: Admit}},
	}
	good, m := build(t, rows)
	h, err := parseHeader(good[:pageSize])
	if err != nil {
		t.Fatal(err)
	}
	thief := rows[0].Subject
	if status, found := (trusting{good, h}).status(thief); !found || status != Refuse {
		t.Fatalf("control: %v %v", status, found)
	}
	if got, err := open(t, save(t, good), m).Lookup(thief, "", ""); err != nil || got.Profile.Status != Refuse {
		t.Fatalf("control: %+v, %v", got, err)
	}
	firstRow, table := h.firstRowPage()*pageSize, h.firstProfilePage()*pageSize
	place := -1 // of the thief's row
	for i := range rows {
		if _, remainder := newHasher(testKey).key(thief).split(h.bucketBits); remainderAt(good[firstRow:], i) == remainder {
			place = firstRow + i*rowSize
		}
	}
	for _, region := range []struct {
		name  string
		at    int
		bit   byte
		works func(Status, bool) bool
	}{
		{"directory", pageSize + 7, 3, func(_ Status, found bool) bool { return !found }}, // three rows in the bucket: now none
		{"row: remainder", place, 0x80, func(_ Status, found bool) bool { return !found }},
		{"row: profile", place + 7, 2, func(s Status, found bool) bool { return found && s == Admit }},
		{"profile: status", table + 4*(int(h.profiles)+1), byte(Refuse ^ Admit), func(s Status, found bool) bool { return found && s == Admit }},
	} {
		file := append([]byte(nil), good...)
		file[region.at] ^= region.bit
		if status, found := (trusting{file, h}).status(thief); !region.works(status, found) {
			t.Errorf("%s: the attack is gone: the trusting reader says %v, %v", region.name, status, found)
		}
		r, err := Open(save(t, file), m, testKey)
		if err == nil {
			_, err = r.Lookup(thief, "", "")
			r.Close()
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", region.name, err)
		}
	}
}

// TestChangedAfterOpen changes the file under an open list.
func TestChangedAfterOpen(t *testing.T) {
	rows := persons(5000)
	file, m := build(t, rows)
	path := save(t, file)
	r := open(t, path, m)
	if got, err := r.Lookup(rows[0].Subject, "", ""); err != nil || !got.Found {
		t.Fatalf("control: %+v, %v", got, err)
	}
	disk, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	garbage := make([]byte, len(file))
	if _, err := disk.WriteAt(garbage, 0); err != nil {
		t.Fatal(err)
	}
	// The page was good a moment ago: a list that remembered that would answer.
	if got, err := r.Lookup(rows[0].Subject, "", ""); !errors.Is(err, ErrDamaged) || got.Found {
		t.Errorf("overwritten: %+v, %v", got, err)
	}
	if _, err := disk.WriteAt(file, 0); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Lookup(rows[0].Subject, "", ""); err != nil || !got.Found {
		t.Errorf("restored: %+v, %v", got, err)
	}
	// Cut short, the kernel sends SIGBUS for the pages that are gone.
	if err := disk.Truncate(10); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[:50] {
		if got, err := r.Lookup(row.Subject, "", ""); !errors.Is(err, ErrDamaged) || got.Found {
			t.Fatalf("cut short: %+v, %v", got, err)
		}
	}
	if err := r.Verify(); !errors.Is(err, ErrDamaged) {
		t.Errorf("cut short: verify: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file, m := build(t, persons(100))
	path := save(t, file)
	_, otherM := build(t, persons(101))
	otherKey := make([]byte, KeySize)
	change := func(f func(*Manifest)) Manifest {
		c := m
		f(&c)
		return c
	}
	tests := []struct {
		name string
		path string
		m    Manifest
		key  []byte
		err  error
	}{
		{"cut by a byte", save(t, file[:len(file)-1]), m, testKey, ErrDamaged},
		{"cut to nothing", save(t, nil), m, testKey, ErrDamaged},
		{"cut to half", save(t, file[:len(file)/2]), m, testKey, ErrDamaged},
		{"a byte more", save(t, append(file[:len(file):len(file)], 0)), m, testKey, ErrDamaged},
		{"zeros", save(t, make([]byte, len(file))), m, testKey, ErrDamaged},
		{"a folder", t.TempDir(), m, testKey, ErrDamaged},
		{"missing", filepath.Join(t.TempDir(), "none"), m, testKey, os.ErrNotExist},
		{"another list's manifest", path, otherM, testKey, ErrDamaged},
		{"another root", path, change(func(m *Manifest) { m.Root[0] ^= 1 }), testKey, ErrDamaged},
		{"another size", path, change(func(m *Manifest) { m.Size += pageSize + hashSize }), testKey, ErrDamaged},
		{"a size of no list", path, change(func(m *Manifest) { m.Size-- }), testKey, ErrManifest},
		{"other rows", path, change(func(m *Manifest) { m.Rows++ }), testKey, ErrManifest},
		{"another epoch", path, change(func(m *Manifest) { m.Epoch++ }), testKey, ErrManifest},
		{"no manifest", path, Manifest{}, testKey, ErrManifest},
		{"another key", path, m, otherKey, ErrKey},
		{"half a key", path, m, testKey[:16], ErrKey},
		{"no key", path, m, nil, ErrKey},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := Open(test.path, test.m, test.key)
			if !errors.Is(err, test.err) || r != nil {
				t.Fatalf("%v, %v", r, err)
			}
			t.Log(err)
		})
	}
}

// TestEarlierFormat: a list of the format before is refused in a sentence that says
// so, by its manifest and by its file.
func TestEarlierFormat(t *testing.T) {
	file, m := build(t, persons(100))
	text, err := m.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseManifest(text); err != nil {
		t.Fatalf("control: %v", err)
	}
	_, err = ParseManifest([]byte(strings.Replace(string(text), manifestFormat, formatBefore, 1)))
	const says = ", and this program reads "
	if !errors.Is(err, ErrManifest) || !errors.Is(err, ErrEarlier) || !strings.Contains(err.Error(), formatBefore+says+manifestFormat+": ask the authority to build") {
		t.Errorf("manifest: %v", err)
	}
	copy(file, magicBefore)
	m = resign(file, m)
	_, err = Open(save(t, file), m, testKey)
	if !errors.Is(err, ErrFormat) || !errors.Is(err, ErrEarlier) || !strings.Contains(err.Error(), magicBefore+says+magic+": ask the authority to build") {
		t.Errorf("file: %v", err)
	}
}

// TestSignedNonsense opens lists that the root vouches for and that no builder
// would have written.
func TestSignedNonsense(t *testing.T) {
	rows := persons(900)
	good, m := build(t, rows)
	h, err := parseHeader(good[:pageSize])
	if err != nil {
		t.Fatal(err)
	}
	firstRow, table := h.firstRowPage()*pageSize, h.firstProfilePage()*pageSize
	put32 := func(at int, v uint32) func([]byte) {
		return func(b []byte) { binary.BigEndian.PutUint32(b[at:], v) }
	}
	set := func(at int, v byte) func([]byte) { return func(b []byte) { b[at] = v } }
	tests := []struct {
		name   string
		change func([]byte)
	}{
		{"magic", set(0, 'X')},
		{"page size", put32(8, 4096)},
		{"bucket bits", set(12, 22)},
		{"other bucket bits", set(12, h.bucketBits+7)},
		{"reserved", set(13, 1)},
		{"rows", put32(20, MaxRows+1)},
		{"fewer rows", put32(20, 10)},
		{"profiles", put32(24, MaxProfiles+1)},
		{"profile bytes", put32(28, 3)},
		{"many profile bytes", put32(28, 1<<32-1)},
		{"header's padding", set(pageSize-1, 1)},
		{"directory begins late", put32(pageSize, 1)},
		{"directory falls", put32(pageSize+4*3, 899)},
		{"directory beyond the rows", put32(pageSize+4<<h.bucketBits, 901)},
		{"directory's padding", set(2*pageSize-1, 1)},
		{"rows' order", func(b []byte) { copy(b[firstRow:firstRow+rowSize], b[firstRow+rowSize:]) }},
		{"rows' profile", set(firstRow+6, 0xff)},
		{"a page's padding", set(firstRow+pageSize-1, 1)},
		{"the last rows' padding", set(table-1, 1)},
		{"first offset", put32(table, 0)},
		{"an offset", put32(table+4, 1<<31)},
		{"last offset", put32(table+4*int(h.profiles), 24)},
		{"status", set(table+4*(int(h.profiles)+1), 4)},
		{"flags", set(table+4*(int(h.profiles)+1)+1, 4)},
		{"profiles' padding", set(h.pages()*pageSize-1, 1)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := append([]byte(nil), good...)
			test.change(file)
			m := resign(file, m)
			r, err := newRoster(mapping(file), m, testKey)
			if err == nil {
				err = r.Verify()
				for _, row := range rows {
					_, _ = r.Lookup(row.Subject, row.Name, row.Birth) // whatever it says, it must say it
				}
			}
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrManifest) {
				t.Fatalf("%v", err)
			}
		})
	}
}

// TestCollision uses two invented numbers whose keys were searched for under the
// test key: they agree in the first 48 bits.
func TestCollision(t *testing.T) {
	first, second := Row{Subject: fmt.Sprintf("vn.id:%012d", 24449192)}, Row{Subject: fmt.Sprintf("vn.id:%012d", 26483997)}
	_, err := Build(discard{}, identity(), testKey, sequence([]Row{first, person(1), second}))
	if !errors.Is(err, ErrCollision) || !strings.Contains(err.Error(), "new list key") ||
		!strings.Contains(err.Error(), "row 1") || !strings.Contains(err.Error(), "row 3") {
		t.Fatalf("%v", err)
	}
	// The advice is good: under another key they do not collide.
	other := append([]byte{1}, testKey[1:]...)
	if _, err := Build(discard{}, identity(), other, sequence([]Row{first, person(1), second})); err != nil {
		t.Fatalf("control: %v", err)
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
