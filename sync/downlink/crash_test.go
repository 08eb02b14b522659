package downlink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chot/scanner/roster"
)

var errPower = errors.New("the power went")

// A shadow knows what of a folder would be there after a power cut: of a file
// what was synced, of a folder the names it had when that was.
type shadow struct {
	root, pins string
	content    map[uint64][]byte            // by inode, as last synced
	entries    map[string]map[string]uint64 // by folder; 0 is a folder
	files      bool                         // file syncs count; false is the control
	folders    bool                         // folder syncs count
}

func newShadow(t *testing.T, root string) *shadow {
	t.Helper()
	s := &shadow{root: root, pins: memory(t), content: map[uint64][]byte{}, entries: map[string]map[string]uint64{}, files: true, folders: true}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			s.entries[path] = s.list(path)
			return err
		}
		s.content[inode(path)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// memory is a folder for files whose durability is worked out here and needs no
// disk: in memory, where there is such a place.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "chot-cut-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func inode(path string) uint64 {
	info, err := os.Lstat(path)
	if err != nil || info.IsDir() {
		return 0
	}
	return uint64(info.Sys().(*syscall.Stat_t).Ino) // its type differs between platforms
}

// list is a folder's names now. Every file seen is pinned, so that no inode comes
// to stand for two files.
func (s *shadow) list(folder string) map[string]uint64 {
	names := map[string]uint64{}
	files, _ := os.ReadDir(folder)
	for _, f := range files {
		n := inode(filepath.Join(folder, f.Name()))
		names[f.Name()] = n
		if n != 0 {
			os.Link(filepath.Join(folder, f.Name()), filepath.Join(s.pins, fmt.Sprint(n)))
		}
	}
	return names
}

// see takes notice of a change that is about to be made.
func (s *shadow) see(op, path string) {
	switch op {
	case "sync":
		if b, err := os.ReadFile(path); err == nil && s.files {
			s.content[inode(path)] = b
		}
	case "sync folder":
		if names := s.list(path); s.folders {
			s.entries[path] = names
		}
	default:
		s.list(filepath.Dir(path))
	}
}

// How much a power cut takes: all that was not synced; the contents but not the
// names, as where a file system writes its own records first; or nothing, as when
// only the program is killed.
var cuts = []string{"unsynced", "contents", "killed"}

// leave writes into a new folder what is there after a cut.
func (s *shadow) leave(t *testing.T, cut string) string {
	t.Helper()
	to := filepath.Join(memory(t), "downlink")
	if cut == "killed" {
		if err := os.CopyFS(to, os.DirFS(s.root)); err != nil {
			t.Fatal(err)
		}
		return to
	}
	var walk func(folder, to string)
	walk = func(folder, to string) {
		if err := os.Mkdir(to, 0o700); err != nil {
			t.Fatal(err)
		}
		names := s.entries[folder]
		if cut == "contents" {
			names = s.list(folder)
		}
		for name, n := range names {
			if n == 0 {
				walk(filepath.Join(folder, name), filepath.Join(to, name))
			} else if err := os.WriteFile(filepath.Join(to, name), s.content[n], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	walk(s.root, to)
	return to
}

// A recorder is the station's record of the installed list: on disk once told.
type recorder struct {
	folder string
	off    func() bool // the power is
	list   List
	lies   bool // control: it says that version 2 is on record, and it is not
}

func (r *recorder) Refreshed(Update, error, time.Duration) {}
func (r *recorder) Progress(string, int64, int64)          {}
func (r *recorder) Installed(u Update) {
	if len(u.Lists) > 0 && !r.off() && !r.lies {
		r.list = u.Lists[0]
	}
}
func (r *recorder) floor(string) uint64 {
	if r.lies {
		return 2
	}
	return r.list.Version
}

// opens looks whether the list on record can be used from a folder.
func (r *recorder) opens(folder string) error {
	rel, err := filepath.Rel(r.folder, r.list.Path)
	if err != nil {
		return err
	}
	list, err := roster.Open(filepath.Join(folder, rel), r.list.Manifest, listKey)
	if err != nil {
		return err
	}
	return errors.Join(list.Verify(), list.Close())
}

// A crashSite is a device that has version 1, in a world that has published 2.
type crashSite struct {
	w      *world
	config Config
	first  List
	pieces int64
}

// crashSites are the ways a new version is installed.
func crashSites(t *testing.T) map[string]crashSite {
	sites := map[string]crashSite{}
	for _, way := range []string{"whole", "by pieces", "by delta", "the same again"} {
		w := newWorld(t)
		rows := many(1200)
		w.list(gate, 1, start, rows...)
		w.trust("one", start)
		c := configure(t, w, Folder(w.Repository()), gate)
		first := mustRefresh(t, boot(t, c), start).Lists[0]
		if way != "the same again" {
			rows = append(rows[:len(rows)-40:len(rows)-40], binh)
		}
		w.list(gate, 2, start, rows...)
		w.trust("two", start)
		if _, err := w.RotateKey("timestamp", "", start); err != nil { // a new root, too
			t.Fatal(err)
		}
		site := crashSite{w, c, first, piecewise}
		switch way {
		case "whole":
			w.dropDeltas()
		case "by pieces":
			w.dropDeltas()
			site.pieces = 1
		}
		sites[way] = site
	}
	return sites
}

// device is the site's device in a folder of its own, with its record.
func (c crashSite) device(t *testing.T) (*Downlink, *recorder) {
	t.Helper()
	folder := filepath.Join(memory(t), "downlink")
	if err := os.CopyFS(folder, os.DirFS(c.config.Folder)); err != nil {
		t.Fatal(err)
	}
	r := &recorder{folder: folder, off: func() bool { return false }, list: c.first}
	r.list.Path = strings.Replace(c.first.Path, c.config.Folder, folder, 1)
	return c.start(t, folder, r), r
}

func (c crashSite) start(t *testing.T, folder string, r *recorder) *Downlink {
	t.Helper()
	config := c.config
	config.Folder, config.Observer, config.Floor = folder, r, r.floor
	d := boot(t, config)
	d.piecewise = c.pieces
	return d
}

func (d *Downlink) breaks(step func(op, path string) error) {
	d.disk.step, d.cache.disk.step = step, step
}

// done says that the next refresh puts version 2 in place; and that once it is on
// record it is there alone, and nothing lies about.
func (c crashSite) done(d *Downlink) error {
	u, err := d.Refresh(context.Background(), start)
	if err != nil {
		return err
	}
	d.config.Observer.Installed(u)
	if u, err = d.Refresh(context.Background(), start); err != nil {
		return err
	}
	if len(u.Lists) != 1 || u.Lists[0].Version != 2 {
		return fmt.Errorf("installed %+v", u.Lists)
	}
	left, _ := filepath.Glob(filepath.Join(d.config.Folder, "parts", "*"))
	lists, _ := filepath.Glob(filepath.Join(d.config.Folder, "lists", "*", "*"))
	if len(left) > 0 || len(lists) != 1 {
		return fmt.Errorf("left behind: %q, lists %q", left, lists)
	}
	return nil
}

// cutAt cuts the power before change number at, and says what is wrong afterwards.
func (c crashSite) cutAt(t *testing.T, at int, cut string, change func(*shadow, *recorder)) (where string, err error) {
	d, r := c.device(t)
	s := newShadow(t, d.config.Folder)
	if change != nil {
		change(s, r)
	}
	n := 0
	r.off = func() bool { return n > at }
	d.breaks(func(op, path string) error {
		if n++; n > at {
			if where == "" {
				where = fmt.Sprintf("before change %d, %s %s", at, op, filepath.Base(path))
			}
			return errPower
		}
		s.see(op, path)
		return nil
	})
	d.Refresh(context.Background(), start) // as far as it gets
	folder := s.leave(t, cut)
	if err := r.opens(folder); err != nil {
		return where, fmt.Errorf("the list on record: %w", err)
	}
	r.lies = false
	r.list.Path = strings.Replace(r.list.Path, r.folder, folder, 1)
	r.folder, r.off = folder, func() bool { return false }
	if err := c.done(c.start(t, folder, r)); err != nil {
		return where, fmt.Errorf("the next refresh: %w", err)
	}
	return where, r.opens(folder)
}

// TestPowerCutAtEveryChange cuts the power before every change an update makes to
// the disk, in three ways of losing what was not synced. Each time the list on
// record opens, page by page, and the next refresh completes the update and leaves
// nothing behind. Without the syncs, or with the version before removed too
// early, it does not.
func TestPowerCutAtEveryChange(t *testing.T) {
	t.Parallel()
	for way, site := range crashSites(t) {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			changes := 0
			d, _ := site.device(t)
			d.breaks(func(string, string) error { changes++; return nil })
			if err := site.done(d); err != nil {
				t.Fatal(err)
			}
			if changes < 20 {
				t.Fatalf("only %d changes: the fault is not where they are made", changes)
			}
			cases := 0
			for at := range changes + 1 { // the last goes through
				for i, cut := range cuts {
					if i > 0 && at%2 == i%2 {
						continue // every change is cut in two of the ways
					}
					cases++
					if where, err := site.cutAt(t, at, cut, nil); err != nil {
						t.Errorf("%s, %s lost: %v", where, cut, err)
					}
				}
			}
			t.Logf("%d changes, %d cuts", changes, cases)
			if way != "whole" {
				return
			}
			for name, control := range map[string]struct {
				cut    string
				change func(*shadow, *recorder)
			}{
				"without syncing files":              {"contents", func(s *shadow, _ *recorder) { s.files = false }},
				"without syncing folders":            {"unsynced", func(s *shadow, _ *recorder) { s.folders = false }},
				"removing what is the one on record": {"killed", func(_ *shadow, r *recorder) { r.lies = true }},
			} {
				where, err := "", error(nil)
				for at := changes; at >= 0 && err == nil; at-- {
					where, err = site.cutAt(t, at, control.cut, control.change)
				}
				if err == nil {
					t.Errorf("control: %s nothing breaks", name)
				}
				t.Logf("control: %s, cut %s: %v", name, where, err)
			}
		})
	}
}

// TestDiskFailsAtEveryChange has every change to the disk fail once, and the disk
// run full from it on: the list in use stays, the error says that it was the disk,
// and the next refresh succeeds.
func TestDiskFailsAtEveryChange(t *testing.T) {
	t.Parallel()
	for way, site := range crashSites(t) {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			for i, fault := range []error{syscall.EIO, syscall.ENOSPC} {
				failures := 0
				for at := i; ; at += 2 {
					d, r := site.device(t)
					n, where := 0, ""
					d.breaks(func(op, path string) error {
						n++
						grows := op == "open" || op == "write" || op == "mkdir" || op == "link"
						if n-1 == at || fault == syscall.ENOSPC && n > at && grows {
							if where == "" {
								where = op + " " + filepath.Base(path)
							}
							return fault
						}
						return nil
					})
					_, err := d.Refresh(context.Background(), start)
					if where == "" {
						break // beyond the last
					}
					if err != nil {
						failures++
						if CauseOf(err) != ErrStorage || !errors.Is(err, fault) {
							t.Errorf("%v at %s: %v", fault, where, err)
						}
					}
					if err := r.opens(d.config.Folder); err != nil {
						t.Errorf("%v at %s: the list on record: %v", fault, where, err)
					}
					if parts, _ := filepath.Glob(filepath.Join(d.parts(), "*.part")); fault == syscall.ENOSPC && strings.HasPrefix(where, "write ") && strings.HasSuffix(where, ".part") && len(parts) > 0 {
						t.Errorf("full at %s: what was fetched still takes room: %q", where, parts)
					}
					d.breaks(nil)
					if err := site.done(d); err != nil {
						t.Errorf("%v at %s: the next refresh: %v", fault, where, err)
					}
				}
				if failures < 5 {
					t.Errorf("%v: only %d failures", fault, failures)
				}
			}
		})
	}
}
