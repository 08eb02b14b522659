package downlink

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// both runs a test over HTTPS and from a folder.
func both(t *testing.T, f func(t *testing.T, w *world, src Source)) {
	for _, kind := range []string{"web", "folder"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			if kind == "web" {
				f(t, w, newSite(t, w.Repository()).source(t))
			} else {
				f(t, w, Folder(w.Repository()))
			}
		})
	}
}

func TestListsArriveAndAdvance(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		w.list(gate, 1, start, ann)
		w.list(works, 7, start, binh)
		w.trust("one", start)
		d := device(t, w, src, gate, works)

		u := mustRefresh(t, d, start.Add(time.Hour))
		if !u.Signed.Equal(start) || !u.Expires.Equal(start.AddDate(0, 0, 7)) || u.RootVersion != 1 {
			t.Errorf("update %+v", u)
		}
		l := u.Lists[0]
		if l.Name != gate || l.Version != 1 || !l.New || !l.Confirmed.Equal(start) || l.Manifest.Name != "gate" {
			t.Errorf("list %+v", l)
		}
		if !admits(t, l, ann) || admits(t, l, binh) || !admits(t, u.Lists[1], binh) {
			t.Error("the lists installed are not those published")
		}
		if !u.Trust.New || u.Trust.Path == "" {
			t.Errorf("trust %+v", u.Trust)
		}

		// The timestamp alone: same file, confirmed later.
		if _, err := w.Refresh(start.AddDate(0, 0, 3)); err != nil {
			t.Fatal(err)
		}
		u = mustRefresh(t, d, start.AddDate(0, 0, 4))
		if n := u.Lists[0]; n.New || n.Path != l.Path || !n.Confirmed.Equal(start.AddDate(0, 0, 3)) || u.Trust.New {
			t.Errorf("after a timestamp refresh: %+v", n)
		}

		// New versions: the one before stays, those before it go.
		for v := uint64(2); v <= 4; v++ {
			w.list(gate, v, start.AddDate(0, 0, 4), many(int(v))...)
			u = mustRefresh(t, d, start.AddDate(0, 0, 4))
			if n := u.Lists[0]; !n.New || n.Version != v || u.Lists[1].New {
				t.Errorf("version %d: %+v", v, n)
			}
		}
		if files := installs(filepath.Dir(l.Path), "gate"); len(files) != 2 || files[0].version != 4 || files[1].version != 3 {
			t.Errorf("kept %+v, want versions 4 and 3", files)
		}
		for _, issuer := range []string{"two", "three", "four"} {
			w.trust(issuer, start.AddDate(0, 0, 4))
			u = mustRefresh(t, d, start.AddDate(0, 0, 4))
		}
		if files, _ := filepath.Glob(filepath.Join(d.config.Folder, "trust.*")); len(files) != 2 || !slices.Contains(files, u.Trust.Path) {
			t.Errorf("trust files %q, want two with the current", files)
		}
	})
}

func TestRestartKeepsWhatItHas(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		w.list(gate, 1, start, ann)
		c := configure(t, w, src, gate)
		l := mustRefresh(t, boot(t, c), start).Lists[0]
		n := mustRefresh(t, boot(t, c), start).Lists[0]
		if n.New || n.Path != l.Path {
			t.Errorf("after a restart: %+v, was %+v", n, l)
		}
	})
}

// A list published again without a change is the same file: it is not fetched.
func TestUnchangedListIsNotFetched(t *testing.T) {
	w := newWorld(t)
	s := newSite(t, w.Repository())
	w.list(gate, 1, start, ann)
	d := device(t, w, s.source(t), gate)
	mustRefresh(t, d, start)
	if got := s.asked("targets"); len(got) != 1 {
		t.Fatalf("asked for %q, want one target", got)
	}
	w.list(gate, 2, start, ann)
	u := mustRefresh(t, d, start)
	if got := s.asked("targets"); len(got) != 0 {
		t.Errorf("asked for %q, want nothing", got)
	}
	if l := u.Lists[0]; l.Version != 2 || !l.New || !admits(t, l, ann) {
		t.Errorf("list %+v", l)
	}
}

func TestRootRotation(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		w.list(gate, 1, start, ann)
		c := configure(t, w, src, gate)
		mustRefresh(t, boot(t, c), start)

		// One root key of three is lost, the two others replace it; then every
		// other key of the top is replaced too.
		files, _ := filepath.Glob(filepath.Join(w.dir, "keys", "root-*.pem"))
		lost := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(files[0]), "root-"), ".pem")
		if err := os.Remove(files[0]); err != nil {
			t.Fatal(err)
		}
		for _, r := range [][2]string{{"root", lost}, {"timestamp", ""}, {"snapshot", ""}, {"targets", ""}, {"lists-province", ""}} {
			if _, err := w.RotateKey(r[0], r[1], start); err != nil {
				t.Fatal(err)
			}
		}
		w.list(gate, 2, start, binh)

		// A client that remembers the first root, and one enrolled with it only now.
		for name, d := range map[string]*Downlink{"known": boot(t, c), "fresh": device(t, w, src, gate)} {
			u := mustRefresh(t, d, start)
			if u.RootVersion != 5 || u.Lists[0].Version != 2 {
				t.Errorf("%s: root %d, list %d; want 5 and 2", name, u.RootVersion, u.Lists[0].Version)
			}
		}
		if _, version, err := boot(t, c).cache.newestRoot(c.Root); err != nil || version != 5 {
			t.Errorf("kept root %d, %v; want 5", version, err)
		}
	})
}

func TestRollbackRefused(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		w.list(gate, 1, start, ann)
		old := w.fork()
		w.list(gate, 2, start, binh)
		d := device(t, w, src, gate)
		mustRefresh(t, d, start)

		t.Run("an old copy", func(t *testing.T) {
			d := boot(t, d.config)
			d.config.Source = Folder(old.Repository())
			wantCause(t, d, start, ErrRollback)
		})
		t.Run("an old copy signed anew", func(t *testing.T) {
			for range 5 {
				if _, err := old.Refresh(start); err != nil {
					t.Fatal(err)
				}
			}
			d := boot(t, d.config)
			d.config.Source = Folder(old.Repository())
			wantCause(t, d, start, ErrRollback)
		})
		mustRefresh(t, d, start)
	})
}

// The list's own version counts even where every version of TUF's has risen:
// an authority's key in wrong hands, or a backup restored.
func TestListRollbackRefused(t *testing.T) {
	w := newWorld(t)
	other := w.fork()
	w.list(gate, 5, start, ann)
	d := device(t, w, Folder(w.Repository()), gate)
	mustRefresh(t, d, start)
	d.config.Source = Folder(other.Repository())
	for v := uint64(1); v <= 4; v++ {
		other.list(gate, v, start, many(int(v)+1)...)
	}
	wantCause(t, d, start, ErrRollback)
	other.list(gate, 5, start, binh)
	wantCause(t, d, start, ErrRollback) // the number 5 used twice
	other.list(gate, 6, start, binh)
	if u := mustRefresh(t, d, start); u.Lists[0].Version != 6 {
		t.Errorf("version %d, want 6", u.Lists[0].Version)
	}

	c := configure(t, w, Folder(w.Repository()), gate) // whose folder was lost
	c.Floor = func(list string) uint64 {
		if list != gate {
			t.Errorf("floor asked for %q", list)
		}
		return 6
	}
	wantCause(t, boot(t, c), start, ErrRollback)
}

func TestFreezeRefused(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		w.list(gate, 1, start, ann)
		d := device(t, w, src, gate)
		mustRefresh(t, d, start)
		end := start.AddDate(0, 0, 7)
		mustRefresh(t, d, end)
		wantCause(t, d, end.Add(time.Second), ErrExpired)
		wantCause(t, device(t, w, src, gate), end.Add(time.Second), ErrExpired)
		if _, err := w.Refresh(end); err != nil {
			t.Fatal(err)
		}
		mustRefresh(t, d, end.Add(time.Second))
	})
}

// The reference time never falls below what the authority has signed: a clock
// set back does not make an old timestamp good again.
func TestClockSetBack(t *testing.T) {
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	later := start.AddDate(0, 0, 12)
	old := w.fork()
	if _, err := w.Refresh(later); err != nil {
		t.Fatal(err)
	}
	d := device(t, w, Folder(w.Repository()), gate)
	mustRefresh(t, d, later)
	// The thief of the online key signs a higher version, long expired by now.
	for range 3 {
		if _, err := old.Refresh(start); err != nil {
			t.Fatal(err)
		}
	}
	stolen := Folder(old.Repository())
	if _, err := device(t, w, stolen, gate).Refresh(context.Background(), time.Unix(0, 0)); err != nil {
		t.Fatalf("control: a device that never saw a time: %v", err)
	}
	d.config.Source = stolen
	wantCause(t, d, time.Unix(0, 0), ErrExpired)
}

func TestWrongAuthority(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		w.list(gate, 1, start, ann)
		stranger := newWorld(t)
		d := device(t, stranger, src, gate)
		wantCause(t, d, start, ErrWrongKeys)

		// Enrolled anew with the right root: what the wrong one left is no hindrance.
		c := d.config
		c.Root = w.root()
		mustRefresh(t, boot(t, c), start)
	})
	if _, err := New(Config{Folder: t.TempDir(), Source: Folder("x"), Key: func(string, uint32) []byte { return nil }, Root: []byte("{}")}); CauseOf(err) != ErrDamaged {
		t.Errorf("root out of form: %v", err)
	}
}

func TestMissingListLeavesTheOthers(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		w.list(works, 1, start, ann)
		w.trust("one", start)
		for _, missing := range []string{"province/none", "market/none"} {
			d := device(t, w, src, missing, works)
			u, err := d.Refresh(context.Background(), start)
			if CauseOf(err) != ErrNotPublished || !strings.Contains(err.Error(), missing) {
				t.Errorf("%s: %v, want not-published", missing, err)
			}
			if len(u.Lists) != 1 || u.Lists[0].Name != works || u.Trust.Path == "" {
				t.Errorf("%s: the others did not come: %+v", missing, u)
			}
		}
	})
}

func TestListKey(t *testing.T) {
	w := newWorld(t)
	s := newSite(t, w.Repository())
	w.list(gate, 1, start, ann)
	c := configure(t, w, s.source(t), gate)
	key := []byte(nil)
	c.Key = func(list string, epoch uint32) []byte {
		if list != gate || epoch != 1 {
			t.Errorf("asked for the key of %s in epoch %d", list, epoch)
		}
		return key
	}
	d := boot(t, c)
	wantCause(t, d, start, ErrNoListKey)
	if got := s.asked("targets"); len(got) != 0 {
		t.Errorf("fetched %q without a key for it", got)
	}
	key = make([]byte, len(listKey))
	wantCause(t, d, start, ErrNoListKey)
	if got := s.asked("targets"); len(got) != 1 {
		t.Errorf("fetched %q, want the list once", got)
	}
	wantCause(t, d, start, ErrNoListKey)
	key = listKey
	mustRefresh(t, d, start)
	if got := s.asked("targets"); len(got) != 0 {
		t.Errorf("fetched %q again, though it lay there", got)
	}
}

func TestInstalledWithoutConnection(t *testing.T) {
	w := newWorld(t)
	d := device(t, w, Folder(w.Repository()), gate)
	if _, err := d.Installed(context.Background()); CauseOf(err) != ErrNotPublished {
		t.Errorf("nothing yet: %v", err)
	}
	w.list(gate, 1, start, ann)
	w.trust("one", start)
	want := mustRefresh(t, d, start)

	d = boot(t, d.config)
	d.config.Source = Folder("/nonexistent")
	u, err := d.Installed(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if l := u.Lists[0]; l.Path != want.Lists[0].Path || l.New || !l.Confirmed.Equal(start) || u.Trust.Path != want.Trust.Path {
		t.Errorf("installed %+v", u)
	}
	flip(t, want.Lists[0].Path, 4096+10)
	u, err = boot(t, d.config).Installed(context.Background())
	if CauseOf(err) != ErrDamaged || len(u.Lists) != 0 {
		t.Errorf("damaged: %+v, %v", u.Lists, err)
	}
}

// Flash wears out. What is found damaged is fetched anew.
func TestRepair(t *testing.T) {
	w := newWorld(t)
	s := newSite(t, w.Repository())
	w.list(gate, 1, start, many(900)...)
	d := device(t, w, s.source(t), gate)
	l := mustRefresh(t, d, start).Lists[0]
	s.asked("")

	flip(t, l.Path, 3*4096+5) // a page of rows, checked only when one is looked up
	mustRefresh(t, d, start)
	if got := s.asked("targets"); len(got) != 0 {
		t.Fatalf("control: fetched %q unasked", got)
	}
	d.Suspect(gate)
	if n := mustRefresh(t, d, start).Lists[0]; !n.New || n.Path != l.Path {
		t.Errorf("suspected: %+v", n)
	}
	if got := s.asked("targets"); len(got) != 1 {
		t.Errorf("suspected: fetched %q, want the list", got)
	}
	flip(t, l.Path, 3*4096+5)
	if n := mustRefresh(t, boot(t, d.config), start).Lists[0]; !n.New || !admits(t, n, ann) {
		t.Errorf("after a restart: %+v", n)
	}
}

func TestStorageFailure(t *testing.T) {
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	d := device(t, w, Folder(w.Repository()), gate)
	block := filepath.Join(d.config.Folder, "lists", "province")
	if err := os.WriteFile(block, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := d.Refresh(context.Background(), start)
	if CauseOf(err) != ErrStorage {
		t.Errorf("no room for the list: %v, want storage", err)
	}
	if err := os.Remove(block); err != nil {
		t.Fatal(err)
	}
	mustRefresh(t, d, start)

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := d.config
	c.Folder = filepath.Join(file, "x")
	if _, err := New(c); CauseOf(err) != ErrStorage {
		t.Errorf("folder inside a file: %v, want storage", err)
	}
}

// What a power cut leaves in the folder hinders nothing.
func TestLeavings(t *testing.T) {
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	w.trust("one", start)
	for _, name := range []string{"timestamp.json", "snapshot.json", "targets.json", "lists-province.json", "2.root.json", ".writing-1"} {
		for _, left := range []string{"", "{", "\x00\x00\x00", `{"signed":{"_type":"timestamp","meta":null}}`, `{"signed":{"_type":"targets","targets":{"x":null}},"signatures":[]}`} {
			d := device(t, w, Folder(w.Repository()), gate)
			mustRefresh(t, d, start)
			if err := os.WriteFile(filepath.Join(d.cache.folder, name), []byte(left), 0o600); err != nil {
				t.Fatal(err)
			}
			d = boot(t, d.config)
			if _, err := d.Refresh(context.Background(), start); err != nil {
				t.Errorf("%s left as %q: %v", name, left, err)
			}
		}
	}
}

func TestBitFlips(t *testing.T) {
	both(t, func(t *testing.T, w *world, src Source) {
		m := w.list(gate, 1, start, many(500)...)
		w.trust("one", start)
		d := device(t, w, src, gate)
		mustRefresh(t, d, start)
		w.list(gate, 2, start, many(501)...)
		w.trust("two", start)

		blobs, _ := filepath.Glob(filepath.Join(w.Repository(), "targets/lists/province/*.roster"))
		installed := installs(filepath.Join(d.config.Folder, "lists/province"), "gate")
		for _, blob := range blobs {
			if strings.HasPrefix(filepath.Base(blob), installed[0].hash) {
				continue
			}
			for _, at := range []int64{0, 20, 4096, 2*4096 + 7, m.Size / 2, -33, -1} {
				restore := flip(t, blob, at)
				_, err := d.Refresh(context.Background(), start)
				if CauseOf(err) != ErrDamaged {
					t.Errorf("list flipped at %d: %v, want damaged", at, err)
				}
				restore()
			}
		}
		if now := installs(filepath.Join(d.config.Folder, "lists/province"), "gate"); !slices.Equal(now, installed) {
			t.Errorf("installed %+v, was %+v", now, installed)
		}
		for _, name := range []string{"timestamp.json", "5.snapshot.json", "3.lists-province.json", "3.targets.json"} {
			path := filepath.Join(w.Repository(), "metadata", name)
			fresh := device(t, w, src, gate)
			restore := flip(t, path, 40)
			_, err := fresh.Refresh(context.Background(), start)
			if c := CauseOf(err); c != ErrDamaged && c != ErrWrongKeys && c != ErrNotRepository {
				t.Errorf("%s flipped: %v", name, err)
			}
			restore()
		}
		u := mustRefresh(t, d, start)
		if u.Lists[0].Version != 2 {
			t.Errorf("in the end version %d, want 2", u.Lists[0].Version)
		}
	})
}

func TestConfiguration(t *testing.T) {
	w := newWorld(t)
	good := configure(t, w, Folder(w.Repository()), gate)
	for name, spoil := range map[string]func(*Config){
		"no folder":  func(c *Config) { c.Folder = "" },
		"no source":  func(c *Config) { c.Source = nil },
		"no key":     func(c *Config) { c.Key = nil },
		"no root":    func(c *Config) { c.Root = nil },
		"bad list":   func(c *Config) { c.Lists = []string{"gate"} },
		"upward":     func(c *Config) { c.Lists = []string{"../gate"} },
		"deep":       func(c *Config) { c.Lists = []string{"a/b/c"} },
		"upper case": func(c *Config) { c.Lists = []string{"Province/gate"} },
	} {
		c := good
		spoil(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	var c Cause
	if _, err := device(t, w, Folder("/nonexistent"), gate).Refresh(context.Background(), start); !errors.As(err, &c) || c != ErrNoConnection {
		t.Errorf("no such folder: %v", err)
	}
	if _, err := device(t, w, Folder(t.TempDir()), gate).Refresh(context.Background(), start); CauseOf(err) != ErrNotRepository {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestCauses(t *testing.T) {
	codes := map[string]bool{}
	for c := ErrUnknown; c <= ErrStorage; c++ {
		if c.Code() == "" || codes[c.Code()] || !strings.Contains(c.Error(), ";") {
			t.Errorf("cause %d: code %q, text %q: want a code of its own, what is wrong; and what to do", c, c.Code(), c.Error())
		}
		codes[c.Code()] = true
	}
	if Cause(200).Code() != "unknown" || CauseOf(errors.New("x")) != ErrUnknown || CauseOf(nil) != ErrUnknown {
		t.Error("what is not known is not unknown")
	}
	if !errors.Is(because(ErrRollback, http.ErrBodyNotAllowed), http.ErrBodyNotAllowed) {
		t.Error("a cause hides the error")
	}
}
