package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// Errors of encrypted keys.
var (
	ErrLocked     = errors.New("private key locked")
	ErrPassphrase = errors.New("wrong passphrase")
	ErrToken      = errors.New("keys in a token or HSM (PKCS #11) are not supported yet")
)

// A Passphrase asks for the passphrase of a key file; fresh is true where the file
// is about to be written. It is asked once for each file that is needed.
type Passphrase func(file string, fresh bool) (string, error)

// lockedSuffix is of keys that are encrypted with a passphrase (age, scrypt).
const lockedSuffix = ".pem.age"

// Cost of guessing one passphrase, as a power of two: about a second. What is read
// may have been written with a little more.
var workFactor = 18

const maxWorkFactor = 22

// maxLockedKey bounds a key file; a key has a few hundred bytes.
const maxLockedKey = 64 << 10

// Unlock gives the authority what its root keys need: somebody to ask for
// passphrases, and the folders besides keys/ where keys lie, such as the sticks on
// which the root keys are kept (a place is a folder, or later a token's URI: see
// CheckReference). New root keys are encrypted from then on.
func (a *Authority) Unlock(ask Passphrase, folders ...string) {
	a.ask, a.folders = ask, folders
}

// A lockedKey is a key file that was not decrypted yet. Its name tells the role and
// the beginning of the key's id, which is checked once it is.
type lockedKey struct{ path, role, short string }

// lockedKeyOf reads the name of a key file.
func lockedKeyOf(path string) (lockedKey, bool) {
	name, ok := strings.CutSuffix(filepath.Base(path), lockedSuffix)
	i := strings.LastIndexByte(name, '-')
	if !ok || i < 1 || len(name)-i-1 != 8 {
		return lockedKey{}, false
	}
	return lockedKey{path, name[:i], name[i+1:]}, true
}

// lockKey encrypts a key's file.
func lockKey(k key, passphrase string) ([]byte, error) {
	plain, err := k.encode()
	if err != nil {
		return nil, err
	}
	return LockKey(k.file(), plain, passphrase)
}

// LockKey encrypts a key's PEM with a passphrase (age, scrypt, armored), as root keys
// are; name is for messages.
func LockKey(name string, plain []byte, passphrase string) ([]byte, error) {
	if passphrase == "" {
		return nil, fmt.Errorf("encrypt key %s: %w: it is empty", name, ErrPassphrase)
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fmt.Errorf("encrypt key %s: %w", name, err)
	}
	to.SetWorkFactor(workFactor)
	var out bytes.Buffer
	text := armor.NewWriter(&out)
	w, err := age.Encrypt(text, to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = errors.Join(w.Close(), text.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("encrypt key %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// IsLocked reports whether a key file's text is LockKey's.
func IsLocked(text []byte) bool { return bytes.HasPrefix(text, []byte(armor.Header)) }

// UnlockKey is LockKey's inverse.
func UnlockKey(name string, text []byte, passphrase string) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w: it is empty", name, ErrPassphrase)
	}
	identity.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(text)), identity)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, fmt.Errorf("key %s: %w: try again", name, ErrPassphrase)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w: it is no age file, or damaged: take the copy", name, ErrBadKey)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxLockedKey))
	if err != nil {
		return nil, fmt.Errorf("key %s: %w: it is damaged: take the copy", name, ErrBadKey)
	}
	return plain, nil
}

// CheckReference tells whether a key can be where it is said to be: in a file or a
// folder. A token's URI (pkcs11:…, RFC 7512) is one this program knows and cannot
// use yet.
func CheckReference(where string) error {
	if scheme, _, ok := strings.Cut(where, ":"); ok && strings.EqualFold(scheme, "pkcs11") {
		return fmt.Errorf("key %s: %w: name a folder or a file with the key in it", scheme+":…", ErrToken)
	}
	return nil
}

// open decrypts the key, which has to be the one with that id.
func (l lockedKey) open(id string, ask Passphrase) (key, error) {
	name := filepath.Base(l.path)
	if ask == nil {
		return key{}, fmt.Errorf("key %s: %w: its passphrase is needed", name, ErrLocked)
	}
	f, err := os.Open(l.path)
	if err != nil {
		return key{}, fmt.Errorf("read key: %w", err)
	}
	defer f.Close()
	passphrase, err := ask(name, false)
	if err != nil {
		return key{}, fmt.Errorf("key %s: %w: %w", name, ErrLocked, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxLockedKey))
	if err != nil {
		return key{}, fmt.Errorf("read key: %w", err)
	}
	plain, err := UnlockKey(name, text, passphrase)
	if err != nil {
		return key{}, err
	}
	k, err := parseKey(name, l.role, plain)
	if err != nil {
		return key{}, err
	}
	if k.id != id {
		return key{}, fmt.Errorf("key %s: %w: it holds another key than its name says", name, ErrBadKey)
	}
	k.path = l.path
	return k, nil
}

// findLocked is the locked key with that id, if there is one.
func (st *state) findLocked(role, id string) (lockedKey, bool) {
	for _, l := range st.locked {
		if l.role == role && strings.HasPrefix(id, l.short) {
			return l, true
		}
	}
	return lockedKey{}, false
}

func (st *state) hasLocked(role string) bool {
	return slices.ContainsFunc(st.locked, func(l lockedKey) bool { return l.role == role })
}
