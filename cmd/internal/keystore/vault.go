package keystore

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// A Vault is a device's secrets, opened.
type Vault struct {
	folder   Folder
	envelope envelope
	key      []byte // the data key
}

// Present reports whether a folder's secrets are sealed. What Wreck has
// overwritten and not removed yet is not.
func Present(f Folder) bool {
	b, err := f.Read(sealedFile)
	return err == nil && !shredded(b) || err != nil && f.Has(sealedFile)
}

// Guard returns the kind of keeper that a folder's secrets need.
func Guard(f Folder) (Kind, error) {
	b, err := f.Read(sealedFile)
	if err != nil {
		return "", err
	}
	e, err := parseEnvelope(b)
	return e.keeper, err
}

// Create seals secrets, by purpose, under a new data key, and returns once they
// have been read back from the disk.
func Create(f Folder, k Keeper, secrets map[string][]byte) (*Vault, error) {
	v := &Vault{folder: f, key: make([]byte, keySize)}
	rand.Read(v.key)
	if err := v.guard(k); err != nil {
		return nil, err
	}
	if err := v.Put(secrets); err != nil {
		return nil, err
	}
	return Open(f, k)
}

// Open opens a folder's secrets with the keeper they were sealed for.
func Open(f Folder, k Keeper) (*Vault, error) {
	b, err := f.Read(sealedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrDestroyed
	}
	if err != nil {
		return nil, err
	}
	e, err := parseEnvelope(b)
	if err != nil {
		return nil, err
	}
	if kind := KindOf(k); e.keeper != kind {
		return nil, fmt.Errorf("%w: the keys were sealed by the keeper %q, this is %q", ErrKeeper, e.keeper, kind)
	}
	v := &Vault{folder: f, envelope: e}
	if v.key, err = k.Unwrap(e.wrapped); err != nil {
		return nil, fmt.Errorf("open the device's keys: %w", err)
	}
	if len(v.key) == 0 { // the Keystore has no key any more
		return nil, ErrDestroyed
	}
	if _, err := cipherOf(v.key); err != nil {
		return nil, err
	}
	for _, s := range e.secrets {
		if _, err := v.Secret(s.purpose); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// Kind returns the kind of the keeper that guards it.
func (v *Vault) Kind() Kind { return v.envelope.keeper }

// guard has a keeper wrap the data key.
func (v *Vault) guard(k Keeper) error {
	wrapped, err := k.Wrap(v.key)
	if err != nil {
		return fmt.Errorf("wrap the device's keys: %w", err)
	}
	v.envelope.keeper, v.envelope.wrapped = KindOf(k), wrapped
	return v.envelope.check()
}

// Put replaces all secrets.
func (v *Vault) Put(secrets map[string][]byte) error {
	next := envelope{keeper: v.envelope.keeper, wrapped: v.envelope.wrapped}
	for _, purpose := range sorted(secrets) {
		sealed, err := v.seal(sealedFile, purpose, secrets[purpose])
		if err != nil {
			return err
		}
		next.secrets = append(next.secrets, secret{purpose, sealed})
	}
	if err := next.check(); err != nil {
		return err
	}
	if err := v.folder.Write(sealedFile, next.bytes()); err != nil {
		return fmt.Errorf("write the device's keys: %w", err)
	}
	v.envelope = next
	return nil
}

// Keep adds a secret, or replaces it, and leaves the others.
func (v *Vault) Keep(purpose string, plain []byte) error {
	all := map[string][]byte{purpose: plain}
	for _, s := range v.envelope.secrets {
		if s.purpose == purpose {
			continue
		}
		other, err := v.Secret(s.purpose)
		if err != nil {
			return err
		}
		all[s.purpose] = other
	}
	return v.Put(all)
}

// Secret returns one, nil if there is none of that purpose.
func (v *Vault) Secret(purpose string) ([]byte, error) {
	for _, s := range v.envelope.secrets {
		if s.purpose == purpose {
			return v.open(sealedFile, purpose, s.sealed)
		}
	}
	return nil, nil
}

// Move gives the secrets to another keeper, and has the one before destroy what
// it can still open. A power cut in between leaves them with one of the two, and
// perhaps something with the other: see Forget.
func (v *Vault) Move(from, to Keeper) error {
	if KindOf(from) == KindOf(to) {
		return errors.New("the keys are with this keeper already")
	}
	next := *v
	if err := next.guard(to); err != nil {
		return err
	}
	// Before what opens them is replaced: a keeper may wrap and not unwrap.
	if key, err := to.Unwrap(next.envelope.wrapped); err != nil {
		return fmt.Errorf("the keys stay where they are: %w", err)
	} else if !bytes.Equal(key, v.key) {
		return fmt.Errorf("the keys stay where they are: %w: it returns others", ErrKeeper)
	}
	if err := v.folder.Write(sealedFile, next.envelope.bytes()); err != nil {
		return fmt.Errorf("write the device's keys: %w", err)
	}
	again, err := Open(v.folder, to)
	if err != nil {
		return err
	}
	*v = *again
	if err := from.Destroy(); err != nil {
		return fmt.Errorf("the keys are with the keeper %q now, but the one before could not forget them: %w", v.Kind(), err)
	}
	return nil
}

// TextPrefix begins a secret that lies in a text file.
const TextPrefix = "sealed:1:"

// IsText reports whether s has the form of what SealText returns.
func IsText(s string) bool {
	_, err := parseText(s)
	return err == nil
}

func parseText(s string) ([]byte, error) {
	rest, ok := strings.CutPrefix(s, TextPrefix)
	sealed, err := base64.StdEncoding.Strict().DecodeString(rest)
	if !ok || err != nil || len(sealed) < 12+16 || len(sealed) > maxWrapped || base64.StdEncoding.EncodeToString(sealed) != rest {
		return nil, ErrEnvelope
	}
	return sealed, nil
}

// SealText seals a secret into one word for a text file of that name.
func (v *Vault) SealText(file, purpose, secret string) (string, error) {
	sealed, err := v.seal(file, purpose, []byte(secret))
	return TextPrefix + base64.StdEncoding.EncodeToString(sealed), err
}

// OpenText opens what SealText returned for the same file and purpose.
func (v *Vault) OpenText(file, purpose, text string) (string, error) {
	sealed, err := parseText(text)
	if err != nil {
		return "", err
	}
	plain, err := v.open(file, purpose, sealed)
	return string(plain), err
}

func associated(file, purpose string) []byte { return []byte(magic + file + "\n" + purpose) }

func (v *Vault) seal(file, purpose string, plain []byte) ([]byte, error) {
	a, err := cipherOf(v.key)
	if err != nil {
		return nil, err
	}
	return a.Seal(nil, nil, plain, associated(file, purpose)), nil
}

func (v *Vault) open(file, purpose string, sealed []byte) ([]byte, error) {
	a, err := cipherOf(v.key)
	if err != nil {
		return nil, err
	}
	plain, err := a.Open(nil, nil, sealed, associated(file, purpose))
	if err != nil {
		return nil, fmt.Errorf("%w (its %s)", ErrEnvelope, purpose)
	}
	return plain, nil
}

// Wreck removes the envelope, once its keeper has destroyed what opens it.
func Wreck(f Folder) error { return f.Shred(sealedFile) }

func sorted(secrets map[string][]byte) []string {
	return slices.Sorted(maps.Keys(secrets))
}
