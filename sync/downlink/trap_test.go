package downlink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

// Each test here first shows an obvious use of go-tuf's client failing, and
// then that this package does not.

// naive is go-tuf's client as its examples use it, reading a source.
func naive(t *testing.T, src Source, root []byte, cache string) *updater.Updater {
	t.Helper()
	c, err := config.New("metadata", root)
	if err != nil {
		t.Fatal(err)
	}
	c.Fetcher = &fetcher{ctx: context.Background(), link: link{src, 0, false}, got: map[string][]byte{}}
	c.LocalMetadataDir, c.LocalTargetsDir = cache, filepath.Join(cache, "targets")
	u, err := updater.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The timestamp key was stolen and revoked by root 2. The thief hides root 2
// and goes on signing.
func TestTrapRevocationForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	thief := w.fork()
	for range 4 { // signed with the stolen key, newer than all there is
		if _, err := thief.Refresh(start); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.RotateKey("timestamp", "", start); err != nil {
		t.Fatal(err)
	}
	honest, stolen := Folder(w.Repository()), Folder(thief.Repository())
	cached := func(cache string) int64 {
		root, err := metadata.Root().FromFile(filepath.Join(cache, "root.json"))
		if err != nil {
			t.Fatal(err)
		}
		return root.Signed.Version
	}

	cache := t.TempDir()
	refresh := func(src Source, root []byte) error {
		u := naive(t, src, root, cache)
		u.UnsafeSetRefTime(start)
		return u.Refresh()
	}
	if err := refresh(honest, w.root()); err != nil || cached(cache) != 2 {
		t.Fatalf("naive client, honest repository: root %d, %v", cached(cache), err)
	}
	if err := refresh(stolen, w.root()); err != nil || cached(cache) != 1 {
		t.Fatalf("the trap is gone: handed the first root again, the naive client keeps root %d, %v", cached(cache), err)
	}

	d := device(t, w, honest, gate)
	mustRefresh(t, d, start)
	d = boot(t, d.config) // and is handed the first root again
	d.config.Source = stolen
	wantCause(t, d, start, ErrWrongKeys)
	d.config.Source = honest
	mustRefresh(t, d, start)

	// A device that never saw root 2 cannot know.
	mustRefresh(t, device(t, w, stolen, gate), start)
}

// The root that revokes a key is kept even when nothing else of that refresh
// succeeds.
func TestTrapRevocationKeptOnFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	thief := w.fork()
	if _, err := w.RotateKey("timestamp", "", start); err != nil {
		t.Fatal(err)
	}
	honest, err := os.ReadFile(filepath.Join(w.Repository(), "metadata", "timestamp.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(w.Repository(), "metadata", "timestamp.json")); err != nil {
		t.Fatal(err)
	}
	d := device(t, w, Folder(w.Repository()), gate)
	wantCause(t, d, start, ErrNotRepository)
	d = boot(t, d.config)
	d.config.Source = Folder(thief.Repository())
	wantCause(t, d, start, ErrWrongKeys)
	if err := os.WriteFile(filepath.Join(w.Repository(), "metadata", "timestamp.json"), honest, 0o644); err != nil {
		t.Fatal(err)
	}
	d.config.Source = Folder(w.Repository())
	mustRefresh(t, d, start)
}

// UnsafeLocalMode judges expiry by the wall clock and knows only the root it
// is handed.
func TestTrapLocalMode(t *testing.T) {
	t.Parallel()
	local := func(src Source, root []byte, cache string) error {
		c, err := config.New("metadata", root)
		if err != nil {
			t.Fatal(err)
		}
		c.LocalMetadataDir, c.LocalTargetsDir, c.UnsafeLocalMode = cache, cache, true
		u, err := updater.New(c)
		if err != nil {
			t.Fatal(err)
		}
		return u.Refresh()
	}
	var expired *metadata.ErrExpiredMetadata
	var unsigned *metadata.ErrUnsignedMetadata

	// Long ago by the wall clock: a device that was offline since.
	past := time.Date(2020, 3, 1, 8, 0, 0, 0, time.UTC)
	w := newWorldAt(t, past)
	w.list(gate, 1, past, ann)
	src := Folder(w.Repository())
	cache := t.TempDir()
	u := naive(t, src, w.root(), cache)
	u.UnsafeSetRefTime(past)
	if err := u.Refresh(); err != nil {
		t.Fatal(err)
	}
	if err := local(src, w.root(), cache); !errors.As(err, &expired) {
		t.Fatalf("the trap is gone: local mode on an old cache gives %v", err)
	}
	d := device(t, w, src, gate)
	mustRefresh(t, d, past)
	if u, err := d.Installed(context.Background()); err != nil || len(u.Lists) != 1 || !u.Lists[0].Confirmed.Equal(past) {
		t.Errorf("installed: %+v, %v", u, err)
	}

	// Far ahead of the wall clock, so that nothing has expired by it.
	future := time.Date(2120, 3, 1, 8, 0, 0, 0, time.UTC)
	w = newWorldAt(t, future)
	w.list(gate, 1, future, ann)
	if _, err := w.RotateKey("timestamp", "", future); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Refresh(future); err != nil { // signed by the new key alone
		t.Fatal(err)
	}
	src = Folder(w.Repository())
	cache = t.TempDir()
	if err := naive(t, src, w.root(), cache).Refresh(); err != nil {
		t.Fatal(err)
	}
	if err := local(src, w.root(), cache); !errors.As(err, &unsigned) {
		t.Fatalf("the trap is gone: local mode after a rotation gives %v", err)
	}
	d = device(t, w, src, gate)
	mustRefresh(t, d, future)
	if u, err := boot(t, d.config).Installed(context.Background()); err != nil || u.RootVersion != 2 {
		t.Errorf("installed: %+v, %v", u, err)
	}

	// And a wall clock that is behind lets a frozen repository pass.
	later := future.AddDate(0, 0, 30)
	if err := naive(t, src, w.root(), t.TempDir()).Refresh(); err != nil {
		t.Fatalf("the trap is gone: by the wall clock the naive client refuses: %v", err)
	}
	wantCause(t, d, later, ErrExpired)
}

// A cached file that a power cut left half written stops go-tuf's client for
// good.
func TestTrapHalfCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	src := Folder(w.Repository())
	cache := t.TempDir()
	for range 2 {
		u := naive(t, src, w.root(), cache)
		u.UnsafeSetRefTime(start)
		if err := u.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(filepath.Join(cache, "timestamp.json"), 10); err != nil {
		t.Fatal(err)
	}
	u := naive(t, src, w.root(), cache)
	u.UnsafeSetRefTime(start)
	if err := u.Refresh(); err == nil {
		t.Fatal("the trap is gone: the naive client refreshes over half a timestamp")
	}
	d := device(t, w, src, gate)
	mustRefresh(t, d, start)
	if err := os.Truncate(d.cache.path("timestamp.json"), 10); err != nil {
		t.Fatal(err)
	}
	mustRefresh(t, boot(t, d.config), start)
}

// go-tuf decodes before it verifies, and a null where an object should be is
// a nil dereference.
func TestTrapNull(t *testing.T) {
	t.Parallel()
	const null = `{"signed":{"_type":"targets","targets":{"x":null}},"signatures":[]}`
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the trap is gone: go-tuf decodes null without a panic")
			}
		}()
		_, _ = metadata.Targets().FromBytes([]byte(null))
	}()

	// And the same with every signature in order, in each place there is.
	for name, harm := range map[string]func(w *world){
		"targets": func(w *world) { w.forge("targets", func(m *metadata.TargetsType) { m.Targets["x"] = nil }, nil, nil) },
		"delegation": func(w *world) {
			w.forge("lists-province", func(m *metadata.TargetsType) { m.Targets["x"] = nil }, nil, nil)
		},
		"snapshot": func(w *world) { w.forge("", nil, func(m *metadata.SnapshotType) { m.Meta["targets.json"] = nil }, nil) },
		"timestamp": func(w *world) {
			w.forge("", nil, nil, func(m *metadata.TimestampType) { m.Meta["snapshot.json"] = nil })
		},
		"key": func(w *world) {
			w.forge("targets", func(m *metadata.TargetsType) {
				for id := range m.Delegations.Keys {
					m.Delegations.Keys[id] = nil
				}
			}, nil, nil)
		},
	} {
		w := newWorld(t)
		w.list(gate, 1, start, ann)
		d := device(t, w, Folder(w.Repository()), gate)
		mustRefresh(t, d, start)
		good := w.fork()
		harm(w)
		before := installedFiles(t, d)
		if _, err := d.Refresh(context.Background(), start); CauseOf(err) != ErrDamaged {
			t.Errorf("null in %s: %v, want damaged", name, err)
		}
		if installedFiles(t, d) != before {
			t.Errorf("null in %s: installed files changed", name)
		}
		// The authority repairs it: versions go on from there.
		for i := range 3 {
			good.trust(fmt.Sprint("issuer ", i), start)
			good.list(gate, uint64(i+2), start, many(i+2)...)
		}
		d.config.Source = Folder(good.Repository())
		mustRefresh(t, boot(t, d.config), start)
	}
}

// A root that only one of the two needed keys has signed.
func TestThreshold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	d := device(t, w, Folder(w.Repository()), gate)
	mustRefresh(t, d, start)
	if _, err := w.RenewRoot(start); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.Repository(), "metadata", "2.root.json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		Signed     json.RawMessage   `json:"signed"`
		Signatures []json.RawMessage `json:"signatures"`
	}
	if err := json.Unmarshal(whole, &root); err != nil || len(root.Signatures) != 3 {
		t.Fatalf("%d signatures, %v", len(root.Signatures), err)
	}
	for n, want := range []Cause{0: ErrWrongKeys, 1: ErrWrongKeys, 2: ErrUnknown} {
		cut := root
		cut.Signatures = root.Signatures[:n]
		text, err := json.Marshal(cut)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if want != ErrUnknown {
			wantCause(t, d, start, want)
			continue
		}
		if u := mustRefresh(t, d, start); u.RootVersion != 2 {
			t.Errorf("root %d with two signatures, want 2", u.RootVersion)
		}
	}
}

// One authority cannot sign another's list: its role is not asked for the path.
func TestOtherAuthoritysPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(works, 1, start, ann)
	// The factory's own metadata, made to hold the province's list as well and
	// signed with the factory's key.
	w.forge("lists-factory", func(m *metadata.TargetsType) {
		stolen := *m.Targets["lists/factory/works.roster"]
		m.Targets["lists/province/works.roster"] = &stolen
	}, nil, nil)
	// The control: the file lies where it would be fetched.
	if err := os.CopyFS(filepath.Join(w.Repository(), "targets/lists/province"), os.DirFS(filepath.Join(w.Repository(), "targets/lists/factory"))); err != nil {
		t.Fatal(err)
	}
	const wanted = "province/works"
	d := device(t, w, Folder(w.Repository()), wanted, works)
	u, err := d.Refresh(context.Background(), start)
	if CauseOf(err) != ErrNotPublished || !strings.Contains(err.Error(), wanted) || len(u.Lists) != 1 || u.Lists[0].Name != works {
		t.Errorf("%+v, %v", u.Lists, err)
	}
}
