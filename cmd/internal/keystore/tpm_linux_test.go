//go:build linux && !android

package keystore

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// newChip starts a TPM in software, of its own seeds, and returns how to open
// it.
func newChip(t *testing.T) func() (transport.TPMCloser, error) {
	t.Helper()
	path, err := exec.LookPath("swtpm")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("swtpm is not there: .ci/need swtpm")
		}
		t.Skip("swtpm is not there: .ci/need swtpm")
	}
	dir, err := os.MkdirTemp("", "tpm") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(path, "socket", "--tpm2", "--tpmstate", "dir="+dir, "--server", "type=unixio,path="+socket, "--flags", "not-need-init,startup-clear")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		os.RemoveAll(dir)
	})
	dial := func() (transport.TPMCloser, error) { return linuxudstpm.Open(socket) }
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		chip, err := dial()
		if err == nil {
			_, err = tpm2.GetRandom{BytesRequested: 1}.Execute(chip)
			chip.Close()
		}
		switch {
		case err == nil:
			return dial
		case time.Since(begun) > time.Minute:
			t.Fatalf("swtpm does not start: %v\n%s", err, out.String())
		}
	}
}

func TestTPMKeeper(t *testing.T) {
	dial := newChip(t)
	keeps(t, func(f Folder) Keeper { return TPM{Folder: f, dial: dial} })
	if n := indexes(t, dial); n != 1 { // what the last Create of keeps left
		t.Errorf("%d NV indexes are left in the chip, want 1", n)
	}
}

// indexes counts what is defined among the owner's NV indexes.
func indexes(t *testing.T, dial func() (transport.TPMCloser, error)) int {
	t.Helper()
	chip, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	defer chip.Close()
	got, err := tpm2.GetCapability{Capability: tpm2.TPMCapHandles, Property: firstIndex, PropertyCount: 200}.Execute(chip)
	if err != nil {
		t.Fatal(err)
	}
	handles, err := got.CapabilityData.Data.Handles()
	if err != nil {
		t.Fatal(err)
	}
	return len(handles.Handle)
}

// A folder copied whole opens nothing beside another TPM; beside its own it
// does, which is the control. Once it is destroyed there, the copy is of no use
// either: that is what the NV index is for.
func TestCopiedFolderNeedsItsTPM(t *testing.T) {
	own, stranger := newChip(t), newChip(t)
	f := Folder{Path: t.TempDir()}
	if _, err := Create(f, TPM{Folder: f, dial: own}, someSecrets()); err != nil {
		t.Fatal(err)
	}
	thief := Folder{Path: t.TempDir()}
	copyTo(t, f, thief, sealedFile)
	copyTo(t, f, thief, tpmState)
	if _, err := Open(thief, TPM{Folder: thief, dial: own}); err != nil {
		t.Fatalf("the control: beside its own TPM it must open: %v", err)
	}
	if _, err := Open(thief, TPM{Folder: thief, dial: stranger}); !errors.Is(err, ErrDestroyed) {
		t.Fatalf("beside another TPM: %v", err)
	}
	// Not even with an NV index of the same number there.
	s, err := TPM{Folder: thief}.state()
	if err != nil {
		t.Fatal(err)
	}
	c, err := TPM{dial: stranger}.connect()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.seal(s.index, make([]byte, keySize)); err != nil {
		t.Fatal(err)
	}
	c.close()
	if _, err := Open(thief, TPM{Folder: thief, dial: stranger}); !errors.Is(err, ErrDestroyed) {
		t.Fatalf("beside another TPM with such an index: %v", err)
	}

	if err := (TPM{Folder: f, dial: own}).Destroy(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(thief, TPM{Folder: thief, dial: own}); !errors.Is(err, ErrDestroyed) {
		t.Fatalf("a copy from before the destruction: %v", err)
	}
}

// A TPM that was cleared in the firmware opens nothing, and Destroy leaves alone
// what somebody else has put in its place since.
func TestClearedTPM(t *testing.T) {
	dial := newChip(t)
	f := Folder{Path: t.TempDir()}
	k := TPM{Folder: f, dial: dial}
	if _, err := Create(f, k, someSecrets()); err != nil {
		t.Fatal(err)
	}
	s, err := k.state()
	if err != nil {
		t.Fatal(err)
	}
	chip, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (tpm2.Clear{AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHLockout, Auth: tpm2.PasswordAuth(nil)}}).Execute(chip); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(f, k); !errors.Is(err, ErrDestroyed) {
		t.Errorf("got %v", err)
	}
	_, err = tpm2.NVDefineSpace{AuthHandle: tpm2.TPMRHOwner, PublicInfo: tpm2.New2B(tpm2.TPMSNVPublic{
		NVIndex: tpm2.TPMHandle(s.index), NameAlg: tpm2.TPMAlgSHA256, Attributes: tpm2.TPMANV{OwnerWrite: true, OwnerRead: true, NT: tpm2.TPMNTOrdinary}, DataSize: 8,
	})}.Execute(chip)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Destroy(); err != nil {
		t.Errorf("destroy: %v", err)
	}
	if n := indexes(t, dial); n != 1 {
		t.Errorf("the other's NV index is gone: %d are left", n)
	}
}

// What keeps a TPM from being used is a sentence that says what to do, and not
// the end of the keys.
func TestTPMRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"no permission": {&fs.PathError{Op: "open", Path: TPMDevice, Err: fs.ErrPermission}, "adduser USER tss"},
		"none":          {&fs.PathError{Op: "open", Path: TPMDevice, Err: fs.ErrNotExist}, "no TPM"},
	} {
		k := TPM{Folder: Folder{Path: t.TempDir()}, dial: func() (transport.TPMCloser, error) { return nil, c.err }}
		if err := k.Folder.Write(tpmState, chipState{firstIndex, []byte{1}, []byte{1}}.bytes()); err != nil {
			t.Fatal(err)
		}
		_, wrap := k.Wrap([]byte("x"))
		_, unwrap := k.Unwrap([]byte("x"))
		for _, err := range []error{k.Probe(), wrap, unwrap, k.Destroy()} {
			if !errors.Is(err, ErrKeeper) || errors.Is(err, ErrDestroyed) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !k.Folder.Has(tpmState) {
			t.Errorf("%s: what the destruction needs is gone before it was done", name)
		}
	}
	// An owner's password is somebody else's decision.
	dial := newChip(t)
	chip, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (tpm2.HierarchyChangeAuth{AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: tpm2.PasswordAuth(nil)}, NewAuth: tpm2.TPM2BAuth{Buffer: []byte("owned")}}).Execute(chip); err != nil {
		t.Fatal(err)
	}
	if err := (TPM{dial: dial}).Probe(); !errors.Is(err, ErrKeeper) || !strings.Contains(err.Error(), "owner's password") {
		t.Errorf("owned: %v", err)
	}
}

func fuzzState(t *testing.T, b []byte) {
	if s, err := parseState(b); err == nil && !bytes.Equal(s.bytes(), b) {
		t.Fatal("a chip's state has two forms")
	}
}
