package main

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/ui"
)

// TestTheLastStateAtOnce: a device that reaches nobody shows what it knew when it
// was last open, in its first frame: how much waits, how old the list is, which
// checkpoint this is.
func TestTheLastStateAtOnce(t *testing.T) {
	device := filepath.Join(newSite(t), "device")
	configure(t, device, settings(t))
	s, err := station.Open(device, station.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	const scans = 5
	for range scans {
		if r := s.Submit(t.Context(), scanner.Payload{Bytes: []byte("079092007788"), Input: "typed", Typed: true}); !r.Kept {
			t.Fatal(r.Err)
		}
	}
	want := s.State()
	if want.List == "" || want.ListConfirmed.IsZero() {
		t.Fatalf("the demonstration has no list: %+v", want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	g := newGuard(t, device) // its hub does not run
	g.known.wait(t.Context(), time.Minute)
	first := g.model.Snapshot(time.Now())
	if first.Unsent != scans || first.Sync.Unsent != scans || first.Checkpoint != want.Checkpoint {
		t.Errorf("the first frame says %d and %d unsent at %q, want %d at %q", first.Unsent, first.Sync.Unsent, first.Checkpoint, scans, want.Checkpoint)
	}
	if l := first.List; l.Name != want.List || l.Version != want.ListVersion || l.State == ui.ListMissing || l.Age < 0 || l.Age > time.Hour {
		t.Errorf("the first frame's list: %+v, want %s version %d", l, want.List, want.ListVersion)
	}
	if first.Journal.Entries != scans {
		t.Errorf("the first frame's journal: %+v", first.Journal)
	}
	if first.Stopped != "" || first.Sync.LastFault != "" {
		t.Errorf("nobody was asked yet, but: %q, %q", first.Stopped, first.Sync.LastFault)
	}
}

// TestWhyNothingIsKnownAtOnce: what keeps a device from knowing is said in the
// first frame too, and a device that belongs to nobody says that.
func TestWhyNothingIsKnownAtOnce(t *testing.T) {
	device := filepath.Join(newSite(t), "device")
	if err := os.WriteFile(filepath.Join(device, "keys.sealed"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, device)
	g.known.wait(t.Context(), time.Minute)
	if s := g.model.Snapshot(time.Now()); s.Stopped != scanner.FaultEnrolment {
		t.Errorf("stopped by %q", s.Stopped)
	}
	g = newGuard(t, t.TempDir())
	g.known.wait(t.Context(), time.Minute)
	if s := g.model.Snapshot(time.Now()); s.Screen != ui.FirstScreen {
		t.Errorf("screen %d", s.Screen)
	}
}

// TestWindowDoesNotWaitForEver: a journal that takes long to open holds no window
// up, and saying it twice is saying it.
func TestWindowDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k known
		began := time.Now()
		k.wait(t.Context(), patience)
		if waited := time.Since(began); waited != patience {
			t.Errorf("it waited %v", waited)
		}
		k.say()
		k.say()
		began = time.Now()
		k.wait(t.Context(), patience)
		if waited := time.Since(began); waited != 0 {
			t.Errorf("it waited %v for what was said", waited)
		}
	})
}
