package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// An InstalledList is a signed list this device holds and uses.
type InstalledList struct {
	Authority string          `json:"authority"`
	Name      string          `json:"name"`
	Path      string          `json:"path"` // of its file
	Version   uint64          `json:"version"`
	Manifest  json.RawMessage `json:"manifest"`
	Confirmed time.Time       `json:"confirmed"` // when the authority's repository last said this version is current
}

// PutList keeps a list, in place of one of the same name.
func (s *Store) PutList(l InstalledList) error {
	value, err := json.Marshal(l)
	if err == nil && l.Name == "" {
		err = errors.New("it has no name")
	}
	if err == nil {
		err = s.keep(bucketLists, []byte(l.Name), value)
	}
	if err != nil {
		return fmt.Errorf("keep list %q: %w", l.Name, err)
	}
	return nil
}

// Lists returns the installed lists by name.
func (s *Store) Lists() ([]InstalledList, error) {
	var lists []InstalledList
	err := s.file.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketLists).ForEach(func(k, v []byte) error {
			v, err := checked(k, v)
			if err != nil {
				return err
			}
			var l InstalledList
			if err := json.Unmarshal(v, &l); err != nil {
				return fmt.Errorf("%w: list %q cannot be read", ErrDamaged, k)
			}
			lists = append(lists, l)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read installed lists: %w", err)
	}
	return lists, nil
}

// PutTrust keeps the issuers' keys as JSON.
func (s *Store) PutTrust(trust []byte) error {
	if err := s.keep(bucketKept, keyTrust, trust); err != nil {
		return fmt.Errorf("keep trust: %w", err)
	}
	return nil
}

// Trust returns what PutTrust kept, nil if nothing.
func (s *Store) Trust() ([]byte, error) {
	v, err := s.kept(keyTrust)
	if err != nil {
		return nil, fmt.Errorf("read trust: %w", err)
	}
	return v, nil
}

// settingKey keeps settings apart from trust.
func settingKey(name string) []byte { return []byte("setting:" + name) }

// PutSetting keeps a small value by name. A nil value removes it.
func (s *Store) PutSetting(name string, value []byte) error {
	if err := s.keep(bucketKept, settingKey(name), value); err != nil {
		return fmt.Errorf("keep setting %q: %w", name, err)
	}
	return nil
}

// Setting returns what PutSetting kept, nil if nothing.
func (s *Store) Setting(name string) ([]byte, error) {
	v, err := s.kept(settingKey(name))
	if err != nil {
		return nil, fmt.Errorf("read setting %q: %w", name, err)
	}
	return v, nil
}

// keep writes one value, if it leaves receipts and purges their room.
func (s *Store) keep(bucket, key, value []byte) error {
	return s.update(context.Background(), func(tx *bolt.Tx, _ *state) error {
		if value == nil {
			return tx.Bucket(bucket).Delete(key)
		}
		if s.file.used(tx)+int64(len(value)) > s.room()+s.reserve()/2 {
			return ErrNoRoom
		}
		return put(tx.Bucket(bucket), key, value)
	})
}

func (s *Store) kept(key []byte) ([]byte, error) {
	var value []byte
	err := s.file.view(func(tx *bolt.Tx) error {
		v, err := get(tx.Bucket(bucketKept), key)
		value = bytes.Clone(v)
		return err
	})
	return value, err
}
