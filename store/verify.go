package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// An Alteration is an entry that is not as the journal wrote it. It matches
// ErrAltered.
type Alteration struct {
	Seq  uint64
	What string // "is missing", "was changed after it was written", …
}

func (a *Alteration) Error() string { return fmt.Sprintf("entry %d %s", a.Seq, a.What) }

// Unwrap returns ErrAltered.
func (a *Alteration) Unwrap() error { return ErrAltered }

// maxAlterations is how many findings Verify lists before it says no more.
const maxAlterations = 100

// Verify computes every kept entry's leaf and the root anew and compares them
// with what is stored and with the signed head. Its error joins an Alteration
// for each entry found changed, missing or out of place, so errors.As finds
// the first; whoever changed entry, hashes and root alike is caught by the
// head's signature, if Options.VerifyHead is set. What is kept beside the log
// is checked against its checksums.
func (s *Store) Verify() error { return s.VerifyTold(nil) }

// told is how many entries apart progress is told.
const told = 256

// VerifyTold is Verify that says how many of the kept entries it has read.
func (s *Store) VerifyTold(progress func(done, total uint64)) error {
	var found []error
	err := s.look(func(tx *bolt.Tx, st state) error {
		v := verification{state: st, expect: st.first, found: &found}
		var err error
		if v.tree, err = newTree(tx, st.first); err != nil {
			return err
		}
		c := tx.Bucket(bucketRecords).Cursor()
		for k, value := c.First(); k != nil; k, value = c.Next() {
			if !v.record(k, value) {
				return nil
			}
			if done := v.expect - min(st.first, v.expect); progress != nil && (done%told == 0 || v.expect == st.size) {
				progress(done, st.size-st.first)
			}
		}
		v.missing(st.size)
		found = append(found, checksums(tx)...)
		return v.head(tx, s.o.VerifyHead)
	})
	if err = errors.Join(append(found, err)...); err != nil {
		return fmt.Errorf("verify journal: %w", err)
	}
	return nil
}

// checksums checks every value outside the log proper and returns one error
// for each bucket that has a wrong one.
func checksums(tx *bolt.Tx) (found []error) {
	try := func(name []byte, b *bolt.Bucket) {
		err := b.ForEach(func(k, v []byte) error {
			if v == nil {
				return nil // a bucket within
			}
			_, err := checked(k, v)
			return err
		})
		if err != nil {
			found = append(found, fmt.Errorf("%w (in %q)", err, name))
		}
	}
	for _, name := range buckets {
		if !bytes.Equal(name, bucketRecords) {
			try(name, tx.Bucket(name))
		}
	}
	priors := tx.Bucket(bucketPrior)
	if err := priors.ForEachBucket(func(k []byte) error { try(bucketPrior, priors.Bucket(k)); return nil }); err != nil {
		found = append(found, err)
	}
	return found
}

type verification struct {
	state
	tree   tree
	expect uint64
	found  *[]error
}

func (v *verification) report(seq uint64, what string) {
	*v.found = append(*v.found, &Alteration{seq, what})
}

// missing reports the entries from the expected one up to seq.
func (v *verification) missing(seq uint64) {
	for ; v.expect < seq && len(*v.found) < maxAlterations; v.expect++ {
		v.report(v.expect, "is missing")
	}
	v.expect = max(v.expect, seq)
}

// record checks one record and reports whether to go on.
func (v *verification) record(k, value []byte) bool {
	if len(k) != 8 {
		*v.found = append(*v.found, fmt.Errorf("%w: a record has no sequence", ErrAltered))
		return true
	}
	seq := binary.BigEndian.Uint64(k)
	v.missing(seq)
	v.expect = seq + 1
	switch n := hashCount(seq) * tlog.HashSize; {
	case seq < v.first:
		v.report(seq, "is there though it was purged")
	case seq >= v.size:
		v.report(seq, "is there though the head does not cover it")
	case len(value) <= n:
		v.report(seq, "is cut short")
	default:
		v.entry(seq, value[:n], value[n:])
	}
	return len(*v.found) < maxAlterations
}

func (v *verification) entry(seq uint64, hashes, encoded []byte) {
	e, parsed := scanner.ParseEntry(encoded)
	leaf := tlog.RecordHash(encoded)
	switch {
	case parsed == nil && e.Seq != seq:
		v.report(seq, fmt.Sprintf("is out of place: it was written as entry %d", e.Seq))
	case !bytes.Equal(leaf[:], hashes[:tlog.HashSize]):
		v.report(seq, "was changed after it was written")
	case parsed != nil:
		v.report(seq, "cannot be read")
	}
	// From the stored leaf on, so that one changed entry is one finding.
	stored, err := tlog.StoredHashesForRecordHash(int64(seq), tlog.Hash(hashes), v.tree)
	if errors.Is(err, ErrAltered) {
		return // a missing neighbour, reported in its place
	}
	if err != nil {
		*v.found = append(*v.found, err)
		return
	}
	for level, h := range stored {
		if bytes.Equal(h[:], hashes[level*tlog.HashSize:(level+1)*tlog.HashSize]) {
			continue
		}
		if from := seq + 1 - 1<<level; !v.reported(from, seq) {
			v.report(seq, fmt.Sprintf("carries a wrong hash over entries %d to %d", from, seq))
		}
		return
	}
}

// reported reports whether an entry from..to was named already: the hashes
// above it cannot fit then.
func (v *verification) reported(from, to uint64) bool {
	return slices.ContainsFunc(*v.found, func(err error) bool {
		a, ok := err.(*Alteration)
		return ok && a.Seq >= from && a.Seq <= to
	})
}

// head compares the root with the stored one and has the note's signature
// checked.
func (v *verification) head(tx *bolt.Tx, verify func([]byte, uint64, [32]byte) error) error {
	root, err := tlog.TreeHash(int64(v.size), v.tree)
	if err != nil && len(*v.found) == 0 {
		return err
	}
	if err == nil && root != v.root {
		*v.found = append(*v.found, fmt.Errorf("%w: its entries do not give the head's root", ErrAltered))
	}
	note, err := get(tx.Bucket(bucketLog), keyHead)
	if err != nil {
		return err
	}
	if verify == nil || v.size == 0 && note == nil {
		return nil
	}
	if err := verify(note, v.size, v.root); err != nil {
		*v.found = append(*v.found, fmt.Errorf("%w: the head's signature does not fit: %w", ErrAltered, err))
	}
	return nil
}
