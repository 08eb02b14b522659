package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
	"chot/ui"
)

// What was scanned before a device was enrolled anew is counted where scans wait:
// the screen says that there is something to copy, copies it and says how much. A
// journal of then that does not open holds nothing up.
func TestScansOfBeforeAreCarried(t *testing.T) {
	before, site := newSite(t), newSite(t)
	device, scanned := filepath.Join(site, "device"), 0
	configure(t, device, settings(t))
	configure(t, filepath.Join(before, "device"), settings(t))
	t.Run("scans", func(t *testing.T) {
		g := newGuard(t, filepath.Join(before, "device"))
		for range 3 {
			g.expect(listed, scanner.Admit, scanner.Listed)
		}
		scanned = g.until("three scans", func(s ui.Snapshot) bool { return s.Unsent >= 3 }).Unsent
	})
	past := filepath.Join(device, "past")
	if err := errors.Join(os.MkdirAll(filepath.Join(past, "damaged"), 0o700), os.WriteFile(filepath.Join(past, "damaged", "journal.db"), []byte("?"), 0o600),
		os.CopyFS(filepath.Join(past, "before"), os.DirFS(filepath.Join(before, "device")))); err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, device)
	g.until("the scans of before", func(s ui.Snapshot) bool {
		return s.Unsent >= scanned && s.Unsent == int(s.Journal.Entries-s.Journal.Acknowledged)+scanned
	})
	g.supervises()
	stick := sticktest.Plug(t, "ext4", 4<<20)
	g.wants(ui.Open{Screen: ui.ExportScreen})
	g.until("the stick", func(s ui.Snapshot) bool { return len(s.Sticks) == 1 })
	task := g.exports(stick)
	if n := bundled(t, stick); task.Failure != ui.JournalUnread || n < scanned {
		t.Errorf("%+v; %d of %d scans are on the stick", task, n, scanned)
	}
	if err := os.RemoveAll(filepath.Join(past, "damaged")); err != nil {
		t.Fatal(err)
	}
	g.wants(ui.StartExport{Stick: stick.Path})
	task = g.until("an end", func(s ui.Snapshot) bool { return s.ExportTask.State == ui.TaskDone }).ExportTask
	if n := bundled(t, stick); int(task.Done) != n {
		t.Errorf("%+v; %d scans are on the stick", task, n)
	}
}

// A device that was revoked, or whose keys went with what guarded them, admits
// nobody and says so, and hands over what it has scanned to whoever brings a
// stick: no PIN is asked, for there is none any more. It may be enrolled anew from
// there.
func TestDestroyedDeviceHandsOver(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, site, device string){"revoked": revoked, "keeper gone": keeperGone} {
		t.Run(name, func(t *testing.T) { handsOver(t, end) })
	}
}

func revoked(t *testing.T, site, device string) {
	keys, err := station.KeysOf(device, station.Options{})
	if err != nil {
		t.Fatal(err)
	}
	notice := filepath.Join(t.TempDir(), "notice")
	runProgram(t, "chot-hub", "revoke", "--data", filepath.Join(site, "hub"), "--notice", notice, keys.Device)
	runProgram(t, "chotctl", "keys", "revoke", "--site", device, notice)
}

func keeperGone(t *testing.T, _, device string) {
	if err := os.RemoveAll(filepath.Join(device, "keeper")); err != nil {
		t.Fatal(err)
	}
}

func handsOver(t *testing.T, end func(t *testing.T, site, device string)) {
	site := newSite(t)
	device := filepath.Join(site, "device")
	configure(t, device, settings(t))
	t.Run("scans", func(t *testing.T) {
		g := newGuard(t, device)
		for range 3 {
			g.expect(listed, scanner.Admit, scanner.Listed)
		}
	})
	end(t, site, device)

	g := newGuard(t, device)
	g.until("its end", func(s ui.Snapshot) bool {
		return s.Screen == ui.StoppedScreen && s.Stopped == scanner.FaultKeysDestroyed
	})
	g.ask(scanner.Payload{Bytes: []byte(listed), Input: "typed", Typed: true})
	g.wants(ui.Open{Screen: ui.MenuScreen}, ui.AskSupervisor{})
	waiting := g.until("what waits", func(s ui.Snapshot) bool { return s.Unsent > 0 })
	if waiting.Screen != ui.StoppedScreen || len(waiting.Recent) > 0 {
		t.Errorf("screen %d, %d verdicts", waiting.Screen, len(waiting.Recent))
	}

	stick := sticktest.Plug(t, "ext4", 4<<20)
	g.wants(ui.Open{Screen: ui.ExportScreen})
	g.until("the stick", func(s ui.Snapshot) bool {
		return s.Screen == ui.ExportScreen && slices.ContainsFunc(s.Sticks, func(have ui.Stick) bool { return have.ID == stick.Path })
	})
	task := g.exports(stick)
	if n := bundled(t, stick); task.State != ui.TaskDone || n != waiting.Unsent || n < 3 {
		t.Errorf("%+v; %d of %d scans are on the stick", task, n, waiting.Unsent)
	}
	g.wants(ui.Close{})
	g.until("its end again", func(s ui.Snapshot) bool { return s.Screen == ui.StoppedScreen })
	g.wants(ui.Open{Screen: ui.EnrolScreen})
	g.until("the reading of a hub's code", func(s ui.Snapshot) bool { return s.Screen == ui.EnrolScreen })
}
