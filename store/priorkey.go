package store

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// What a journal holds of the key of prior use. In the clear it is format 1's:
// whoever has the file can then try numbers, which are guessable, against a day's
// passages. In format 2 the key is kept elsewhere, and here only what tells it
// from another.
const (
	priorsMoved byte = 1 // out of all that is in use; free pages may still show it
	priorsApart byte = 2
)

const priorsSize = 32

// newPriors makes a key of prior use.
func newPriors() []byte {
	key := make([]byte, priorsSize)
	rand.Read(key)
	return key
}

// priorsMark is what format 2 holds in the key's place.
func priorsMark(step byte, key []byte) []byte {
	sum := sha256.Sum256(append([]byte("chot prior use\n"), key...))
	return append([]byte{step}, sum[:]...)
}

// acceptPriors reads the key of prior use, or what is there in its place.
func (s *Store) acceptPriors(version byte, value []byte) error {
	switch {
	case version == 1 && len(value) == priorsSize:
		s.setPriors(bytes.Clone(value))
	case version == 2 && len(value) == 1+sha256.Size && (value[0] == priorsMoved || value[0] == priorsApart):
		s.mark = bytes.Clone(value)
	default:
		return fmt.Errorf("%w: its key of prior use is missing", ErrDamaged)
	}
	return nil
}

// takePriors has the key kept elsewhere, and takes it out of the file. What keeps
// a journal in use from being changed now is tried again at the next start.
func (s *Store) takePriors() error {
	key, err := s.o.Priors(s.priors)
	if err == nil && len(key) != priorsSize {
		err = fmt.Errorf("it has %d bytes", len(key))
	}
	switch {
	case err != nil && s.priors != nil:
		return nil
	case err != nil:
		return fmt.Errorf("get the key of prior use: %w", err)
	case bytes.Equal(s.mark, priorsMark(priorsApart, key)):
	case s.mark != nil && !bytes.Equal(s.mark, priorsMark(priorsMoved, key)):
		_ = s.movePriors(nil, key, true) // they were under another key, which is gone
	default:
		_ = s.movePriors(key, key, false)
	}
	s.setPriors(key)
	return nil
}

// ForgetPriors makes prior use unreadable, also for who guesses, where its key
// lies in the file: a device that has ended asks nobody twice.
func (s *Store) ForgetPriors() error {
	var key []byte
	err := s.look(func(tx *bolt.Tx, _ state) error {
		version, err := get(tx.Bucket(bucketLog), keyFormat)
		if err != nil || string(version) != "\x01" {
			return err
		}
		key, err = get(tx.Bucket(bucketLog), keyPriors)
		key = bytes.Clone(key)
		return err
	})
	if err == nil && key != nil {
		err = s.movePriors(key, newPriors(), true)
	}
	if err != nil {
		return fmt.Errorf("forget prior use: %w", err)
	}
	return nil
}

// movePriors leaves in the file what marks key, and nothing of old, nil for one
// that is not known; with drop it empties the table too.
func (s *Store) movePriors(old, key []byte, drop bool) error {
	s.writer <- struct{}{} // to the end: what is overwritten must be no page that comes into use
	defer func() { <-s.writer }()
	mark := func(step byte) error {
		return s.write(func(tx *bolt.Tx, _ *state) error {
			b := tx.Bucket(bucketLog)
			if drop {
				if err := dropPriors(tx); err != nil {
					return err
				}
			}
			return errors.Join(put(b, keyFormat, []byte{2}), put(b, keyPriors, priorsMark(step, key)))
		})
	}
	// Twice, for a file of bbolt has two beginnings: from neither leads anything to
	// the key then.
	for range 2 {
		if err := mark(priorsMoved); err != nil {
			return err
		}
	}
	if old != nil {
		if err := s.file.wipe(old); err != nil {
			return err
		}
	}
	return mark(priorsApart)
}

func dropPriors(tx *bolt.Tx) error {
	if err := tx.DeleteBucket(bucketPrior); err != nil {
		return err
	}
	_, err := tx.CreateBucket(bucketPrior)
	return err
}

// wipe overwrites a secret wherever the file still shows it, in pages that are
// not in use. The holder of the store's writer token calls it.
func (f *file) wipe(secret []byte) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed || f.db == nil {
		return ErrClosed
	}
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	blank := make([]byte, len(secret))
	b := make([]byte, 1<<20)
	for at := int64(0); at < info.Size(); at += int64(len(b) - len(secret) + 1) {
		n := int(min(int64(len(b)), info.Size()-at))
		if _, err := f.f.ReadAt(b[:n], at); err != nil {
			return err
		}
		for from := 0; ; {
			i := bytes.Index(b[from:n], secret)
			if i < 0 {
				break
			}
			from += i
			if _, err := f.f.WriteAt(blank, at+int64(from)); err != nil {
				return err
			}
			from += len(secret)
		}
	}
	return f.f.Sync()
}
