package downlink

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRollbackRefused(t *testing.T) {
	t.Parallel()
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
		t.Run("the timestamp alone", func(t *testing.T) {
			old := w.fork()
			if _, err := w.Refresh(start.AddDate(0, 0, 2)); err != nil {
				t.Fatal(err)
			}
			mustRefresh(t, d, start.AddDate(0, 0, 2))
			d := boot(t, d.config)
			d.config.Source = Folder(old.Repository())
			wantCause(t, d, start.AddDate(0, 0, 2), ErrRollback)
		})
		mustRefresh(t, d, start)
	})
}

// The list's own version counts even where every version of TUF's has risen:
// an authority's key in wrong hands, or a backup restored.
func TestListRollbackRefused(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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

func TestBitFlips(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, src Source) {
		m := w.list(gate, 1, start, many(500)...)
		w.trust("one", start)
		d := device(t, w, src, gate)
		mustRefresh(t, d, start)
		w.list(gate, 2, start, many(501)...)
		w.trust("two", start)

		w.dropDeltas() // or they would bring what the flipped file cannot
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
