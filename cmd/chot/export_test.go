package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
	"chot/sync/wire"
	"chot/ui"
)

// bundled counts the scans in a stick's bundles.
func bundled(t *testing.T, s *sticktest.Stick) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.Path, "*"+wire.BundleExt))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		packed, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := wire.ParseBundle(packed)
		if err != nil {
			t.Errorf("%s: %v", f, err)
		}
		n += len(b.Entries)
	}
	return n
}

// Scans are copied to real sticks of every kind: one that is full, locked, broken
// to read-only or gone says so and what to do, nothing of it counts as copied,
// nothing is written to the device's own drive, and the next stick has it all.
func TestExportToRealSticks(t *testing.T) {
	site := newSite(t)
	device := filepath.Join(site, "device")
	configure(t, device, settings(t))
	g := newGuard(t, device)
	for range 3 {
		g.expect(listed, scanner.Admit, scanner.Listed)
	}
	g.until("the scan screen", func(s ui.Snapshot) bool { g.wants(ui.Dismiss{}); return s.Screen == ui.ScanScreen })
	g.supervises()
	g.wants(ui.Open{Screen: ui.ExportScreen})
	seen := func(s *sticktest.Stick) ui.Stick {
		t.Helper()
		var found ui.Stick
		g.until("the stick", func(snap ui.Snapshot) bool {
			i := slices.IndexFunc(snap.Sticks, func(have ui.Stick) bool { return have.ID == s.Path })
			if i >= 0 {
				found = snap.Sticks[i]
			}
			return i >= 0
		})
		return found
	}
	ended := func() ui.Task {
		t.Helper()
		return g.until("an end", func(s ui.Snapshot) bool {
			return s.ExportTask.State == ui.TaskDone || s.ExportTask.State == ui.TaskFailed
		}).ExportTask
	}
	fails := func(s *sticktest.Stick, want ui.Failure) {
		t.Helper()
		// The order itself: the screen may know already that it cannot be.
		g.model.SetExport(ui.Task{})
		g.ask(ui.Export{Stick: s.Path})
		if task := ended(); task.Failure != want {
			t.Errorf("it ends with %+v, want %s", task, want)
		}
	}
	waiting := func() int { return g.model.Snapshot(g.now()).Unsent }
	unsent := waiting() // three scans, and whatever was remarked
	for _, kind := range sticktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			full := sticktest.Plug(t, kind, 1<<20)
			seen(full)
			full.Fill()
			fails(full, ui.StickFull)
			if n := bundled(t, full); n != 0 {
				t.Errorf("a full stick holds %d scans", n)
			}
			full.Out()

			locked := sticktest.Plug(t, kind, 1<<20)
			locked.Out()
			locked.In("ro")
			g.until("that it is read-only", func(s ui.Snapshot) bool {
				return slices.ContainsFunc(s.Sticks, func(have ui.Stick) bool { return have.ID == locked.Path && have.ReadOnly })
			})
			g.wants(ui.StartExport{Stick: locked.Path})
			if s := g.model.Snapshot(g.now()); s.ExportTask.State == ui.TaskRunning {
				t.Error("a locked stick can be chosen")
			}
			fails(locked, ui.StickReadOnly)
			locked.Out()

			broken := sticktest.Plug(t, kind, 1<<20)
			seen(broken)
			broken.ReadOnly() // what Linux does with a file system that fails
			fails(broken, ui.StickReadOnly)
			broken.Out()
			fails(broken, ui.StickGone) // and its empty mount point stays empty

			good := sticktest.Plug(t, kind, 1<<20)
			seen(good)
			g.model.SetExport(ui.Task{})
			g.wants(ui.StartExport{Stick: good.Path})
			if task := ended(); task.State != ui.TaskDone || task.Done != int64(unsent) || filepath.Dir(task.Note) != good.Path {
				t.Errorf("a good stick ends with %+v, want %d scans", task, unsent)
			}
			good.Out()
			good.In() // nothing is only in the system's memory
			if n := bundled(t, good); n != unsent {
				t.Errorf("the stick holds %d scans, want %d", n, unsent)
			}
			if now := waiting(); now != unsent {
				t.Errorf("%d wait now, %d did: only a receipt settles them", now, unsent)
			}
			good.Out()
		})
	}

	// Pulled out in the middle: what was begun is not there as a bundle, and
	// not on the device's own drive (which sticktest looks at).
	pulled := sticktest.Plug(t, "ext4", 1<<20)
	seen(pulled)
	out := false
	hook := func() {
		if s := g.model.Snapshot(g.now()); !out && s.ExportTask.State == ui.TaskRunning && s.ExportTask.Total > 0 {
			out = true
			pulled.Pull()
		}
	}
	g.hook.Store(&hook)
	fails(pulled, ui.StickGone)
	g.hook.Store(nil)
	if !out {
		t.Error("it was never pulled")
	}
	last := sticktest.Plug(t, "ext4", 1<<20)
	seen(last)
	g.model.SetExport(ui.Task{})
	g.wants(ui.StartExport{Stick: last.Path})
	if task := ended(); task.State != ui.TaskDone || bundled(t, last) != unsent {
		t.Errorf("the next stick ends with %+v", task)
	}
}
