package station

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"chot/cmd/internal/keystore"
	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
)

// TestStorageFull has the device's storage fill up under a station that scans,
// as a phone's does with pictures: the operator reads that it is full, and is
// told by every scan that it is not kept; nothing that was kept is lost, and
// scanning goes on when there is room.
func TestStorageFull(t *testing.T) {
	r := newRig(t)
	disk, device := r.small()
	s, err := Open(device, Options{Dial: r.net.Dial})
	if err != nil {
		t.Fatal(err)
	}
	stop := r.run(s)
	kept := 0
	scan := func() scanner.Result {
		t.Helper()
		result := s.Submit(t.Context(), scanner.Payload{Bytes: []byte(refused), Input: "typed", Typed: true})
		if result.Kept {
			kept++
		}
		return result
	}
	if result := scan(); !result.Kept {
		t.Fatalf("with room: %v", result.Err)
	}

	empty := fillUp(t, disk)
	full := false
	for i := 0; i < 3000 && !full; i++ { // the journal's file has some room of its own
		result := scan()
		full = !result.Kept
		if full && (result.Verdict.Outcome == scanner.Admit || result.Verdict.Reason != scanner.NotRecorded) {
			t.Errorf("not kept, but %+v", result.Verdict)
		}
	}
	if st := s.State(); !full || !slices.Contains(st.Faults, scanner.FaultDiskFull) || slices.Contains(st.Faults, scanner.FaultJournal) {
		t.Errorf("full: %v, faults %v", full, st.Faults)
	}
	empty()
	if result := scan(); !result.Kept || slices.Contains(s.State().Faults, scanner.FaultDiskFull) {
		t.Errorf("with room again: %v, faults %v", result.Err, s.State().Faults)
	}
	if got := s.State().Size; got != uint64(kept) {
		t.Errorf("the journal has %d scans, %d were shown as kept", got, kept)
	}
	stop()
	if s, err = Open(device, Options{Offline: true}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.store.Verify(), s.Close()); err != nil {
		t.Error(fmt.Errorf("after a restart: %w", err))
	}
}

// small copies the device to a small disk of its own.
func (r *rig) small() (disk, device string) {
	t := r.t
	t.Helper()
	disk = sticktest.Plug(t, "ext4", 8<<20).Path
	device = filepath.Join(disk, "device")
	if err := os.CopyFS(device, os.DirFS(r.device())); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"keys.sealed", "keeper/file.key", publicFile, grantFile, enrolmentFile} {
		if err := os.Chmod(filepath.Join(device, f), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.RemoveAll(device) })
	return disk, device
}

// fillUp fills a disk, as pictures do, until empty is called.
func fillUp(t *testing.T, disk string) (empty func()) {
	t.Helper()
	pictures := filepath.Join(disk, "pictures")
	f, err := os.Create(pictures)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; { // to the last byte
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		t.Helper()
		if err := errors.Join(f.Close(), os.Remove(pictures)); err != nil {
			t.Fatal(err)
		}
	}
}

// A full disk keeps no keys from being destroyed, and no scan from being carried
// away.
func TestDestroyedOnAFullDisk(t *testing.T) {
	r := newRig(t)
	disk, device := r.small()
	s, err := Open(device, Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	r.typed(s, nobody)
	empty := fillUp(t, disk)
	if err := os.WriteFile(filepath.Join(device, "control"), make([]byte, 4096), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the control: there is room: %v", err)
	}
	s.end(ending{Why: whyRevoked})
	if err := s.Run(t.Context()); !errors.Is(err, ErrDestroyed) && !errors.Is(err, ErrEnding) {
		t.Errorf("it ends with %v", err)
	}
	if err := s.Close(); err != nil {
		t.Log(err) // the shift's count has no room
	}
	if _, _, err := (Options{}).open(keystore.Folder{Path: device}); !errors.Is(err, ErrDestroyed) {
		t.Errorf("its keys: %v", err)
	}
	if !Over(device, Options{}) {
		t.Error("it does not say that it is over")
	}
	if n := carried(t, device); n != 1 {
		t.Errorf("%d scans are carried", n)
	}
	empty()
	if _, err := Open(device, Options{}); !errors.Is(err, ErrDestroyed) {
		t.Errorf("with room again: %v", err)
	}
}
