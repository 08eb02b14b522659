package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	bolt "go.etcd.io/bbolt"
)

// edit changes a closed journal's file directly, as somebody with the device
// in hands could.
func edit(t *testing.T, path string, fn func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// rehash makes all hashes, the root and the state fit the records again; only
// the signature cannot be made to.
func rehash(tx *bolt.Tx) error {
	st, err := loadState(tx)
	if err != nil {
		return err
	}
	for seq := st.first; seq < st.size; seq++ {
		tr, err := newTree(tx, st.first)
		if err != nil {
			return err
		}
		_, entry, err := tr.record(seq)
		if err != nil {
			return err
		}
		hashes, err := tlog.StoredHashes(int64(seq), entry, tr)
		if err != nil {
			return err
		}
		var v []byte
		for _, h := range hashes {
			v = append(v, h[:]...)
		}
		if err := tr.records.Put(sequenceKey(seq), append(v, entry...)); err != nil {
			return err
		}
	}
	tr, err := newTree(tx, st.first)
	if err != nil {
		return err
	}
	if st.root, err = tlog.TreeHash(int64(st.size), tr); err != nil {
		return err
	}
	return st.store(tx)
}

func record(tx *bolt.Tx, seq uint64) []byte {
	return append([]byte(nil), tx.Bucket(bucketRecords).Get(sequenceKey(seq))...)
}

func TestVerifyFindsEachAlteration(t *testing.T) {
	const n = 40
	for _, c := range []struct {
		name  string
		edit  func(tx *bolt.Tx) error
		named []uint64 // the sequences Verify must name, and no others
	}{
		{"nothing", func(*bolt.Tx) error { return nil }, nil},
		{"changed", func(tx *bolt.Tx) error {
			v := record(tx, 17)
			v[len(v)-20] ^= 1
			return tx.Bucket(bucketRecords).Put(sequenceKey(17), v)
		}, []uint64{17}},
		{"changed twice", func(tx *bolt.Tx) error {
			for _, seq := range []uint64{3, 31} {
				v := record(tx, seq)
				v[len(v)-1] ^= 0x80
				if err := tx.Bucket(bucketRecords).Put(sequenceKey(seq), v); err != nil {
					return err
				}
			}
			return nil
		}, []uint64{3, 31}},
		{"deleted", func(tx *bolt.Tx) error { return tx.Bucket(bucketRecords).Delete(sequenceKey(22)) }, []uint64{22}},
		{"swapped", func(tx *bolt.Tx) error {
			a, b := record(tx, 10), record(tx, 12) // both even: as many hashes each
			return errors.Join(tx.Bucket(bucketRecords).Put(sequenceKey(10), b), tx.Bucket(bucketRecords).Put(sequenceKey(12), a))
		}, []uint64{10, 12}},
		{"cut short", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketRecords).Put(sequenceKey(8), record(tx, 8)[:20])
		}, []uint64{8}},
		{"wrong inner hash", func(tx *bolt.Tx) error {
			v := record(tx, 15)
			v[tlog.HashSize*2] ^= 1 // over 12 to 15
			return tx.Bucket(bucketRecords).Put(sequenceKey(15), v)
		}, []uint64{15}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDevice(t)
			path := journalPath(t)
			s := d.open(t, path)
			appendN(t, s, 0, n)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			edit(t, path, c.edit)
			s = d.open(t, path) // the end is whole, so it opens
			err := s.Verify()
			if c.named == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, ErrAltered) {
				t.Fatalf("Verify: %v", err)
			}
			var first *Alteration
			if !errors.As(err, &first) || first.Seq != c.named[0] {
				t.Errorf("Verify names %v first, want %d: %v", first, c.named[0], err)
			}
			if got := named(err); fmt.Sprint(got) != fmt.Sprint(c.named) {
				t.Errorf("Verify names %v, want %v: %v", got, c.named, err)
			}
		})
	}
}

// named lists the sequences an error names, each once.
func named(err error) (seqs []uint64) {
	seen := map[uint64]bool{}
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) {
		case *Alteration:
			if !seen[e.Seq] {
				seen[e.Seq] = true
				seqs = append(seqs, e.Seq)
			}
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				walk(one)
			}
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		}
	}
	walk(err)
	return seqs
}

func TestVerifyFindsForgedLog(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	appendN(t, s, 0, 20)
	s.Close()
	edit(t, path, func(tx *bolt.Tx) error {
		v := record(tx, 5)
		v[len(v)-20] ^= 1
		return errors.Join(tx.Bucket(bucketRecords).Put(sequenceKey(5), v), rehash(tx))
	})
	s = d.open(t, path)
	if err := s.Verify(); !errors.Is(err, ErrAltered) {
		t.Errorf("a log hashed anew passes: %v", err)
	}
	// Control: without the head's signature nothing could tell.
	s.Close()
	o := d.options()
	o.VerifyHead = nil
	blind, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer blind.Close()
	if err := blind.Verify(); err != nil {
		t.Errorf("control: %v", err)
	}
}

func TestOpenFindsCutLog(t *testing.T) {
	for name, alter := range map[string]func(tx *bolt.Tx) error{
		"last entry gone":  func(tx *bolt.Tx) error { return tx.Bucket(bucketRecords).Delete(sequenceKey(19)) },
		"first entry gone": func(tx *bolt.Tx) error { return tx.Bucket(bucketRecords).Delete(sequenceKey(0)) },
		"one too many":     func(tx *bolt.Tx) error { return tx.Bucket(bucketRecords).Put(sequenceKey(20), record(tx, 18)) },
		"bucket gone":      func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketPurges) },
		"state gone":       func(tx *bolt.Tx) error { return tx.Bucket(bucketLog).Delete(keyState) },
		"state changed": func(tx *bolt.Tx) error {
			v := append([]byte(nil), tx.Bucket(bucketLog).Get(keyState)...)
			v[45] ^= 1 // the cursor
			return tx.Bucket(bucketLog).Put(keyState, v)
		},
		"root changed": func(tx *bolt.Tx) error {
			st, err := loadState(tx)
			st.root[0] ^= 1
			return errors.Join(err, st.store(tx))
		},
		"cursor beyond the log": func(tx *bolt.Tx) error {
			st, err := loadState(tx)
			st.acknowledged = st.size + 1
			return errors.Join(err, st.store(tx))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t)
			path := journalPath(t)
			s := d.open(t, path)
			appendN(t, s, 0, 20)
			s.Close()
			edit(t, path, alter)
			refused(t, path, d, ErrDamaged)
		})
	}
}

func TestVerifyAfterPurge(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	// Every shape of frontier: purge one by one, verifying against the head.
	for i := range 70 {
		appendN(t, s, i, 1)
		if i >= 3 {
			if err := s.Acknowledge(uint64(i-2), nil, time.Time{}); err != nil {
				t.Fatal(err)
			}
			if n, err := s.Purge(draft(i - 2).Entry.At.Wall); err != nil || n != 1 {
				t.Fatalf("purge: %d, %v", n, err)
			}
		}
		verify(t, s)
	}
	s.Close()
	s = d.open(t, path)
	verify(t, s)
	if st := s.Stats(); st.Pruned != 67 || st.Size != 70 {
		t.Errorf("kept from %d of %d", st.Pruned, st.Size)
	}
	appendN(t, s, 70, 60)
	verify(t, s)
}
