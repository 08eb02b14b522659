package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"time"

	"chot/scanner"
	"chot/scanner/credential"

	bolt "go.etcd.io/bbolt"
)

// generationLength is how long one bucket of prior use takes passages.
const generationLength = 6 * time.Hour

func generation(t time.Time) uint64 {
	return uint64(max(0, t.UnixMilli()) / generationLength.Milliseconds())
}

// priorKey is a subject under this journal's own key: two stolen journals do
// not show that somebody passed both checkpoints.
func priorKey(mac hash.Hash, subject credential.Subject) []byte {
	mac.Reset()
	mac.Write([]byte(subject.String()))
	return mac.Sum(make([]byte, 0, sha256.Size))[:16]
}

func (s *Store) setPriors(key []byte) {
	s.priors, s.mac = key, hmac.New(sha256.New, key)
}

// remember notes an admitted passage. highest is the highest time seen.
func (s *Store) remember(tx *bolt.Tx, subject credential.Subject, way scanner.Direction, at, highest time.Time) error {
	all := tx.Bucket(bucketPrior)
	name := sequenceKey(generation(at))
	b := all.Bucket(name)
	if b == nil {
		var err error
		if _, err = s.forget(tx, highest); err != nil {
			return err
		}
		if b, err = all.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return put(b, priorKey(s.mac, subject), passed(way, at))
}

// passed is a passage as prior use keeps it.
func passed(way scanner.Direction, at time.Time) []byte {
	return append([]byte{byte(way)}, sequenceKey(uint64(at.UnixMilli()))...)
}

// undo forgets a passage that did not take place, and remembers the one before.
// A passage since then stands.
func (s *Store) undo(tx *bolt.Tx, d scanner.Draft, highest time.Time) error {
	b := tx.Bucket(bucketPrior).Bucket(sequenceKey(generation(d.Undone.At)))
	if b == nil {
		return nil // dropped with its generation
	}
	key := priorKey(s.mac, d.Subject)
	v, err := get(b, key)
	if err != nil || !bytes.Equal(v, passed(d.Undone.Direction, d.Undone.At)) {
		return err
	}
	if err := b.Delete(key); err != nil {
		return err
	}
	if !d.Before.Seen || d.Before.At.Before(highest.Add(-s.o.PriorKeep)) {
		return nil
	}
	return s.remember(tx, d.Subject, d.Before.Direction, d.Before.At, highest)
}

// forget drops generations that ended longer ago than PriorKeep, and reports
// whether there were any.
func (s *Store) forget(tx *bolt.Tx, highest time.Time) (bool, error) {
	all := tx.Bucket(bucketPrior)
	oldest := sequenceKey(generation(highest.Add(-s.o.PriorKeep)))
	var over [][]byte
	c := all.Cursor()
	for name, _ := c.First(); name != nil && bytes.Compare(name, oldest) < 0; name, _ = c.Next() {
		over = append(over, bytes.Clone(name))
	}
	for _, name := range over {
		if err := all.DeleteBucket(name); err != nil {
			return false, err
		}
	}
	return len(over) > 0, nil
}

// Prior returns a subject's last admitted passage within PriorKeep before the
// highest time seen.
func (s *Store) Prior(subject credential.Subject) (scanner.Prior, error) {
	if subject.IsZero() {
		return scanner.Prior{}, nil
	}
	if s.priors == nil { // not to be told from nobody having passed
		return scanner.Prior{}, fmt.Errorf("look up prior use: its key is not here: %w", ErrReadOnly)
	}
	var prior scanner.Prior
	key := priorKey(hmac.New(sha256.New, s.priors), subject)
	err := s.look(func(tx *bolt.Tx, st state) error {
		all := tx.Bucket(bucketPrior)
		c := all.Cursor()
		for name, _ := c.Last(); name != nil; name, _ = c.Prev() {
			v, err := get(all.Bucket(name), key)
			if err != nil {
				return err
			}
			if v == nil {
				continue
			}
			if len(v) != 9 {
				return fmt.Errorf("%w: a passage has %d bytes", ErrDamaged, len(v))
			}
			at := time.UnixMilli(int64(binary.BigEndian.Uint64(v[1:]))).UTC()
			if at.Before(fromMillis(st.highest).Add(-s.o.PriorKeep)) {
				return nil
			}
			prior = scanner.Prior{Seen: true, Direction: scanner.Direction(v[0]), At: at}
			return nil
		}
		return nil
	})
	if err != nil {
		return scanner.Prior{}, fmt.Errorf("look up prior use: %w", err)
	}
	return prior, nil
}
