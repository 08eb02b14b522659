package store

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
)

// A keeper keeps a key of prior use, as a device's vault does.
type keeper struct {
	key []byte
	err error
}

func (k *keeper) priors(old []byte) ([]byte, error) {
	switch {
	case k.err != nil:
		return nil, k.err
	case old != nil:
		k.key = bytes.Clone(old)
	case k.key == nil:
		k.key = newPriors()
	}
	return k.key, nil
}

func (d *device) openKept(t *testing.T, path string, k *keeper) *Store {
	t.Helper()
	o := d.options()
	o.Priors = k.priors
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func shows(t *testing.T, path string, secret []byte) bool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(b, secret)
}

// A journal whose key of prior use is kept elsewhere remembers who passed, and
// without that key nobody can ask it.
func TestPriorKeyKeptApart(t *testing.T) {
	d, path, k := newDevice(t), journalPath(t), new(keeper)
	s := d.openKept(t, path, k)
	passage(t, s, 1, morning, scanner.In, scanner.Admit)
	s.Close()
	s = d.openKept(t, path, k)
	if !prior(t, s, 1).Seen || prior(t, s, 2).Seen {
		t.Error("it does not remember who passed")
	}
	verify(t, s)
	s.Close()
	if shows(t, path, k.key) {
		t.Error("the file shows the key")
	}
	if _, err := Open(path, d.options()); err == nil {
		t.Error("it opens for scanning without the key: everybody would be new to it")
	}
	o := d.options()
	o.ReadOnly = true
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	verify(t, s)
	if p, err := s.Prior(person(1)); err == nil {
		t.Errorf("asked without the key it says %+v", p)
	}
}

// The key of a journal of an earlier version is taken out of it, and with it
// prior use goes on; nothing in the file, also what is not in use, shows it any
// more. What cannot be kept elsewhere now stays where it is.
func TestPriorKeyMoves(t *testing.T) {
	d, path, k := newDevice(t), journalPath(t), new(keeper)
	write(t, path, oldFile(t))
	s := d.open(t, path)
	clear := bytes.Clone(s.priors)
	appendN(t, s, 137, 200) // each leaves a page behind that shows the key
	s.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(whole, clear); n < 2 {
		t.Fatalf("the control: the file shows its key %d times", n)
	}

	k.err = errors.New("the disk is full")
	s = d.openKept(t, path, k)
	if !prior(t, s, 336).Seen {
		t.Error("prior use is forgotten where its key could not be moved")
	}
	s.Close()
	k.err = nil
	s = d.openKept(t, path, k)
	if !bytes.Equal(k.key, clear) || !prior(t, s, 336).Seen || !prior(t, s, 136).Seen {
		t.Error("prior use is forgotten")
	}
	verify(t, s)
	s.Close()
	if shows(t, path, clear) {
		t.Error("the file still shows the key")
	}
	s = d.openKept(t, path, k)
	appendN(t, s, 337, 100)
	verify(t, s)
	if size := s.Stats().Size; size != 437 || !prior(t, s, 336).Seen {
		t.Errorf("it goes on with %d entries", size)
	}
}

// A cut after the key is out of use, and before free pages are overwritten, is
// made good.
func TestPriorKeyMovesCut(t *testing.T) {
	d, path, k := newDevice(t), journalPath(t), new(keeper)
	write(t, path, oldFile(t))
	s := d.open(t, path)
	k.key = bytes.Clone(s.priors)
	appendN(t, s, 137, 50)
	err := s.update(t.Context(), func(tx *bolt.Tx, _ *state) error {
		b := tx.Bucket(bucketLog)
		return errors.Join(put(b, keyFormat, []byte{2}), put(b, keyPriors, priorsMark(priorsMoved, k.key)))
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if !shows(t, path, k.key) {
		t.Fatal("the control: the file shows no key")
	}
	s = d.openKept(t, path, k)
	if !prior(t, s, 186).Seen {
		t.Error("prior use is forgotten")
	}
	verify(t, s)
	s.Close()
	if shows(t, path, k.key) {
		t.Error("the file still shows the key")
	}
}

// With another key than its own a journal begins prior use anew, once.
func TestPriorKeyLost(t *testing.T) {
	d, path, k := newDevice(t), journalPath(t), new(keeper)
	s := d.openKept(t, path, k)
	passage(t, s, 1, morning, scanner.In, scanner.Admit)
	s.Close()
	k.key = nil
	s = d.openKept(t, path, k)
	if prior(t, s, 1).Seen {
		t.Error("another key finds the passage")
	}
	passage(t, s, 2, morning, scanner.In, scanner.Admit)
	s.Close()
	s = d.openKept(t, path, k)
	if !prior(t, s, 2).Seen {
		t.Error("what was remembered since is forgotten")
	}
	verify(t, s)
}

// The journal of a device that has ended gives no passage away, however it was
// kept, and hands on all it has.
func TestForgetPriors(t *testing.T) {
	d, path := newDevice(t), journalPath(t)
	write(t, path, oldFile(t))
	s := d.open(t, path)
	clear := bytes.Clone(s.priors)
	appendN(t, s, 137, 50)
	s.Close()
	o := d.options()
	o.Sign, o.Ended = nil, true
	for range 2 {
		s, err := Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ForgetPriors(); err != nil {
			t.Fatal(err)
		}
		if err := s.file.view(func(tx *bolt.Tx) error {
			return tx.Bucket(bucketPrior).ForEachBucket(func([]byte) error { return errors.New("passages are left") })
		}); err != nil {
			t.Error(err)
		}
		verify(t, s)
		s.Close()
	}
	if shows(t, path, clear) {
		t.Error("the file still shows the key")
	}
	if _, to := handOn(t, d, path, 1<<20); to != 187 {
		t.Errorf("%d of 187 entries are handed on", to)
	}
}
