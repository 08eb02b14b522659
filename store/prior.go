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

// remember notes an admitted passage. highest is the highest time seen.
func (s *Store) remember(tx *bolt.Tx, subject credential.Subject, e scanner.Entry, highest time.Time) error {
	all := tx.Bucket(bucketPrior)
	name := sequenceKey(generation(e.At.Wall))
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
	value := append([]byte{byte(e.Direction)}, sequenceKey(uint64(e.At.Wall.UnixMilli()))...)
	return put(b, priorKey(s.mac, subject), value)
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
