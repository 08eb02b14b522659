package roster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// A change is how many rows of a list go, change and come.
type change struct{ removed, changed, added int }

// changeRows changes a list's rows; names are those of rows that are not in it.
func changeRows(rows []Row, c change, seed uint64) []Row {
	random := rand.New(rand.NewPCG(seed, 17))
	next := slices.Clone(rows)
	random.Shuffle(len(next), func(i, j int) { next[i], next[j] = next[j], next[i] })
	next = next[min(c.removed, len(next)):]
	for i := range min(c.changed, len(next)) {
		next[i].Profile.Status = (next[i].Profile.Status + 1) % 4
	}
	for i := range c.added {
		row := person(1_000_000 + int(seed)*100_000 + i)
		next = append(next, row)
	}
	return next
}

// A saved list is a list's file and manifest.
type saved struct {
	path string
	m    Manifest
}

func savedList(t testing.TB, file []byte, m Manifest) saved {
	t.Helper()
	return saved{save(t, file), m}
}

func diffSaved(w io.Writer, base, next saved) error {
	return Diff(w, base.path, base.m, next.path, next.m)
}

func mustDiff(t testing.TB, base, next saved) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := diffSaved(&out, base, next); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDelta(t *testing.T) {
	for _, row := range []struct {
		name string
		rows int
		change
	}{
		{"nothing", 500, change{}},
		{"all three", 500, change{20, 30, 25}},
		{"only gone", 500, change{removed: 40}},
		{"only changed", 500, change{changed: 40}},
		{"only come", 500, change{added: 40}},
		{"from nothing", 0, change{added: 40}},
		{"to nothing", 40, change{removed: 40}},
		{"all replaced", 45, change{removed: 45, added: 46}},
		{"all changed", 500, change{changed: 500}},
		{"many pages", 5000, change{300, 300, 300}},
	} {
		t.Run(row.name, func(t *testing.T) {
			rows := persons(row.rows)
			base, baseManifest := build(t, rows)
			next, nextManifest := build(t, changeRows(rows, row.change, 1))
			b, n := savedList(t, base, baseManifest), savedList(t, next, nextManifest)
			for _, way := range []struct {
				from, to saved
				want     []byte
			}{{b, n, next}, {n, b, base}} {
				delta := mustDiff(t, way.from, way.to)
				var out bytes.Buffer
				if err := Apply(&out, way.from.path, way.from.m, bytes.NewReader(delta), way.to.m); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(out.Bytes(), way.want) {
					t.Fatal("another file than the one that was built")
				}
				if !bytes.Equal(mustDiff(t, way.from, way.to), delta) {
					t.Error("compared twice, two deltas")
				}
				if row.change != (change{}) && !errors.Is(Apply(&out, way.from.path, way.from.m, bytes.NewReader(delta), way.from.m), ErrDelta) {
					t.Error("a delta gave a list it is not for")
				}
			}
		})
	}
}

// TestDeltaSize holds the figure of the package's documentation where a test can
// afford it; the benchmark prints it for ten million rows.
func TestDeltaSize(t *testing.T) {
	rows := persons(60_000)
	file, fileManifest := build(t, rows)
	b := savedList(t, file, fileManifest)
	for _, row := range []struct {
		change
		most float64 // bytes a changed row
	}{{change{333, 333, 333}, 6}, {change{removed: 999}, 2}, {change{changed: 999}, 3}, {change{added: 999}, 10.5}} {
		next, m := build(t, changeRows(rows, row.change, 2))
		n := savedList(t, next, m)
		size := float64(len(mustDiff(t, b, n))) / 999
		t.Logf("%+v: %.1f bytes a changed row", row.change, size)
		if size > row.most {
			t.Errorf("%+v: %.1f bytes a changed row, want %v", row.change, size, row.most)
		}
	}
}

func TestDiffRefuses(t *testing.T) {
	rows := persons(200)
	base, m := build(t, rows)
	b := savedList(t, base, m)
	other := identity()
	other.Epoch++
	var file bytes.Buffer
	otherKey := bytes.Repeat([]byte{9}, KeySize)
	om, err := Build(&file, other, otherKey, sequence(rows))
	if err != nil {
		t.Fatal(err)
	}
	n := savedList(t, file.Bytes(), om)
	if err := diffSaved(&file, b, n); !errors.Is(err, ErrDelta) {
		t.Errorf("another epoch: %v", err)
	}
	long, lm := build(t, persons(2000))
	if err := diffSaved(&file, b, savedList(t, long, lm)); !errors.Is(err, ErrDelta) {
		t.Errorf("ten times as long: %v", err)
	}
	base[5000] ^= 1
	if err := diffSaved(&file, savedList(t, base, m), b); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged: %v", err)
	}
	if err := diffSaved(failingWriter{}, b, b); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a disk that is full: %v", err)
	}
}

// deltaCase is a base, a delta and what it makes.
func deltaCase(t testing.TB) (path string, base, next Manifest, file, delta, made []byte) {
	rows := persons(60)
	baseFile, base := build(t, rows)
	made, next = build(t, changeRows(rows, change{4, 5, 6}, 3))
	b := savedList(t, baseFile, base)
	return b.path, base, next, baseFile, mustDiff(t, b, savedList(t, made, next)), made
}

// TestDeltaFailsClosed: whatever is wrong with a delta or its base, the outcome is
// an error or exactly the list that was signed.
func TestDeltaFailsClosed(t *testing.T) {
	path, base, next, file, delta, made := deltaCase(t)
	apply := func(path string, delta []byte) ([]byte, error) {
		var out bytes.Buffer
		err := Apply(&out, path, base, bytes.NewReader(delta), next)
		if err == nil && !bytes.Equal(out.Bytes(), made) {
			t.Error("a list that nobody signed")
		}
		if int64(out.Len()) > next.Size {
			t.Error("more was written than the list has")
		}
		return out.Bytes(), err
	}
	if _, err := apply(path, delta); err != nil { // the control
		t.Fatal(err)
	}
	for n := range delta {
		if _, err := apply(path, delta[:n]); !errors.Is(err, ErrDelta) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
	harmless := 0
	for i := range delta {
		for _, bit := range []int{i % 8, 7} {
			changed := bytes.Clone(delta)
			changed[i] ^= 1 << bit
			// Some bits say nothing, such as how much memory the frame may take.
			if _, err := apply(path, changed); err == nil {
				harmless++
			} else if !errors.Is(err, ErrDelta) && !errors.Is(err, ErrBase) {
				t.Fatalf("byte %d bit %d changed: %v", i, bit, err)
			}
		}
	}
	if harmless > 8 {
		t.Errorf("%d of %d bits can be changed without a word", harmless, 2*len(delta))
	}
	if _, err := apply(path, append(bytes.Clone(delta), 1)); !errors.Is(err, ErrDelta) {
		t.Errorf("something after it: %v", err)
	}
	// A base that is damaged, in every section and in its hashes.
	for at := 11; at < len(file); at += 997 {
		damaged := bytes.Clone(file)
		damaged[at] ^= 4
		if _, err := apply(save(t, damaged), delta); !errors.Is(err, ErrDamaged) {
			t.Fatalf("base damaged at %d: %v", at, err)
		}
	}
	if _, err := apply(save(t, file[:len(file)-4128]), delta); !errors.Is(err, ErrDamaged) {
		t.Errorf("base cut short: %v", err)
	}
	if _, err := apply(filepath.Join(t.TempDir(), "none"), delta); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no base: %v", err)
	}
	// A delta for another base, which the device has and trusts.
	otherFile, other := build(t, persons(59))
	var out bytes.Buffer
	if err := Apply(&out, save(t, otherFile), other, bytes.NewReader(delta), next); !errors.Is(err, ErrBase) || out.Len() != 0 {
		t.Errorf("another base: %v, %d bytes written", err, out.Len())
	}
	// The same with the root in its header exchanged: what it makes is not signed.
	lying := bytes.Clone(delta)
	copy(lying[len(deltaMagic):], other.Root[:])
	if err := Apply(&out, save(t, otherFile), other, bytes.NewReader(lying), next); !errors.Is(err, ErrDelta) {
		t.Errorf("another base, disguised: %v", err)
	}
	if err := Apply(failingWriter{}, path, base, bytes.NewReader(delta), next); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a disk that is full: %v", err)
	}
}

// packDelta is a delta with any body.
func packDelta(t testing.TB, base Manifest, body []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(body, append([]byte(deltaMagic), base.Root[:]...))
}

// TestDeltaLies: counts and numbers that are not so.
func TestDeltaLies(t *testing.T) {
	path, base, next, _, _, _ := deltaCase(t)
	counts := func(n ...uint32) (b []byte) {
		for _, v := range n {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return b
	}
	added := next.Rows - base.Rows
	for name, body := range map[string][]byte{
		"empty":                      {},
		"counts cut short":           counts(0, 0, 0, 0),
		"more removed than there is": counts(base.Rows+1, 0, 0, 0, 0),
		"another sum":                counts(0, 0, added+1, 0, 0),
		"all the numbers there are":  counts(1<<32-1, 1<<32-1, 1<<32-1, 1<<32-1, 1<<32-1),
		"too many profiles":          counts(0, 0, added, 0, MaxProfiles+1),
		"a bomb":                     append(counts(0, 0, added, 0, 0), make([]byte, 64<<20)...),
		"ranks past the end":         append(counts(1, 0, added+1, 0, 0), bytes.Repeat([]byte{0xff}, 40)...),
		"keys past the end":          append(counts(0, 0, added, 0, 0), bytes.Repeat([]byte{0xff}, 100)...),
		"an endless profile":         append(append(counts(0, 0, added, 0, 1), make([]byte, int(added)*13)...), 0xff, 0xff),
	} {
		var out bytes.Buffer
		if err := Apply(&out, path, base, bytes.NewReader(packDelta(t, base, body)), next); !errors.Is(err, ErrDelta) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListKey(t *testing.T) {
	top := placeOf(1<<maxBucketBits-1, 1<<remainderBits-1)
	for _, k := range []listKey{placeOf(0, 0), placeOf(0, 5), placeOf(1, 0), placeOf(1<<20, 7), top} {
		if placeOf(k.bucket(), k.remainder()) != k {
			t.Errorf("%v: bucket %d, remainder %d", k, k.bucket(), k.remainder())
		}
		if k != (listKey{}) {
			if sum, ok := placeOf(0, 0).plus(k.less(listKey{})); !ok || sum != k {
				t.Errorf("%v: back as %v", k, sum)
			}
		}
	}
	if _, ok := (listKey{1<<64 - 1, 1<<64 - 1}).plus(listKey{}); ok {
		t.Error("a sum past the largest number")
	}
}

// FuzzDelta applies any bytes as they are and, behind the compression and the
// base's root, as a body.
func FuzzDelta(f *testing.F) {
	path, base, next, _, _, made := deltaCase(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, delta := range [][]byte{content, packDelta(t, base, content)} {
			var out bytes.Buffer
			err := Apply(&out, path, base, bytes.NewReader(delta), next)
			if err == nil && !bytes.Equal(out.Bytes(), made) {
				t.Fatal("a list that nobody signed")
			}
			if err != nil && !errors.Is(err, ErrDelta) && !errors.Is(err, ErrBase) {
				t.Fatalf("another error: %v", err)
			}
			if int64(out.Len()) > next.Size {
				t.Fatal("more was written than the list has")
			}
		}
	})
}

// deltaSeeds are what FuzzDelta starts from.
func deltaSeeds(t *testing.T) map[string][]byte {
	_, base, _, _, delta, _ := deltaCase(t)
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	body, err := z.DecodeAll(delta[deltaHeader:], nil)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"delta": delta, "delta-cut": delta[:len(delta)/2], "delta-of-nothing": packDelta(t, base, make([]byte, 20)),
		"another-base": append([]byte(deltaMagic), make([]byte, hashSize)...),
		"body":         body, "counts-alone": body[:20], "one-profile": append(make([]byte, 11), 1, 0, 0, 0, 0, 0, 0, 0, 0),
	}
}

func BenchmarkDelta(b *testing.B) {
	for _, n := range benchSizes(b) {
		b.Run(sizeName(n), func(b *testing.B) { benchDelta(b, n) })
	}
}

// floor is how many bytes a change cannot be told in less than, by any code: which
// of the rows go and change; to which of five profiles; which of all the places for
// a key the new rows take, and the hashes of their names and births. Nothing of a
// keyed hash can be foretold, so each of these is as likely as any other.
func floor(n int, c change) float64 {
	const profiles, tags = 5, 63 * 512
	places := math.Exp2(float64(bucketBitsFor(n)) + remainderBits)
	bits := log2Choose(float64(n), float64(c.removed)) + log2Choose(float64(n-c.removed), float64(c.changed)) +
		float64(c.changed)*math.Log2(profiles) +
		log2Choose(places, float64(c.added)) + float64(c.added)*(math.Log2(profiles)+math.Log2(tags))
	return bits / 8
}

// log2Choose is log2 of n over k, for k far below n (Stirling).
func log2Choose(n, k float64) float64 {
	if k == 0 {
		return 0
	}
	return k*math.Log2(n/k) + (k-k*k/(2*n))*math.Log2E - math.Log2(2*math.Pi*k)/2
}

func TestFloor(t *testing.T) {
	exact := new(big.Int).Binomial(100_000, 100) // log2 of it lies between these
	if got := log2Choose(100_000, 100); got < float64(exact.BitLen()-1)-0.1 || got > float64(exact.BitLen())+0.1 {
		t.Errorf("%.1f bits, want about %d", got, exact.BitLen())
	}
}

// benchDelta changes 0.1 % of the rows: a third goes, a third changes, a third
// comes; then each alone, whose sizes show what a change costs. Beside each is what
// no code could do better than.
func benchDelta(b *testing.B, n int) {
	folder := b.TempDir()
	write := func(name string, change change) (string, Manifest) {
		path := filepath.Join(folder, name)
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		m, err := Build(f, identity(), testKey, changedBenchRows(n, change))
		if err = errors.Join(err, f.Close()); err != nil {
			b.Fatal(err)
		}
		return path, m
	}
	path, m := write("base", change{})
	base := saved{path, m}
	all := n / 1000
	for _, row := range []struct {
		name string
		change
	}{{"mixed", change{all / 3, all / 3, all / 3}}, {"gone", change{removed: all}}, {"changed", change{changed: all}}, {"come", change{added: all}}} {
		if (row.name == "gone" || row.name == "changed") && n > 1_000_000 {
			continue // their sizes are told by the shorter lists
		}
		nextPath, next := write("next-"+row.name, row.change)
		delta := mustDiff(b, base, saved{nextPath, next})
		b.Run("apply/"+row.name, func(b *testing.B) {
			for b.Loop() {
				f, err := os.Create(filepath.Join(folder, "made"))
				if err != nil {
					b.Fatal(err)
				}
				if err := errors.Join(Apply(f, path, m, bytes.NewReader(delta), next), f.Sync(), f.Close()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(delta))/float64(row.removed+row.changed+row.added), "B/changed-row")
			b.ReportMetric(floor(n, row.change)/float64(row.removed+row.changed+row.added), "floor-B/changed-row")
		})
	}
}

// changedBenchRows is benchRows with every so-many-th row gone or changed, and as
// many come as are to.
func changedBenchRows(n int, c change) func(func(Row, error) bool) {
	every := func(k int) int { return n/max(k, 1) + 1 }
	gone, other := every(c.removed), every(c.changed)
	return func(yield func(Row, error) bool) {
		i := -1
		for row := range benchRows(n + c.added) {
			i++
			switch {
			case i >= n:
			case c.removed > 0 && i%gone == 1:
				continue
			case c.changed > 0 && i%other == 2:
				row.Profile.Status = (row.Profile.Status + 1) % 4
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
