package store

import (
	"bytes"
	"context"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// headStride is how many entries there are between the heads that are kept, or
// as many as one transaction adds, if that is more. A bundle has to end where a
// head is signed: with these, what was not sent can be handed on in bundles of
// any size when the device's key is gone, and costs 10 bytes an entry.
const headStride = 32

// headPrefix begins a kept head's key; its size follows.
var headPrefix = []byte("head:")

func headKey(size uint64) []byte { return append(bytes.Clone(headPrefix), sequenceKey(size)...) }

// keepHead keeps the head over the log as it now is, if a stride is complete.
func keepHead(tx *bolt.Tx, before, size uint64) error {
	if size/headStride == before/headStride {
		return nil
	}
	note, err := get(tx.Bucket(bucketLog), keyHead)
	if err != nil {
		return err
	}
	return put(tx.Bucket(bucketSettled), headKey(size), note)
}

// dropHeads forgets those that end before anything that is kept.
func dropHeads(tx *bolt.Tx, first uint64) error {
	b := tx.Bucket(bucketSettled)
	var gone [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(headPrefix); bytes.HasPrefix(k, headPrefix) && bytes.Compare(k, headKey(first)) <= 0; k, _ = c.Next() {
		gone = append(gone, bytes.Clone(k))
	}
	for _, k := range gone {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// headNear returns the last kept head after from that is over size entries or
// fewer, or the next one there is. The log's own, at its end, always is.
func headNear(tx *bolt.Tx, from, size uint64, st state) (uint64, []byte, error) {
	c := tx.Bucket(bucketSettled).Cursor()
	at := func(k, v []byte) (uint64, []byte, error) {
		v, err := checked(k, v)
		return binary.BigEndian.Uint64(k[len(headPrefix):]), bytes.Clone(v), err
	}
	is := func(k []byte) bool { return bytes.HasPrefix(k, headPrefix) && len(k) == len(headPrefix)+8 }
	k, v := c.Seek(headKey(size))
	if is(k) && bytes.Equal(k, headKey(size)) {
		return at(k, v)
	}
	if k, v := c.Prev(); is(k) && bytes.Compare(k, headKey(from)) > 0 {
		return at(k, v)
	}
	if k, v = c.Seek(headKey(size)); is(k) {
		return at(k, v)
	}
	v, err := get(tx.Bucket(bucketLog), keyHead)
	return st.size, bytes.Clone(v), err
}

// fillHeads signs the heads that a journal of an earlier version lacks. What
// stops it is tried again at the next start.
func (s *Store) fillHeads() error {
	return s.update(context.Background(), func(tx *bolt.Tx, st *state) error {
		tree, err := newTree(tx, st.first)
		if err != nil {
			return err
		}
		last, filled := st.first, false
		for size := st.first/headStride*headStride + headStride; size < st.size; size += headStride {
			near, _, err := headNear(tx, last, size, *st)
			switch {
			case err != nil:
				return err
			case near <= size:
				last = near
				continue
			case near-last <= maxShared+headStride:
				continue
			}
			if s.file.used(tx) > s.room()+s.reserve()/2 {
				break // receipts come first
			}
			root, err := tlog.TreeHash(int64(size), tree)
			if err != nil {
				return err
			}
			note, err := s.o.Sign(size, root)
			if err != nil {
				return err
			}
			if err := put(tx.Bucket(bucketSettled), headKey(size), note); err != nil {
				return err
			}
			last, filled = size, true
		}
		if !filled {
			return errNothing
		}
		return nil
	})
}
