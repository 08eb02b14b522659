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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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

func TestMissingListLeavesTheOthers(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

func TestContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	d := device(t, w, newSite(t, w.Repository()).source(t), gate)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Refresh(ctx, start); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	ctx, cancel = context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	if _, err := d.Refresh(ctx, start); CauseOf(err) != ErrNoConnection {
		t.Errorf("out of time: %v", err)
	}
	mustRefresh(t, d, start)
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
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
	if _, err := device(t, w, Folder("/nonexistent"), gate).Refresh(context.Background(), start); !errors.As(err, &c) || c != ErrStick {
		t.Errorf("no such folder: %v", err)
	}
	if _, err := device(t, w, Folder(t.TempDir()), gate).Refresh(context.Background(), start); CauseOf(err) != ErrNotRepository {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestCauses(t *testing.T) {
	t.Parallel()
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
