package roster

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// testKey is a list key for tests only.
var testKey = bytes.Repeat([]byte{7}, KeySize)

// identity is a manifest before Build.
func identity() Manifest {
	return Manifest{
		Name: "gate", Authority: "Chốt test authority", Version: 1, Epoch: 1,
		Issued:     time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		StaleAfter: 24 * time.Hour, ExpireAfter: 7 * 24 * time.Hour,
	}
}

func sequence(rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func build(t testing.TB, rows []Row) ([]byte, Manifest) {
	t.Helper()
	var file bytes.Buffer
	m, err := Build(&file, identity(), testKey, sequence(rows))
	if err != nil {
		t.Fatal(err)
	}
	if int64(file.Len()) != m.Size {
		t.Fatalf("built %d bytes, the manifest says %d", file.Len(), m.Size)
	}
	return file.Bytes(), m
}

func save(t testing.TB, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string, m Manifest) *Roster {
	t.Helper()
	r, err := Open(path, m, testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// person is an invented row; persons of different numbers differ.
func person(i int) Row {
	profiles := [...]Profile{
		{Status: Admit},
		{Status: Refuse, Message: "Thẻ đã báo mất"},
		{Status: Watch, Zones: []string{"A", "B"}},
		{Status: Refer, NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Status: Admit, Purposes: []string{"work"}, Hours: mustHours("Mon-Fri 06:00-18:00")},
	}
	return Row{
		Subject: fmt.Sprintf("vn.id:001%09d", i), Name: fmt.Sprintf("Nguyễn Thị Ví Dụ %d", i),
		Birth: fmt.Sprintf("19%02d-%02d-%02d", i%90+10, i%12+1, i%28+1), Profile: profiles[i%len(profiles)],
	}
}

func persons(n int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = person(i)
	}
	return rows
}

func mustHours(text string) Hours {
	h, err := ParseHours(text)
	if err != nil {
		panic(err)
	}
	return h
}

func sameProfile(a, b Profile) bool {
	x, errX := appendProfile(nil, a)
	y, errY := appendProfile(nil, b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// TestModel compares lists of many sizes with a map.
func TestModel(t *testing.T) {
	for _, n := range []int{0, 1, 2, 48, 49, 408, 409, 410, 818, 819, 5000, 60_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(n)))
			model := make(map[string]Row)
			for len(model) < n {
				row := person(random.IntN(1 << 29))
				model[row.Subject] = row
			}
			rows := make([]Row, 0, n)
			for _, row := range model {
				rows = append(rows, row)
			}
			file, m := build(t, rows)
			r := open(t, save(t, file), m)
			if err := r.Verify(); err != nil {
				t.Fatal(err)
			}
			for subject, row := range model {
				got, err := r.Lookup(subject, strings.ToUpper(row.Name), row.Birth)
				if err != nil || !got.Found || got.DetailsDiffer || !sameProfile(got.Profile, row.Profile) {
					t.Fatalf("row of %q: %+v, %v", row.Name, got, err)
				}
			}
			for range 2000 {
				row := person(random.IntN(1 << 29))
				_, listed := model[row.Subject]
				if got, err := r.Lookup(row.Subject, row.Name, row.Birth); err != nil || got.Found != listed {
					t.Fatalf("listed %v, found %+v, %v", listed, got, err)
				}
			}
			if got, err := r.Lookup("", "", ""); err != nil || got.Found {
				t.Fatalf("no subject: %+v, %v", got, err)
			}
		})
	}
}

func TestDeterminism(t *testing.T) {
	rows := persons(3000)
	file, m := build(t, rows)
	random := rand.New(rand.NewPCG(2, 3))
	for range 3 {
		random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		// A repeated row changes nothing either.
		again, m2 := build(t, append(slices.Clone(rows), rows[0], rows[7]))
		if !bytes.Equal(file, again) || m != m2 {
			t.Fatal("another order of rows made another file")
		}
	}
	rows[5].Profile.Message = "khác"
	if changed, m3 := build(t, rows); bytes.Equal(file, changed) || m3.Root == m.Root {
		t.Fatal("a changed row did not change the file")
	}
}

func TestBuildRefuses(t *testing.T) {
	with := func(change func(*Row)) []Row {
		rows := persons(3)
		change(&rows[2])
		return rows
	}
	tests := []struct {
		name string
		rows []Row
		err  error
		says string
	}{
		{"same subject, other profile", with(func(r *Row) { r.Subject = person(0).Subject }), ErrDuplicate, "row 1 and row 3"},
		{"same subject, other name", []Row{person(0), {Subject: person(0).Subject, Name: "Trần Văn Mẫu", Birth: person(0).Birth, Profile: person(0).Profile}}, ErrDuplicate, "row 1 and row 2"},
		{"lines", []Row{{Subject: "vn.cmnd:012345678", Line: 12}, {Subject: "vn.cmnd:012345678", Profile: Profile{Status: Admit}, Line: 340}}, ErrDuplicate, "line 12 and line 340"},
		{"no subject", with(func(r *Row) { r.Subject = "" }), ErrRow, "row 3"},
		{"no namespace", with(func(r *Row) { r.Subject = "001000000002" }), ErrRow, "row 3: subject"},
		{"lost zeros", with(func(r *Row) { r.Subject = "vn.id:1000000002" }), ErrRow, "leading zeros"},
		{"letters", with(func(r *Row) { r.Subject = "vn.id:00100000000x" }), ErrRow, "other characters"},
		{"line break", with(func(r *Row) { r.Subject = "pass.x:a\nb" }), ErrRow, "control"},
		{"long subject", with(func(r *Row) { r.Subject = "pass.x:" + strings.Repeat("a", MaxSubject) }), ErrRow, "limit"},
		{"no letters", with(func(r *Row) { r.Name = " .- " }), ErrRow, "row 3: name"},
		{"birth", with(func(r *Row) { r.Birth = "31/12/1990" }), ErrRow, "1990-01-15"},
		{"no such day", with(func(r *Row) { r.Birth = "1990-02-30" }), ErrRow, "birth"},
		{"window inside out", with(func(r *Row) {
			r.Profile.NotBefore, r.Profile.NotAfter = time.Unix(2000, 0), time.Unix(1000, 0)
		}), ErrProfile, "not_before"},
		{"fraction", with(func(r *Row) { r.Profile.NotAfter = time.Unix(1, 1) }), ErrProfile, "whole seconds"},
		{"message", with(func(r *Row) { r.Profile.Message = strings.Repeat("é", MaxMessage/2+1) }), ErrProfile, "shorten"},
		{"two lines", with(func(r *Row) { r.Profile.Message = "a\nb" }), ErrProfile, "one line"},
		{"labels", with(func(r *Row) { r.Profile.Zones = make([]string, MaxLabels+1) }), ErrProfile, "zones"},
		{"label", with(func(r *Row) { r.Profile.Purposes = []string{"a;b"} }), ErrProfile, "purposes"},
		{"label twice", with(func(r *Row) { r.Profile.Purposes = []string{"a", "a"} }), ErrProfile, "number 2"},
		{"status", with(func(r *Row) { r.Profile.Status = 9 }), ErrProfile, "status"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Build(&bytes.Buffer{}, identity(), testKey, sequence(test.rows))
			if !errors.Is(err, test.err) || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("%v", err)
			}
			if strings.Contains(err.Error(), "00000000") || strings.Contains(err.Error(), "012345678") || strings.Contains(err.Error(), "Ví") {
				t.Fatalf("the message repeats a number or a name: %v", err)
			}
		})
	}
	if _, err := Build(&bytes.Buffer{}, identity(), testKey[:31], sequence(nil)); !errors.Is(err, ErrKey) {
		t.Errorf("short key: %v", err)
	}
	broken := errors.New("broken")
	if _, err := Build(&bytes.Buffer{}, identity(), testKey, func(yield func(Row, error) bool) { yield(Row{}, broken) }); !errors.Is(err, broken) {
		t.Errorf("error of the rows: %v", err)
	}
	if _, err := Build(failingWriter{}, identity(), testKey, sequence(persons(30_000))); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error of the writer: %v", err)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestTooManyProfiles(t *testing.T) {
	rows := func(n int) iter.Seq2[Row, error] {
		return func(yield func(Row, error) bool) {
			for i := range n {
				if !yield(Row{Subject: fmt.Sprintf("vn.id:%012d", i), Profile: Profile{Message: fmt.Sprint(i)}}, nil) {
					return
				}
			}
		}
	}
	var file bytes.Buffer
	m, err := Build(&file, identity(), testKey, rows(MaxProfiles))
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, save(t, file.Bytes()), m)
	for _, i := range []int{0, 1, 12345, MaxProfiles - 1} {
		if got, err := r.Lookup(fmt.Sprintf("vn.id:%012d", i), "", ""); err != nil || got.Profile.Message != fmt.Sprint(i) {
			t.Fatalf("profile %d: %+v, %v", i, got, err)
		}
	}
	if err := r.Verify(); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(&file, identity(), testKey, rows(MaxProfiles+1)); !errors.Is(err, ErrLimit) {
		t.Fatalf("%v", err)
	}
}

func TestProfiles(t *testing.T) {
	file, m := build(t, persons(20))
	r := open(t, save(t, file), m)
	seen := 0
	for p, err := range r.Profiles() {
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(persons(5), func(row Row) bool { return sameProfile(row.Profile, p) }) {
			t.Errorf("a profile nobody has: %+v", p)
		}
		seen++
	}
	if seen != 5 {
		t.Errorf("%d profiles, want 5", seen)
	}
}

func TestConcurrentLookup(t *testing.T) {
	rows := persons(2000)
	file, m := build(t, rows)
	r := open(t, save(t, file), m)
	var wait sync.WaitGroup
	for start := range 4 {
		wait.Go(func() {
			for i := start; i < len(rows); i += 3 {
				if got, err := r.Lookup(rows[i].Subject, rows[i].Name, rows[i].Birth); err != nil || !got.Found || got.DetailsDiffer {
					t.Errorf("row %d: %+v, %v", i, got, err)
					return
				}
			}
		})
	}
	wait.Wait()
}

func TestClosed(t *testing.T) {
	file, m := build(t, persons(3))
	r, err := Open(save(t, file), m, testKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmp.Or(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Lookup(person(0).Subject, "", ""); !errors.Is(err, ErrClosed) {
		t.Errorf("lookup: %v", err)
	}
	if err := r.Verify(); !errors.Is(err, ErrClosed) {
		t.Errorf("verify: %v", err)
	}
	for _, err := range r.Profiles() {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("profiles: %v", err)
		}
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	rows := persons(2000)
	file, m := build(t, rows)
	r := open(t, save(t, file), m)
	for _, row := range rows { // decodes the profiles
		if _, err := r.Lookup(row.Subject, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		row := rows[i%len(rows)]
		i++
		if got, err := r.Lookup(row.Subject, row.Name, row.Birth); err != nil || got.DetailsDiffer {
			t.Fatal(got, err)
		}
	}); n > 0 && !raceEnabled {
		t.Errorf("%v allocations a lookup", n)
	}
}
