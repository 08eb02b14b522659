package station

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
)

// TestStorageFull has the device's storage fill up under a station that scans,
// as a phone's does with pictures: the operator reads that it is full, and is
// told by every scan that it is not kept; nothing that was kept is lost, and
// scanning goes on when there is room.
func TestStorageFull(t *testing.T) {
	r := newRig(t)
	disk := sticktest.Plug(t, "ext4", 8<<20)
	device := filepath.Join(disk.Path, "device")
	if err := os.CopyFS(device, os.DirFS(r.device())); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"keys.sealed", "keeper/file.key", publicFile, grantFile, enrolmentFile} {
		if err := os.Chmod(filepath.Join(device, f), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	defer os.RemoveAll(device)
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

	pictures := filepath.Join(disk.Path, "pictures")
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
	if err := errors.Join(f.Close(), os.Remove(pictures)); err != nil {
		t.Fatal(err)
	}
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
