package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// Unsent returns the entries after the last acknowledged one, encoded, at most
// limit bytes of them but at least one if there is one, with a signed head of
// size from+len(entries). Without a key to sign with it returns as many as have
// a head that was signed before, which may be more than limit.
func (s *Store) Unsent(limit int) (from uint64, entries [][]byte, head []byte, err error) {
	var st state
	var root [32]byte
	err = s.look(func(tx *bolt.Tx, now state) error {
		st, from = now, now.acknowledged
		tree, err := newTree(tx, st.first)
		if err != nil {
			return err
		}
		total := 0
		for seq := from; seq < st.size; seq++ {
			entry, err := unchanged(tree, seq)
			if err != nil {
				return err
			}
			if total += len(entry); total > limit && len(entries) > 0 {
				break
			}
			entries = append(entries, entry)
		}
		size := from + uint64(len(entries))
		if size == st.size {
			head, err = get(tx.Bucket(bucketLog), keyHead)
			head = bytes.Clone(head)
			return err
		}
		if s.o.Sign == nil {
			entries, head, err = signedNear(tx, tree, st, entries, from)
			return err
		}
		h, err := tlog.TreeHash(int64(size), tree)
		root = h
		return err
	})
	if err == nil && head == nil && len(entries) > 0 {
		head, err = s.o.Sign(from+uint64(len(entries)), root)
	}
	if err != nil {
		return 0, nil, nil, fmt.Errorf("read unsent entries: %w", err)
	}
	return from, entries, head, nil
}

// signedNear makes entries end where a head was signed before: a little before
// their end, or else after it.
func signedNear(tx *bolt.Tx, tree tree, st state, entries [][]byte, from uint64) ([][]byte, []byte, error) {
	size, head, err := headNear(tx, from, from+uint64(len(entries)), st)
	if err != nil {
		return nil, nil, err
	}
	for seq := from + uint64(len(entries)); seq < size; seq++ {
		entry, err := unchanged(tree, seq)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, entry)
	}
	return entries[:size-from], head, nil
}

// unchanged returns an entry as it was written. A hub would refuse the whole
// bundle for one changed byte; this says which entry it is.
func unchanged(tree tree, seq uint64) ([]byte, error) {
	hashes, entry, err := tree.record(seq)
	if err != nil {
		return nil, err
	}
	if leaf := tlog.RecordHash(entry); !bytes.Equal(leaf[:], hashes[:tlog.HashSize]) {
		return nil, &Alteration{seq, "was changed after it was written"}
	}
	return bytes.Clone(entry), nil
}

// Acknowledge moves the cursor to size, forward only, keeps the receipt, and
// makes at, the hub's time in it, the highest time: also when that lies before
// what entries said, for then this device's clock was ahead. The caller has
// verified the receipt.
func (s *Store) Acknowledge(size uint64, receipt []byte, at time.Time) error {
	err := s.update(context.Background(), func(tx *bolt.Tx, st *state) error {
		if size > st.size {
			return ErrCursor
		}
		seen := st.vouch(at)
		if size < st.acknowledged { // a late answer to an earlier bundle
			if !seen {
				return errNothing
			}
			return nil
		}
		st.acknowledged = size
		return put(tx.Bucket(bucketSettled), keyReceipt, append(sequenceKey(uint64(millis(at))), receipt...))
	})
	if err != nil {
		return fmt.Errorf("acknowledge %d entries: %w", size, err)
	}
	return nil
}

// Rewind moves the cursor back to what a hub says it still has, as after its
// restoration from a backup. A size at or above the cursor changes nothing.
func (s *Store) Rewind(size uint64) error {
	err := s.update(context.Background(), func(_ *bolt.Tx, st *state) error {
		if size < st.first {
			return fmt.Errorf("%w: the first one kept is %d", ErrPruned, st.first)
		}
		if size >= st.acknowledged {
			return errNothing
		}
		st.acknowledged = size
		return nil
	})
	if err != nil {
		return fmt.Errorf("rewind to %d entries: %w", size, err)
	}
	return nil
}

// Base returns what lets the log go on at a hub that lacks entries which were
// purged here: the first sequence kept, the roots of the complete subtrees
// before it, the largest first, and the last receipt, nil if there was none. It
// is for the first sequence or more, unless another hub gave it.
func (s *Store) Base() (first uint64, frontier, last []byte, err error) {
	err = s.look(func(tx *bolt.Tx, st state) error {
		tree, err := newTree(tx, st.first)
		if err != nil {
			return err
		}
		first, frontier = st.first, bytes.Clone(tree.frontier)
		last, _, err = receipt(tx)
		return err
	})
	if err != nil {
		return 0, nil, nil, fmt.Errorf("read where the journal begins: %w", err)
	}
	return first, frontier, last, nil
}

// Head returns the last signed head, nil for an empty log.
func (s *Store) Head() []byte {
	var head []byte
	err := s.file.view(func(tx *bolt.Tx) error {
		v, err := get(tx.Bucket(bucketLog), keyHead)
		head = bytes.Clone(v)
		return err
	})
	if err != nil {
		return nil
	}
	return head
}

// receipt returns the last receipt and when it came.
func receipt(tx *bolt.Tx) ([]byte, time.Time, error) {
	v, err := get(tx.Bucket(bucketSettled), keyReceipt)
	if err != nil || v == nil {
		return nil, time.Time{}, err
	}
	if len(v) < 8 {
		return nil, time.Time{}, fmt.Errorf("%w: its receipt is cut short", ErrDamaged)
	}
	return bytes.Clone(v[8:]), fromMillis(int64(binary.BigEndian.Uint64(v))), nil
}
