package station

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/cmd/internal/keystore"
)

// A device whose keys went with what guarded them (a TPM that was cleared, a copy
// without its keeper) says that it is over, hands its scans over, and can be
// enrolled anew; until then nothing of it is destroyed.
func TestLostKeys(t *testing.T) {
	for _, missing := range []string{"keeper/file.key", "keys.sealed"} {
		r := newRig(t)
		s := r.open(func(o *Options) { o.Offline = true })
		old := s.id.key.ID()
		for range 3 {
			r.typed(s, nobody)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if Over(r.device(), Options{}) {
			t.Fatal("over while its keys open")
		}
		path := r.path("device", filepath.FromSlash(missing))
		aside := filepath.Join(t.TempDir(), "aside")
		if err := os.Rename(path, aside); err != nil {
			t.Fatal(err)
		}
		_, err := Open(r.device(), Options{})
		if err == nil || missing == "keeper/file.key" && !errors.Is(err, ErrDestroyed) {
			t.Errorf("without %s: %v", missing, err)
		}
		if !Over(r.device(), Options{}) || Over(r.device(), Options{Keeper: away{}}) && missing == "keeper/file.key" {
			t.Errorf("without %s it is not over, or a keeper that does not answer is the end", missing)
		}
		if st, err := KeysOf(r.device(), Options{}); err != nil || !st.Destroyed || st.Why == "" || st.Device != old {
			t.Errorf("without %s the keys' status is %+v, %v", missing, st, err)
		}
		if n := carried(t, r.device()); n != 3 {
			t.Errorf("without %s %d of 3 scans are carried", missing, n)
		}
		if err := os.Rename(aside, path); err != nil {
			t.Fatal(err)
		}
		if err := r.open(nil).Close(); err != nil { // the control: it was found again
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}

		// A hub that does not answer leaves all as it was.
		r.net.Plug(nil)
		if err := r.enrolIn(r.device(), Options{}, "", "rig/people"); err == nil {
			t.Fatal("enrolled without a hub")
		}
		if n := carried(t, r.device()); n != 3 || !Over(r.device(), Options{}) || len(Past(r.device())) != 0 {
			t.Errorf("after an enrolment that failed %d of 3 scans are carried", n)
		}
		r.killHub()
		r.startHub()
		r.enrol()
		s = r.open(nil)
		if s.id.key.ID() == old {
			t.Error("the device enrolled anew is the old one")
		}
		r.typed(s, nobody)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, r.device()); n != 4 || Over(r.device(), Options{}) {
			t.Errorf("%d of 4 scans are carried", n)
		}
	}
}

// An envelope, or a chip's part of it, that was damaged says what to do, and doing
// it works: put back, it opens; enrolled anew, the device is another one, and its
// scans are there.
func TestDamagedEnvelope(t *testing.T) {
	for _, name := range []string{"keys.sealed", "keeper/tpm2"} {
		r := newRig(t)
		s := r.open(func(o *Options) { o.Offline = true })
		old := s.id.key.ID()
		r.typed(s, nobody)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		f := keystore.Folder{Path: r.device()}
		whole, err := f.Read("keys.sealed")
		if err != nil {
			t.Fatal(err)
		}
		damaged := whole[:len(whole)-9]
		if name == "keeper/tpm2" { // of a device that a TPM keeps
			damaged = append([]byte("chot keys 1\n\x04tpm2"), whole[len("chot keys 1\n\x04file"):]...)
			if err := f.Write(name, []byte("chot tpm2 1\n\x00")); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Write("keys.sealed", damaged); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(r.device(), Options{}); !errors.Is(err, keystore.ErrEnvelope) || !strings.Contains(err.Error(), "put it back from a copy, or enrol the device anew") {
			t.Errorf("%s damaged: %v", name, err)
		}
		if n := carried(t, r.device()); n != 1 || Over(r.device(), Options{}) {
			t.Errorf("%s damaged: %d scans are carried", name, n)
		}
		for _, b := range [][]byte{whole, damaged} {
			if err := f.Write("keys.sealed", b); err != nil {
				t.Fatal(err)
			}
			if s, err := Open(r.device(), Options{}); (err == nil) != bytes.Equal(b, whole) {
				t.Errorf("put back or damaged again: %v", err)
			} else if err == nil {
				s.Close()
			}
		}
		r.enrol()
		s = r.open(func(o *Options) { o.Offline = true })
		if s.id.key.ID() == old {
			t.Error("the device enrolled anew is the old one")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, r.device()); n != 1 {
			t.Errorf("%s damaged, enrolled anew: %d scans are carried", name, n)
		}
	}
}

// However the power is cut while a device that has ended is enrolled anew, its
// scans can be carried away, and the next try makes it another device.
func TestEnrolledAnewCutAtEveryStep(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	old := s.id.key.ID()
	for range 3 {
		r.typed(s, nobody)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := RevokeBy(r.device(), r.revoke(), Options{}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for done := false; !done; n++ {
		dir := filepath.Join(t.TempDir(), "device")
		if err := os.CopyFS(dir, os.DirFS(r.device())); err != nil {
			t.Fatal(err)
		}
		left := n
		err := r.enrolIn(dir, Options{cut: func(string) error {
			if left--; left < 0 {
				return errCut
			}
			return nil
		}}, "", "rig/people")
		if done = err == nil; !done && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		if n := carried(t, dir); n != 3 {
			t.Fatalf("%d of 3 scans are carried", n)
		}
		if err := r.enrolIn(dir, Options{}, "", "rig/people"); err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		s, err := Open(dir, Options{Offline: true})
		if err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		if s.id.key.ID() == old {
			t.Errorf("after a cut at step %d it is the old device", n)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, dir); n != 3 {
			t.Fatalf("%d of 3 scans are carried in the end", n)
		}
	}
	if n < 20 {
		t.Errorf("there were %d steps only", n)
	}
}

// However the power is cut while a device is enrolled for another checkpoint and
// hub, it is wholly with the one or the other, and what it has scanned is there.
func TestEnrolledElsewhereCutAtEveryStep(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	id := s.id.key.ID()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const url, checkpoint = "https://other.example:8443", "Chốt Hai"
	moved, n := 0, 0
	for done := false; !done; n++ {
		dir := filepath.Join(t.TempDir(), "device")
		if err := os.CopyFS(dir, os.DirFS(r.device())); err != nil {
			t.Fatal(err)
		}
		left := n
		err := r.enrolAt(url, checkpoint, dir, Options{cut: func(string) error {
			if left--; left < 0 {
				return errCut
			}
			return nil
		}}, "", "rig/people")
		if done = err == nil; !done && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		s, err := Open(dir, Options{Offline: true})
		if err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		there := s.id.enrolment.Hub == url
		if there != (s.id.grant.Checkpoint == checkpoint) || s.id.key.ID() != id || done && !there || n == 0 && there {
			t.Errorf("after a cut at step %d its hub is %s, its checkpoint %s", n, s.id.enrolment.Hub, s.id.grant.Checkpoint)
		}
		if there {
			moved++
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, dir); n != 1 {
			t.Errorf("%d of 1 scans are carried", n)
		}
	}
	if n < 8 || moved < 3 {
		t.Errorf("there were %d steps only, %d after it was moved", n, moved)
	}
}
