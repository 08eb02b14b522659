package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
)

// purgeStep is how many entries one transaction removes: a scan that comes in
// between waits for one step only.
const purgeStep = 1000

// A Cause says why entries were purged.
type Cause uint8

const (
	Retention Cause = iota // older than they may be kept
	Room                   // acknowledged, and the file was full
)

// A Purged is one record of the purge log.
type Purged struct {
	From, To uint64    // sequences, To excluded
	At       time.Time // highest time seen when it ended
	Before   time.Time // what was asked for, zero for Room
	Cause    Cause
}

// Purge removes acknowledged entries written before a time, the oldest first,
// and logs that it did. An entry with a doubtful clock goes with the next one
// whose clock can be believed.
func (s *Store) Purge(before time.Time) (n int, err error) {
	var run Purged
	for {
		var removed int
		err := s.update(context.Background(), func(tx *bolt.Tx, st *state) error {
			forgot, err := s.forget(tx, fromMillis(st.highest))
			if err != nil {
				return err
			}
			to, err := expired(tx, st, before)
			if err != nil {
				return err
			}
			if removed = int(to - st.first); removed == 0 {
				if !forgot {
					return errNothing
				}
				return nil
			}
			if run.To == 0 {
				run = Purged{From: st.first, Before: before, Cause: Retention}
			}
			run.To = to
			return drop(tx, st, run)
		})
		if err != nil {
			return n, fmt.Errorf("purge entries: %w", err)
		}
		if removed == 0 {
			return n, nil
		}
		n += removed
	}
}

// expired returns where the next step of a purge by time ends.
func expired(tx *bolt.Tx, st *state, before time.Time) (uint64, error) {
	tree, err := newTree(tx, st.first)
	if err != nil {
		return 0, err
	}
	to := st.first
	for seq := st.first; seq < st.acknowledged; seq++ {
		if seq-st.first >= purgeStep && to > st.first {
			break
		}
		_, encoded, err := tree.record(seq)
		if err != nil {
			return 0, err
		}
		e, err := scanner.ParseEntry(encoded)
		if err != nil {
			return 0, &Alteration{seq, "cannot be read"}
		}
		if e.At.Trust == scanner.Doubtful {
			continue
		}
		if !e.At.Wall.Before(before) {
			break
		}
		to = seq + 1
	}
	return min(to, st.first+purgeStep), nil
}

// makeRoom removes the oldest acknowledged entries until appends fit again
// with something to spare, or there are none left.
func (s *Store) makeRoom() error {
	var run Purged
	for {
		var enough bool
		err := s.write(func(tx *bolt.Tx, st *state) error {
			if enough = s.file.used(tx) < s.room()-s.reserve()/4 || st.first == st.acknowledged; enough {
				return errNothing
			}
			if run.To == 0 {
				run = Purged{From: st.first, Cause: Room}
			}
			run.To = min(st.first+purgeStep, st.acknowledged)
			return drop(tx, st, run)
		})
		if err != nil || enough {
			return err
		}
	}
}

// drop removes the records from st.first to run.To and logs the run so far.
func drop(tx *bolt.Tx, st *state, run Purged) error {
	tree, err := newTree(tx, st.first)
	if err != nil {
		return err
	}
	frontier, err := tree.frontierAt(run.To)
	if err != nil {
		return err
	}
	for seq := st.first; seq < run.To; seq++ {
		if err := tree.records.Delete(sequenceKey(seq)); err != nil {
			return err
		}
	}
	st.first = run.To
	value := sequenceKey(run.To)
	value = binary.BigEndian.AppendUint64(value, uint64(st.highest))
	value = binary.BigEndian.AppendUint64(value, uint64(millis(run.Before)))
	value = append(value, byte(run.Cause))
	return errors.Join(
		dropHeads(tx, st.first),
		put(tx.Bucket(bucketSettled), keyFrontier, frontier),
		put(tx.Bucket(bucketPurges), sequenceKey(run.From), value),
	)
}

// Purges returns the log of purges, the oldest first.
func (s *Store) Purges() ([]Purged, error) {
	var all []Purged
	err := s.file.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketPurges).ForEach(func(k, v []byte) error {
			v, err := checked(k, v)
			if err != nil {
				return err
			}
			if len(k) != 8 || len(v) != 25 {
				return fmt.Errorf("%w: its purge log", ErrDamaged)
			}
			all = append(all, Purged{
				From: binary.BigEndian.Uint64(k), To: binary.BigEndian.Uint64(v),
				At: fromMillis(int64(binary.BigEndian.Uint64(v[8:]))), Before: fromMillis(int64(binary.BigEndian.Uint64(v[16:]))),
				Cause: Cause(v[24]),
			})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the purge log: %w", err)
	}
	return all, nil
}
