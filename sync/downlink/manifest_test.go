package downlink

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// What an authority signs by mistake, or with somebody else's hand on its key.
func TestSignedNonsense(t *testing.T) {
	t.Parallel()
	const path = "lists/province/gate.roster"
	custom := func(m *metadata.TargetsType, change func(string) string) {
		text := json.RawMessage(change(string(*m.Targets[path].Custom)))
		m.Targets[path].Custom = &text
	}
	for name, c := range map[string]struct {
		edit func(*metadata.TargetsType)
		want Cause
	}{
		"no manifest":       {func(m *metadata.TargetsType) { m.Targets[path].Custom = nil }, ErrDamaged},
		"another list's":    {func(m *metadata.TargetsType) { custom(m, replace(`"gate"`, `"fake"`)) }, ErrDamaged},
		"another format":    {func(m *metadata.TargetsType) { custom(m, replace(`chot-roster-2`, `chot-roster-9`)) }, ErrDamaged},
		"not an object":     {func(m *metadata.TargetsType) { custom(m, func(string) string { return `"x"` }) }, ErrDamaged},
		"another root":      {func(m *metadata.TargetsType) { custom(m, replace(`"root":"`, `"root":"0000`)) }, ErrDamaged},
		"other length":      {func(m *metadata.TargetsType) { m.Targets[path].Length++ }, ErrDamaged},
		"no length":         {func(m *metadata.TargetsType) { m.Targets[path].Length = 0 }, ErrDamaged},
		"beyond the limit":  {func(m *metadata.TargetsType) { m.Targets[path].Length = 1 << 60 }, ErrDamaged},
		"another hash only": {func(m *metadata.TargetsType) { m.Targets[path].Hashes = metadata.Hashes{"sha512": make([]byte, 64)} }, ErrDamaged},
		"a short hash":      {func(m *metadata.TargetsType) { m.Targets[path].Hashes = metadata.Hashes{"sha256": make([]byte, 8)} }, ErrDamaged},
		"a missing file":    {func(m *metadata.TargetsType) { m.Targets[path].Hashes = metadata.Hashes{"sha256": make([]byte, 32)} }, ErrDamaged},
	} {
		w := newWorld(t)
		w.list(gate, 1, start, ann)
		d := device(t, w, Folder(w.Repository()), gate)
		mustRefresh(t, d, start)
		w.forge("lists-province", func(m *metadata.TargetsType) {
			custom(m, replace(`"version":1`, `"version":2`))
			c.edit(m)
		}, nil, nil)
		t.Run(name, func(t *testing.T) { wantCause(t, d, start, c.want) })
	}

	// The control: the forger's hand is not what is refused.
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	d := device(t, w, Folder(w.Repository()), gate)
	mustRefresh(t, d, start)
	w.forge("lists-province", func(m *metadata.TargetsType) { custom(m, replace(`"version":1`, `"version":2`)) }, nil, nil)
	if u := mustRefresh(t, d, start); u.Lists[0].Version != 2 {
		t.Errorf("version %d, want 2", u.Lists[0].Version)
	}
}

func replace(old, by string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, by, 1) }
}

// Trust that no device can read is not installed, and holds up no list.
func TestSignedBadTrust(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	w.trust("one", start)
	d := device(t, w, Folder(w.Repository()), gate)
	trust := mustRefresh(t, d, start).Trust
	bad := []byte(`{"issuers":"everybody"}`)
	digest := sha256.Sum256(bad)
	w.check(os.WriteFile(filepath.Join(w.Repository(), fmt.Sprintf("targets/%x.trust.json", digest)), bad, 0o644))
	w.forge("targets", func(m *metadata.TargetsType) {
		m.Targets["trust.json"] = &metadata.TargetFiles{Length: int64(len(bad)), Hashes: metadata.Hashes{"sha256": digest[:]}}
	}, nil, nil)
	wantCause(t, d, start, ErrDamaged)
	u, err := d.Refresh(context.Background(), start)
	if err == nil || len(u.Lists) != 1 || u.Trust.Path != "" {
		t.Errorf("%+v, %v; want the list and no trust", u, err)
	}
	if _, err := os.Stat(trust.Path); err != nil {
		t.Errorf("the trust installed is gone: %v", err)
	}
}

// A list longer than this device accepts is refused before a byte is fetched.
func TestListLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.list(gate, 1, start, ann)
	s := newSite(t, w.Repository())
	c := configure(t, w, s.source(t), gate)
	c.MaxList = m.Size - 1
	wantCause(t, boot(t, c), start, ErrTooLarge)
	if got := s.asked("targets"); len(got) != 0 {
		t.Errorf("fetched %q", got)
	}
	c.MaxList = m.Size
	mustRefresh(t, boot(t, c), start)
}
