package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
	"chot/sync/downlink"
	"chot/ui"
)

const (
	listed   = "001190123456" // in the demonstration's list
	newcomer = "092088005577" // not in it
)

// publish makes a version of the demonstration's list that names who is given
// and as many others as make it long.
func publish(t *testing.T, site string, version, others int, named ...string) {
	t.Helper()
	var csv strings.Builder
	csv.WriteString("subject,status\n")
	for _, id := range named {
		fmt.Fprintf(&csv, "vn.id:%s,admit\n", id)
	}
	for i := range others {
		fmt.Fprintf(&csv, "vn.id:001099%06d,admit\n", i)
	}
	rows, list := filepath.Join(site, "rows.csv"), filepath.Join(site, "people.roster")
	if err := os.WriteFile(rows, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	runProgram(t, "chotctl", "roster", "build", "--csv", rows, "--key", filepath.Join(site, "lists", "people.key"), "--out", list,
		"--list", "people", "--name", "demo", "--version", fmt.Sprint(version))
	runProgram(t, "chotctl", "authority", "publish", "--dir", filepath.Join(site, "authority"), "--name", "demo", "--file", list)
}

// A supervisor's whole day with sticks, in a kiosk at work and without any hub:
// none there, one without a list, a good one, the same again, forged, damaged,
// rolled back, pulled out in the middle. What is proven is in use at once, and
// nothing else ever is.
func TestListsFromAStick(t *testing.T) {
	site := newSite(t)
	device, repository := filepath.Join(site, "device"), filepath.Join(site, "authority", "repository")
	configure(t, device, settings(t))
	old := filepath.Join(site, "old")
	if err := os.CopyFS(old, os.DirFS(repository)); err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, device)
	g.expect(listed, scanner.Admit, scanner.Listed)
	g.expect(newcomer, scanner.Refer, scanner.Absent)
	g.wants(ui.Dismiss{})
	g.until("the scan screen", func(s ui.Snapshot) bool { g.wants(ui.Dismiss{}); return s.Screen == ui.ScanScreen })
	g.supervises()
	g.wants(ui.Open{Screen: ui.ListsScreen})
	g.until("the list in use", func(s ui.Snapshot) bool { return len(s.Lists) == 1 && s.Lists[0].Version == 1 })

	// offered waits for a stick's offer.
	offered := func(s *sticktest.Stick, folder string) string {
		t.Helper()
		found := g.until("what the stick holds", func(snap ui.Snapshot) bool {
			for _, o := range snap.Offers {
				if o.Name == filepath.Base(s.Path) && (o.ID == "") == (folder == "") && o.Folder == folder {
					return true
				}
			}
			return false
		})
		for _, o := range found.Offers {
			if o.Name == filepath.Base(s.Path) {
				return o.ID
			}
		}
		return ""
	}
	ended := func(id string) ui.Task {
		t.Helper()
		g.wants(ui.StartFetch{Offer: id})
		return g.until("an end", func(s ui.Snapshot) bool {
			return s.FetchTask.State == ui.TaskDone || s.FetchTask.State == ui.TaskFailed
		}).FetchTask
	}

	music := sticktest.Plug(t, "ext4", 1<<20)
	if id := offered(music, ""); id != "" {
		t.Errorf("a stick without lists offers %q", id)
	}
	music.Out()

	publish(t, site, 2, 0, listed, newcomer)
	good := sticktest.Plug(t, "ext4", 4<<20)
	good.Copy(repository, "repository")
	id := offered(good, "repository")
	g.wants(ui.Open{Screen: ui.FetchScreen})
	if task := ended(id); task != (ui.Task{State: ui.TaskDone, Done: 1}) {
		t.Fatalf("a good stick ends with %+v", task)
	}
	if s := g.model.Snapshot(g.now()); len(s.Lists) != 1 || s.Lists[0].Version != 2 {
		t.Errorf("the page shows %+v", s.Lists)
	}
	g.expect(newcomer, scanner.Admit, scanner.Listed)
	dismissed := func() {
		g.until("the stick's page again", func(s ui.Snapshot) bool { g.wants(ui.Dismiss{}); return s.Screen == ui.FetchScreen })
	}
	dismissed()
	if task := ended(id); task != (ui.Task{State: ui.TaskDone}) {
		t.Errorf("the same again ends with %+v", task)
	}

	// What is wrong with a stick is said, and changes nothing.
	stays := func() {
		t.Helper()
		s := g.until("the list in use", func(s ui.Snapshot) bool { return len(s.Lists) == 1 })
		if s.Lists[0].Version != 2 || s.Lists[0].State != ui.ListFresh {
			t.Errorf("the list in use is %+v", s.Lists[0])
		}
		for _, f := range s.Faults {
			if f == scanner.FaultListSource {
				t.Error("a stick's trouble is the station's fault")
			}
		}
		g.expect(newcomer, scanner.Admit, scanner.Listed)
		dismissed()
	}
	fails := func(s *sticktest.Stick, folder string, want ui.Failure) {
		t.Helper()
		if task := ended(offered(s, folder)); task.State != ui.TaskFailed || task.Failure != want {
			t.Errorf("%s ends with %+v, want %s", folder, task, want)
		}
		stays()
	}
	bad := sticktest.Plug(t, "ext4", 16<<20)
	stranger := newSite(t)
	publish(t, stranger, 9, 0, "079092007788")
	bad.Copy(filepath.Join(stranger, "authority", "repository"), "forged")
	fails(bad, "forged", ui.ListsForged)
	if err := os.RemoveAll(filepath.Join(bad.Path, "forged")); err != nil {
		t.Fatal(err)
	}
	bad.Copy(old, "old")
	fails(bad, "old", ui.ListsOlder)
	if err := os.RemoveAll(filepath.Join(bad.Path, "old")); err != nil {
		t.Fatal(err)
	}
	// Long enough that no system reads it all ahead.
	publish(t, site, 3, 300_000, listed)
	bad.Copy(repository, "damaged")
	blobs, _ := filepath.Glob(filepath.Join(bad.Path, "damaged", "targets", "lists", "demo", "*.roster"))
	for _, blob := range blobs {
		f, err := os.OpenFile(blob, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte("another's rows"), 20_000); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	fails(bad, "damaged", ui.ListsDamaged)
	bad.Out()

	// Pulled out in the middle, with progress on the screen.
	next := sticktest.Plug(t, "ext4", 16<<20)
	next.Copy(repository, "lists-3")
	next.Out()
	next.In() // nothing of it is in the system's memory
	id = offered(next, "lists-3")
	var middle ui.Task
	hook := func() {
		if s := g.model.Snapshot(g.now()); middle.Done == 0 && s.FetchTask.State == ui.TaskRunning && s.FetchTask.Done > 0 && s.FetchTask.Done < s.FetchTask.Total {
			middle = s.FetchTask
			next.Pull()
		}
	}
	g.hook.Store(&hook)
	task := ended(id)
	g.hook.Store(nil)
	if middle.Total < 3_000_000 {
		t.Errorf("progress showed %+v", middle)
	}
	if task.State != ui.TaskFailed || task.Failure != ui.StickGone {
		t.Errorf("a stick that was pulled out ends with %+v", task)
	}
	stays()
	again := sticktest.Plug(t, "ext4", 16<<20)
	again.Copy(repository, "lists-3")
	if task := ended(offered(again, "lists-3")); task != (ui.Task{State: ui.TaskDone, Done: 1}) {
		t.Errorf("put in again it ends with %+v", task)
	}
	g.expect(newcomer, scanner.Refer, scanner.Absent)
	g.expect(listed, scanner.Admit, scanner.Listed)
}

// A device whose own drive has no room for the list says that, and not that the
// stick is to blame.
func TestListsFindNoRoom(t *testing.T) {
	site := newSite(t)
	drive := sticktest.Plug(t, "ext4", 40<<20) // less than a download leaves free for the journal
	configure(t, filepath.Join(site, "device"), settings(t))
	drive.Copy(filepath.Join(site, "device"), "device")
	publish(t, site, 2, 0, listed, newcomer)
	good := sticktest.Plug(t, "ext4", 4<<20)
	good.Copy(filepath.Join(site, "authority", "repository"), "repository")
	device := filepath.Join(drive.Path, "device")
	if err := os.Chmod(filepath.Join(device, "keeper", "file.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, device)
	g.supervises()
	g.wants(ui.Open{Screen: ui.FetchScreen})
	id := filepath.Join(good.Path, "repository")
	g.until("the stick", func(s ui.Snapshot) bool {
		return slices.ContainsFunc(s.Offers, func(o ui.Offer) bool { return o.ID == id })
	})
	g.wants(ui.StartFetch{Offer: id})
	s := g.until("an end", func(s ui.Snapshot) bool {
		return s.FetchTask.State == ui.TaskFailed || s.FetchTask.State == ui.TaskDone
	})
	if s.FetchTask.Failure != ui.ListsDisk || !slices.Contains(s.Faults, scanner.FaultListStorage) {
		t.Errorf("it ends with %+v, faults %v", s.FetchTask, s.Faults)
	}
	g.expect(listed, scanner.Admit, scanner.Listed)
}

func TestFetchFailure(t *testing.T) {
	for _, c := range []struct {
		err     error
		plugged bool
		want    ui.Failure
	}{
		{downlink.ErrStick, true, ui.StickUnread},
		{downlink.ErrStick, false, ui.StickGone},
		{downlink.ErrNotRepository, true, ui.ListsNone},
		{downlink.ErrNotRepository, false, ui.StickGone},
		{downlink.ErrWrongKeys, true, ui.ListsForged},
		{downlink.ErrRollback, true, ui.ListsOlder},
		{downlink.ErrExpired, true, ui.ListsLate},
		{downlink.ErrDamaged, true, ui.ListsDamaged},
		{downlink.ErrTooLarge, true, ui.ListsDamaged},
		{downlink.ErrUnknown, true, ui.ListsDamaged},
		{downlink.ErrNotPublished, true, ui.ListsOthers},
		{downlink.ErrNoListKey, true, ui.ListsOthers},
		{downlink.ErrStorage, true, ui.ListsDisk},
		{downlink.ErrStorage, false, ui.ListsDisk},
		{errors.New("the journal does not take it"), true, ui.ListsDisk},
	} {
		if got := fetchFailure(fmt.Errorf("refresh lists: %w", c.err), c.plugged); got != c.want {
			t.Errorf("%v, plugged %v: %s, want %s", c.err, c.plugged, got, c.want)
		}
	}
}
