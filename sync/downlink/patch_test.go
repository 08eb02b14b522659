package downlink

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"chot/scanner/roster"
)

// deltaFiles are the files of the published deltas.
func (w *world) deltaFiles() []string {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.Repository(), "targets/lists/*/*.delta"))
	if err != nil || len(files) == 0 {
		w.t.Fatal("no delta is published", err)
	}
	return files
}

// dropDeltas loses their files; the metadata goes on naming them.
func (w *world) dropDeltas() {
	w.t.Helper()
	for _, f := range w.deltaFiles() {
		if err := os.Remove(f); err != nil {
			w.t.Fatal(err)
		}
	}
}

// came is what a refresh fetched of lists.
func came(s *site) (whole, deltas int) {
	for _, r := range s.asked("targets/lists/") {
		if strings.Contains(r, ".delta") {
			deltas++
		} else {
			whole++
		}
	}
	return whole, deltas
}

func TestDeltaFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := newSite(t, w.Repository())
	w.list(gate, 1, start, many(1000)...)
	d := device(t, w, site.source(t), gate)
	if u := mustRefresh(t, d, start); u.Lists[0].Patched {
		t.Error("the first list came by delta")
	}
	site.asked("")
	expect := func(version uint64, whole, deltas int) List {
		t.Helper()
		l := mustRefresh(t, d, start).Lists[0]
		gotWhole, gotDeltas := came(site)
		if l.Version != version || l.Patched != (deltas > 0 && whole == 0) || gotWhole != whole || gotDeltas != deltas {
			t.Fatalf("version %d, patched %v, fetched %d lists and %d deltas; want version %d, %d and %d", l.Version, l.Patched, gotWhole, gotDeltas, version, whole, deltas)
		}
		return l
	}

	w.list(gate, 2, start, many(1001)...)
	expect(2, 0, 1)
	// Three versions missed: step by step.
	w.list(gate, 3, start, many(1002)...)
	w.list(gate, 5, start, append(many(1000), binh)...)
	w.list(gate, 6, start, append(many(1003), binh)...)
	l := expect(6, 0, 3)
	if !admits(t, l, binh) {
		t.Error("the newest row is missing")
	}
	if left, _ := filepath.Glob(filepath.Join(d.config.Folder, "parts", "*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	// It is as good as one that came whole: nothing more is fetched, also after a restart.
	d = boot(t, d.config)
	expect(6, 0, 0)

	// A very different list is fetched whole, and so is what follows for whoever
	// has nothing.
	w.list(gate, 7, start, many(20)...)
	expect(7, 1, 0)
	w.list(gate, 8, start, many(21)...)
	d = device(t, w, site.source(t), gate)
	expect(8, 1, 0)
}

// TestDeltaFallback: whatever is wrong with a delta or with what it is applied to,
// the list that was signed arrives all the same.
func TestDeltaFallback(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, w *world, d *Downlink){
		"gone": func(t *testing.T, w *world, _ *Downlink) { w.dropDeltas() },
		"flipped": func(t *testing.T, w *world, _ *Downlink) {
			for _, f := range w.deltaFiles() {
				flip(t, f, 20)
			}
		},
		"cut short": func(t *testing.T, w *world, _ *Downlink) {
			for _, f := range w.deltaFiles() {
				if err := os.Truncate(f, 30); err != nil {
					t.Fatal(err)
				}
			}
		},
		"empty": func(t *testing.T, w *world, _ *Downlink) {
			for _, f := range w.deltaFiles() {
				if err := os.Truncate(f, 0); err != nil {
					t.Fatal(err)
				}
			}
		},
		"the installed list damaged": func(t *testing.T, _ *world, d *Downlink) {
			folder := filepath.Join(d.config.Folder, "lists/province")
			flip(t, filepath.Join(folder, installs(folder, "gate")[0].file), 9000)
		},
		"the installed list cut short": func(t *testing.T, _ *world, d *Downlink) {
			folder := filepath.Join(d.config.Folder, "lists/province")
			if err := os.Truncate(filepath.Join(folder, installs(folder, "gate")[0].file), 5000); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			site := newSite(t, w.Repository())
			w.list(gate, 1, start, many(1000)...)
			d := device(t, w, site.source(t), gate)
			mustRefresh(t, d, start)
			w.list(gate, 2, start, append(many(1000), binh)...)
			site.asked("")
			spoil(t, w, d)
			l := mustRefresh(t, d, start).Lists[0]
			if whole, _ := came(site); l.Version != 2 || l.Patched || whole != 1 || !admits(t, l, binh) {
				t.Errorf("version %d, patched %v, %d lists fetched", l.Version, l.Patched, whole)
			}
			if left, _ := filepath.Glob(filepath.Join(d.config.Folder, "parts", "*.made")); len(left) != 0 {
				t.Errorf("left over: %v", left)
			}
		})
	}
}

// TestDeltaFromAnotherBase: the authority's key in wrong hands, or its mistake: a
// delta made for another list, signed under this one's name and version.
func TestDeltaFromAnotherBase(t *testing.T) {
	t.Parallel()
	const thief = "vn.id:001199999999"
	w := newWorld(t)
	w.list(gate, 1, start, many(1000)...)
	d := device(t, w, Folder(w.Repository()), gate)
	mustRefresh(t, d, start)
	w.list(gate, 2, start, append(many(1000), binh)...)

	// Another list's delta, which adds one row as well, but the thief's.
	other := newWorld(t)
	other.list(gate, 1, start, many(999)...)
	other.list(gate, 2, start, append(many(999), thief)...)
	foreign, err := os.ReadFile(other.deltaFiles()[0])
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(d.config.Folder, "lists/province")
	base := filepath.Join(folder, installs(folder, "gate")[0].file)
	w.forge("lists-province", func(m *metadata.TargetsType) {
		const path = "lists/province/gate.1.delta"
		s, err := roster.ParseStep(*m.Targets[path].Custom)
		if err != nil {
			t.Fatal(err)
		}
		lie := slices.Concat(foreign[:8], s.Base.Root[:], foreign[40:])
		target := w.put(path, lie)
		target.Custom = m.Targets[path].Custom
		m.Targets[path] = target

		// The naive client installs what the delta makes.
		made := filepath.Join(t.TempDir(), "naive")
		var out bytes.Buffer
		if err := roster.Apply(&out, base, s.Base, bytes.NewReader(lie), s.Next); !errors.Is(err, roster.ErrDelta) {
			t.Fatalf("what the thief's delta makes: %v", err)
		}
		if err := os.WriteFile(made, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if own := other.list("province/naive", 1, start, append(many(1000), thief)...); !admits(t, List{Path: made, Manifest: own}, thief) {
			t.Fatal("the attack is gone: the naive client does not let the thief pass")
		}
	}, nil, nil)

	l := mustRefresh(t, d, start).Lists[0]
	if l.Version != 2 || l.Patched || !admits(t, l, binh) || admits(t, l, thief) {
		t.Errorf("version %d, patched %v", l.Version, l.Patched)
	}
}

// put lays a target's file into the repository and returns how metadata names it.
func (w *world) put(path string, content []byte) *metadata.TargetFiles {
	w.t.Helper()
	digest := sha256.Sum256(content)
	file := filepath.Join(w.Repository(), filepath.FromSlash(remote(path, hex.EncodeToString(digest[:]))))
	w.check(os.MkdirAll(filepath.Dir(file), 0o755))
	w.check(os.WriteFile(file, content, 0o644))
	return &metadata.TargetFiles{Path: path, Length: int64(len(content)), Hashes: metadata.Hashes{"sha256": digest[:]}}
}

// TestDeltaSteps: steps that lead astray are not followed.
func TestDeltaSteps(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *roster.Step) json.RawMessage{
		"no step":              func(*roster.Step) json.RawMessage { return json.RawMessage(`{}`) },
		"from another version": func(s *roster.Step) json.RawMessage { s.Base.Version = 0; return nil },
		"past the list":        func(s *roster.Step) json.RawMessage { s.Next.Version++; return nil },
		"to another root":      func(s *roster.Step) json.RawMessage { s.Next.Root[0] ^= 1; return nil },
		"from another root":    func(s *roster.Step) json.RawMessage { s.Base.Root[0] ^= 1; return nil },
		"of another list":      func(s *roster.Step) json.RawMessage { s.Base.Name, s.Next.Name = "works", "works"; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.list(gate, 1, start, many(1000)...)
			d := device(t, w, Folder(w.Repository()), gate)
			mustRefresh(t, d, start)
			w.list(gate, 2, start, append(many(1000), binh)...)
			w.forge("lists-province", func(m *metadata.TargetsType) {
				target := m.Targets["lists/province/gate.1.delta"]
				s, err := roster.ParseStep(*target.Custom)
				if err != nil {
					t.Fatal(err)
				}
				text := change(&s)
				if text == nil {
					if text, err = s.MarshalJSON(); err != nil {
						text = json.RawMessage(`"unreadable"`)
					}
				}
				target.Custom = &text
			}, nil, nil)
			if l := mustRefresh(t, d, start).Lists[0]; l.Version != 2 || l.Patched {
				t.Errorf("version %d, patched %v", l.Version, l.Patched)
			}
		})
	}
}

// TestDeltaResumes: a connection that breaks in the middle of a delta is no reason
// to fetch the list.
func TestDeltaResumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := newSite(t, w.Repository())
	w.list(gate, 1, start, many(1000)...)
	d := device(t, w, site.source(t), gate)
	mustRefresh(t, d, start)
	w.list(gate, 2, start, append(many(990), binh)...)
	site.asked("")
	site.answer(func(rw http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, ".delta") {
			return cutting(site.folder, 25)(rw, r)
		}
		return false
	})
	l := mustRefresh(t, d, start).Lists[0]
	if whole, deltas := came(site); l.Version != 2 || !l.Patched || whole != 0 || deltas < 3 {
		t.Errorf("version %d, patched %v, %d lists and %d connections for the delta", l.Version, l.Patched, whole, deltas)
	}
	// And with no connection at all the list that is there stays.
	w.list(gate, 3, start, append(many(980), binh)...)
	site.answer(func(rw http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, ".delta") {
			rw.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	})
	wantCause(t, d, start, ErrNoConnection)
}
