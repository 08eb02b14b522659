package station

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"chot/cmd/internal/keystore"
	"chot/store"
)

// earlierJournal makes a journal as earlier versions did, with the key of prior use
// in it, and returns its bytes.
func (r *rig) earlierJournal(id identity) []byte {
	r.t.Helper()
	old := journalOptions(id, DefaultConfig(), r.trace.Public())
	old.Priors = nil
	j, err := store.Open(journalPath(r.device()), old)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		r.t.Fatal(err)
	}
	b, err := os.ReadFile(journalPath(r.device()))
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

// The journal's key of prior use lies with the device's other secrets, also where
// an earlier version has left it in the journal, and is destroyed with them.
func TestPriorKeyLiesSealed(t *testing.T) {
	r := newRig(t)
	id, err := loadIdentity(r.device(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := r.earlierJournal(id)
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sealed, _, err := Options{}.open(keystore.Folder{Path: r.device()})
	if err != nil || len(sealed.priors) != 32 || !bytes.Contains(before, sealed.priors) {
		t.Fatalf("the envelope holds the key %x, %v", sealed.priors, err)
	}
	r.enrol() // keeps it
	again, _, err := Options{}.open(keystore.Folder{Path: r.device()})
	if err != nil || !bytes.Equal(again.priors, sealed.priors) {
		t.Fatalf("after another enrolment the envelope holds the key %x, %v", again.priors, err)
	}
	err = filepath.WalkDir(r.device(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, sealed.priors) {
			t.Errorf("%s shows the key", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := RevokeBy(r.device(), r.revoke(), Options{}); err != nil {
		t.Fatal(err)
	}
	r.noKeys()
	if n := carried(t, r.device()); n != 1 {
		t.Errorf("%d scans are carried", n)
	}
}

// A journal of an earlier version whose device has ended shows no key either, once
// somebody has looked at it.
func TestPastPriorKey(t *testing.T) {
	r := newRig(t)
	id, err := loadIdentity(r.device(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := RevokeBy(r.device(), r.revoke(), Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(journalPath(r.device())); err != nil {
		t.Fatal(err)
	}
	before := r.earlierJournal(id)
	carried(t, r.device())
	after, err := os.ReadFile(journalPath(r.device()))
	if err != nil {
		t.Fatal(err)
	}
	// The key follows its name, in the old file.
	i := bytes.Index(before, []byte("priors"))
	if key := before[i+len("priors"):][:32]; i < 0 || bytes.Contains(after, key) {
		t.Error("the journal still shows the key")
	}
}
