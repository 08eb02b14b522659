package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/ui"
)

// receipts are the files of a stick by which a hub says what it has taken.
func receipts(t *testing.T, s *sticktest.Stick) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.Path, "*"+wire.ReceiptExt))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A device without any network: its scans go to the hub on a stick, and the stick
// brings the receipts back to the screen they went from, while it scans. What is
// wrong with a stick is said, and settles nothing.
func TestReceiptsFromAStick(t *testing.T) {
	site := newSite(t)
	device, hub := filepath.Join(site, "device"), filepath.Join(site, "hub")
	configure(t, device, settings(t))
	g := newGuard(t, device)
	s := sticktest.Plug(t, "ext4", 4<<20)
	// carry scans, takes it all to the hub, and returns how much that was.
	carry := func(scans int) int64 {
		t.Helper()
		for range scans {
			g.expect(listed, scanner.Admit, scanner.Listed)
		}
		g.until("the scan screen", func(s ui.Snapshot) bool { g.wants(ui.Dismiss{}); return s.Screen == ui.ScanScreen })
		g.supervises()
		g.wants(ui.Open{Screen: ui.ExportScreen})
		g.until("the stick", func(snap ui.Snapshot) bool { return len(snap.Sticks) == 1 })
		task := g.exports(s)
		if task.State != ui.TaskDone || task.Done < int64(scans) {
			t.Fatalf("%d scans and more go onto the stick: %+v", scans, task)
		}
		g.wants(ui.Close{}, ui.Open{Screen: ui.ListsScreen}, ui.Open{Screen: ui.FetchScreen})
		return task.Done
	}
	offered := func(want ui.Offer) {
		t.Helper()
		g.until(fmt.Sprintf("%+v", want), func(snap ui.Snapshot) bool { return len(snap.Offers) == 1 && snap.Offers[0] == want })
	}
	taken := func() ui.Task {
		t.Helper()
		g.wants(ui.StartFetch{Offer: s.Path, Receipts: true})
		return g.until("an end", func(s ui.Snapshot) bool {
			return s.FetchTask.State == ui.TaskDone || s.FetchTask.State == ui.TaskFailed
		}).FetchTask
	}
	ends := func(what string, want ui.Task, acknowledged int64) {
		t.Helper()
		want.Receipts = true
		if task := taken(); task != want {
			t.Errorf("%s ends with %+v, want %+v", what, task, want)
		}
		if s := g.model.Snapshot(g.now()); int64(s.Journal.Acknowledged) != acknowledged || s.Unsent != int(s.Journal.Entries)-int(acknowledged) {
			t.Errorf("after %s the hub has %+v and %d wait, want %d", what, s.Journal, s.Unsent, acknowledged)
		}
	}
	name := filepath.Base(s.Path)

	first := carry(3)
	offered(ui.Offer{Name: name}) // bundles are nothing to take
	runProgram(t, "chot-hub", "import", "--data", hub, s.Path)
	offered(ui.Offer{ID: s.Path, Name: name, Receipts: true})
	ends("a good receipt", ui.Task{State: ui.TaskDone, Done: first}, first)
	ends("the same again", ui.Task{State: ui.TaskDone}, first)
	g.wants(ui.Close{}, ui.Close{}, ui.Close{})

	second := carry(2)
	runProgram(t, "chot-hub", "import", "--data", hub, s.Path)
	files := receipts(t, s)
	if len(files) != 2 {
		t.Fatalf("the stick holds the receipts %v", files)
	}
	good, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	put := func(receipt []byte) {
		t.Helper()
		if err := os.WriteFile(files[1], receipt, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(good[:len(good)/2]) // the older one beside it is whole
	ends("a receipt that was cut short", ui.Task{State: ui.TaskFailed, Failure: ui.ReceiptsDamaged}, first)
	forged := bytes.Clone(good)
	forged[len(forged)-10] ^= 1
	put(forged)
	ends("a forged receipt", ui.Task{State: ui.TaskFailed, Failure: ui.ReceiptsDamaged}, first)

	claim, ok := wire.ClaimOf(good)
	if !ok {
		t.Fatalf("no receipt: %q", good)
	}
	other := []byte(claim.Device)
	for i := range other { // another name, of the same letters
		other[i] = claim.Device[len(other)-1-i]
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	put(bytes.ReplaceAll(good, []byte(claim.Device), other))
	ends("another gate's receipt", ui.Task{State: ui.TaskFailed, Failure: ui.ReceiptsNone}, first)

	put(good)
	s.Out()
	g.until("that it is out", func(snap ui.Snapshot) bool { return len(snap.Offers) == 0 })
	g.ask(ui.FetchReceipts{Offer: s.Path}) // the order itself: the screen knows already
	g.until("that it is gone", func(s ui.Snapshot) bool { return s.FetchTask.Failure == ui.StickGone })
	s.In()
	offered(ui.Offer{ID: s.Path, Name: name, Receipts: true})
	ends("put in again it", ui.Task{State: ui.TaskDone, Done: second}, first+second)
	g.expect(listed, scanner.Admit, scanner.Listed)
}

func TestReceiptFailure(t *testing.T) {
	for _, c := range []struct {
		err     error
		plugged bool
		want    ui.Failure
	}{
		{&uplink.Trouble{Fault: scanner.FaultHubRefuses, Err: errors.New("another log")}, true, ui.JournalDamaged},
		{&uplink.Trouble{Fault: scanner.FaultJournal, Err: errors.New("not written")}, false, ui.ReceiptsDisk},
		{station.ErrNoReceipt, true, ui.ReceiptsNone},
		{station.ErrNoReceipt, false, ui.StickGone},
		{wire.ErrOtherHub, true, ui.ReceiptsHub},
		{wire.ErrReceipt, true, ui.ReceiptsDamaged},
		{&fs.PathError{Op: "open", Path: "x", Err: errors.New("input/output error")}, true, ui.StickUnread},
		{errors.New("another reason"), true, ui.ReceiptsDisk},
	} {
		if got := receiptFailure(errors.Join(c.err), c.plugged); got != c.want {
			t.Errorf("%v, plugged %v: %s, want %s", c.err, c.plugged, got, c.want)
		}
	}
}
