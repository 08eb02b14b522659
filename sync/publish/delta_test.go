package publish

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chot/scanner/roster"
)

// buildMany makes a roster file of n invented persons, of whom the first few are
// changed with the version.
func buildMany(t *testing.T, name string, version uint64, epoch uint32, n int) (string, roster.Manifest) {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%s.%d.roster", name, version))
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := roster.Manifest{
		Name: name, Authority: "Ví Dụ", Version: version, Epoch: epoch, Issued: start,
		StaleAfter: 24 * time.Hour, ExpireAfter: 7 * 24 * time.Hour,
	}
	key := slices.Clone(listKey)
	key[0] ^= byte(epoch)
	rows := func(yield func(roster.Row, error) bool) {
		for i := range n {
			row := roster.Row{Subject: fmt.Sprintf("vn.id:001190%06d", i), Name: "NGUYEN THI VI DU", Profile: roster.Profile{Status: roster.Admit}}
			if i < 3 {
				row.Profile.Message = fmt.Sprintf("version %d", version)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	if m, err = roster.Build(f, m, key, rows); err != nil {
		t.Fatal(err)
	}
	return path, m
}

func deltas(a *Authority, t *testing.T) (targets []string, files int) {
	t.Helper()
	st, err := a.load()
	if err != nil {
		t.Fatal(err)
	}
	for path := range st.roles["lists-province"].Signed.Targets {
		if strings.HasSuffix(path, ".delta") {
			targets = append(targets, path)
		}
	}
	slices.Sort(targets)
	all, err := filepath.Glob(filepath.Join(a.Repository(), "targets/lists/province/*.delta"))
	if err != nil {
		t.Fatal(err)
	}
	return targets, len(all)
}

func TestPublishDelta(t *testing.T) {
	a := newAuthority(t)
	publish := func(version uint64, epoch uint32, n int) Publication {
		t.Helper()
		path, m := buildMany(t, "gate", version, epoch, n)
		p, err := a.PublishList("province", path, m, start)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := publish(1, 1, 600); p.DeltaFrom != 0 {
		t.Errorf("a delta from nothing: %+v", p)
	}
	p := publish(3, 1, 601)
	if p.DeltaFrom != 1 || p.DeltaLength == 0 || p.DeltaLength > 500 {
		t.Errorf("delta from %d of %d bytes", p.DeltaFrom, p.DeltaLength)
	}
	publish(4, 1, 602)
	names, files := deltas(a, t)
	if want := []string{"lists/province/gate.1.delta", "lists/province/gate.3.delta"}; !slices.Equal(names, want) || files != 2 {
		t.Fatalf("%v, %d files", names, files)
	}

	// The published delta makes the published list of what its step calls the base.
	st, err := a.load()
	if err != nil {
		t.Fatal(err)
	}
	target := st.roles["lists-province"].Signed.Targets["lists/province/gate.3.delta"]
	step, err := roster.ParseStep(*target.Custom)
	if err != nil || step.Base.Version != 3 || step.Next.Version != 4 {
		t.Fatal(step, err)
	}
	base, err := filepath.Glob(filepath.Join(a.Repository(), "targets/lists/province/*.gate.roster"))
	if err != nil || len(base) != 2 {
		t.Fatal(base, err)
	}
	delta, err := os.ReadFile(a.blob("lists/province/gate.3.delta", hex.EncodeToString(target.Hashes["sha256"])))
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, path := range base {
		var out bytes.Buffer
		if roster.Apply(&out, path, step.Base, bytes.NewReader(delta), step.Next) == nil && int64(out.Len()) == step.Next.Size {
			made++
		}
	}
	if made != 1 {
		t.Errorf("made from %d of two bases, want one", made)
	}

	// A list of the same name's beginning has nothing to do with it.
	path, m := buildMany(t, "gate.3", 1, 1, 700)
	if _, err := a.PublishList("province", path, m, start); err != nil {
		t.Fatal(err)
	}
	if names, files := deltas(a, t); len(names) != 2 || files != 2 {
		t.Errorf("%v, %d files", names, files)
	}
	// Only so many are kept.
	for version := uint64(5); version < 25; version++ {
		publish(version, 1, 600)
	}
	if names, files := deltas(a, t); len(names) != maxDeltas || files != maxDeltas {
		t.Errorf("%v, %d files", names, files)
	}
	// Under another key every row differs: no delta, and no way through the old ones.
	if p := publish(25, 2, 600); p.DeltaFrom != 0 {
		t.Errorf("a delta across keys: %+v", p)
	}
	if names, files := deltas(a, t); len(names) != 0 || files != 0 {
		t.Errorf("%v, %d files", names, files)
	}
	// Where the file before is gone, the list is published all the same.
	publish(26, 2, 600)
	all, err := filepath.Glob(filepath.Join(a.Repository(), "targets/lists/province/*.gate.roster"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if p := publish(27, 2, 600); p.DeltaFrom != 0 {
		t.Errorf("a delta from a file that is gone: %+v", p)
	}
}

// TestFollowEarlierFormat: what is published in the format before is followed by a
// higher version in today's, whole; a lower one is refused as ever.
func TestFollowEarlierFormat(t *testing.T) {
	a := newAuthority(t)
	c := newClient(t, a)
	publishList(t, a, "province", "gate", 7, ann, start)
	const path = "lists/province/gate.roster"
	_, err := a.within("make it earlier", func(st *state) (Publication, error) {
		target := st.roles["lists-province"].Signed.Targets[path]
		earlier := json.RawMessage(strings.Replace(string(*target.Custom), "chot-roster-2", "chot-roster-1", 1))
		if _, err := roster.ParseManifest(earlier); !errors.Is(err, roster.ErrEarlier) {
			t.Fatalf("control: %v", err)
		}
		target.Custom = &earlier
		_, err := a.commit(st, start, []string{"lists-province"}, false, nil)
		return Publication{}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	file, m := build(t, "gate", 6, binh)
	if _, err := a.PublishList("province", file, m, start); !errors.Is(err, ErrOldVersion) {
		t.Errorf("a lower version: %v", err)
	}
	file, m = build(t, "gate", 8, binh)
	if p, err := a.PublishList("province", file, m, start); err != nil || p.DeltaFrom != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if v := c.mustLook(start, path)[path]; v != 8 {
		t.Errorf("client sees version %d", v)
	}
}

func TestDeltaPaths(t *testing.T) {
	const path = "lists/province/gate.roster"
	if base, ok := baseOf(path, deltaPath(path, 17)); !ok || base != 17 {
		t.Error(base, ok)
	}
	for _, other := range []string{
		path, "lists/province/gate.delta", "lists/province/gate.x.delta", "lists/province/gate.007.delta", "lists/province/gate.5.3.delta",
		"lists/province/gates.5.delta", "lists/factory/gate.5.delta", "lists/province/gate.5.delta.roster", "lists/province/gate.-5.delta",
	} {
		if base, ok := baseOf(path, other); ok {
			t.Errorf("%s: from %d", other, base)
		}
	}
}
