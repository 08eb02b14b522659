package keystore

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
)

// fileKey is where File keeps its key, in the device's folder.
const fileKey = "keeper/file.key"

// A File keeps the wrapping key in a file of the device's folder that only its
// owner can read, apart from what it wraps: a copy of the rest, as a backup that
// leaves the folder keeper out, opens nothing. Whoever has the whole disk has
// both.
type File struct{ Folder Folder }

// Kind implements KindOf.
func (File) Kind() Kind { return KindFile }

// Wrap implements Keeper; the first one makes the key.
func (k File) Wrap(secret []byte) ([]byte, error) {
	key, err := k.Folder.Read(fileKey)
	if errors.Is(err, fs.ErrNotExist) || err == nil && shredded(key) {
		key = make([]byte, keySize)
		rand.Read(key)
		err = k.Folder.Write(fileKey, key)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeeper, err)
	}
	w, err := under(key, KindFile)
	if err != nil {
		return nil, err
	}
	return w.wrap(secret), nil
}

// Unwrap implements Keeper.
func (k File) Unwrap(wrapped []byte) ([]byte, error) {
	key, err := k.Folder.Read(fileKey)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w (%s is not there)", ErrDestroyed, fileKey)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrKeeper, err)
	}
	w, err := under(key, KindFile)
	if err != nil {
		return nil, err
	}
	return w.unwrap(wrapped)
}

// Destroy implements Keeper: the key is overwritten and removed. Flash that
// wrote it elsewhere may keep the old bytes, for a laboratory to find.
func (k File) Destroy() error { return k.Folder.Shred(fileKey) }
