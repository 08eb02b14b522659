package downlink

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInstalledWithoutConnection(t *testing.T) {
	t.Parallel()
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
	flip(t, want.Lists[0].Path, 2048+10)
	u, err = boot(t, d.config).Installed(context.Background())
	if CauseOf(err) != ErrDamaged || len(u.Lists) != 0 {
		t.Errorf("damaged: %+v, %v", u.Lists, err)
	}
}

// Flash wears out. What is found damaged is fetched anew.
func TestRepair(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

	// A list that would leave the journal no room is not begun.
	w.list(gate, 2, start, binh)
	d.room = func(string) (int64, error) { return d.config.Reserve + 100, nil }
	wantCause(t, d, start, ErrStorage)
	if parts, _ := filepath.Glob(filepath.Join(d.parts(), "*.part")); len(parts) > 1 {
		t.Errorf("parts %q", parts)
	}
	d.room = room
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

// A part that is not the beginning of the file costs one more download, no
// failure.
func TestDamagedPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.list(gate, 1, start, many(900)...)
	s := newSite(t, w.Repository())
	blobs, _ := filepath.Glob(filepath.Join(w.Repository(), "targets/lists/province/*.roster"))
	digest, _, _ := strings.Cut(filepath.Base(blobs[0]), ".")
	for name, size := range map[string]int64{"zeros": m.Size / 2, "whole of zeros": m.Size, "too long": m.Size + 1} {
		d := device(t, w, s.source(t), gate)
		part := filepath.Join(d.parts(), digest+".part")
		w.check(os.WriteFile(part, make([]byte, size), 0o600))
		stray := filepath.Join(d.parts(), strings.Repeat("0", 64)+".part")
		w.check(os.WriteFile(stray, nil, 0o600))
		if u := mustRefresh(t, d, start); !admits(t, u.Lists[0], ann) {
			t.Errorf("%s: not the list published", name)
		}
		if _, err := os.Stat(stray); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a part nobody wants is still there", name)
		}
	}
}

func TestMetadataCannotBeWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	d := device(t, w, Folder(w.Repository()), gate)
	block := filepath.Join(d.cache.folder, "snapshot.json", "x")
	w.check(os.MkdirAll(block, 0o700))
	wantCause(t, d, start, ErrStorage)
	w.check(os.RemoveAll(filepath.Dir(block)))
	mustRefresh(t, d, start)
}

// What a power cut leaves in the folder hinders nothing.
func TestLeavings(t *testing.T) {
	t.Parallel()
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
