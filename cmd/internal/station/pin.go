package station

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"chot/cmd/internal/keystore"

	"golang.org/x/crypto/argon2"
)

// A PIN is kept as Argon2id (RFC 9106) in the string form of the Password
// Hashing Competition: "$argon2id$v=19$m=19456,t=2,p=1$salt$hash". Whoever
// reads the file still has to try every PIN at 19 MiB and some tens of
// milliseconds each; at the device ten tries lock it.
const (
	pinMemory  = 19456 // KiB
	pinTime    = 2
	pinThreads = 1
	pinSalt    = 16
	pinHash    = 32
)

// PINs have from 4 to 12 digits: the pad has no letters.
const (
	shortestPIN = 4
	longestPIN  = 12
)

var errHash = errors.New("is not a PIN's hash: make one with chotctl config pin")

// HashPIN returns what chot.toml keeps of a PIN.
func HashPIN(pin string) (string, error) {
	if len(pin) < shortestPIN || len(pin) > longestPIN || strings.Trim(pin, "0123456789") != "" {
		return "", fmt.Errorf("a PIN has from %d to %d digits", shortestPIN, longestPIN)
	}
	salt := make([]byte, pinSalt)
	rand.Read(salt)
	return formatHash(pinMemory, pinTime, salt, argon2.IDKey([]byte(pin), salt, pinTime, pinMemory, pinThreads, pinHash)), nil
}

func formatHash(memory, passes uint32, salt, hash []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, pinThreads, b.EncodeToString(salt), b.EncodeToString(hash))
}

// parseHash reads a hash strictly, and within what this device can compute.
func parseHash(text string) (memory, passes uint32, salt, hash []byte, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return 0, 0, nil, nil, errHash
	}
	var threads uint8
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); n != 3 || err != nil {
		return 0, 0, nil, nil, errHash
	}
	salt, saltErr := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	switch {
	case saltErr != nil, hashErr != nil, len(salt) < 8, len(hash) != pinHash,
		memory < 8, memory > 256<<10, passes < 1, passes > 16, threads != pinThreads,
		formatHash(memory, passes, salt, hash) != text:
		return 0, 0, nil, nil, errHash
	}
	return memory, passes, salt, hash, nil
}

func checkHash(text string) error {
	if keystore.IsText(text) {
		return nil // only the device itself can say more
	}
	_, _, _, _, err := parseHash(text)
	return err
}

// pinFits reports whether a PIN is the one hashed. No hash fits no PIN.
func pinFits(hash, pin string) bool {
	memory, passes, salt, want, err := parseHash(hash)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare(argon2.IDKey([]byte(pin), salt, passes, memory, pinThreads, pinHash), want) == 1
}

// Which PIN a sealed hash is for: a supervisor's does not open as an operator's.
const (
	supervisorPIN = "supervisor"
	operatorPIN   = "operator"
)

const configFile = "chot.toml"

// SealPIN returns what chot.toml may hold in place of a PIN's hash: only the
// device in that folder can read it, so whoever has the file alone cannot try
// PINs against it. No scanner need be stopped for it.
func SealPIN(dir, hash string, operator bool, o Options) (string, error) {
	if _, _, _, _, err := parseHash(hash); err != nil {
		return "", err
	}
	id, err := loadIdentity(dir, o)
	if err != nil {
		return "", err
	}
	return id.vault.SealText(configFile, purposeOf(operator), hash)
}

func purposeOf(operator bool) string {
	if operator {
		return operatorPIN
	}
	return supervisorPIN
}

// pinHash returns what a PIN is compared with, "" where there is none: none was
// set, or it was sealed by keys that are gone.
func (s *Station) pinHash(operator string) string {
	text := s.config.Supervisor.PIN
	if operator != "" {
		text = ""
		for _, o := range s.config.Operators {
			if o.Name == operator {
				text = o.PIN
			}
		}
	}
	if !keystore.IsText(text) {
		return text
	}
	hash, err := s.id.vault.OpenText(configFile, purposeOf(operator != ""), text)
	if err != nil {
		s.log.Error("a PIN in chot.toml cannot be opened: set it anew", "err", err)
		return ""
	}
	return hash
}

// sealPINs puts sealed hashes in the place of plain ones in chot.toml. A file
// that is the machine's (a link to /etc) or that cannot be written stays as it
// is, for SealPIN and a person.
func sealPINs(dir string, c Config, v *keystore.Vault, o Options) Config {
	f, path := o.folder(dir), filepath.Join(dir, configFile)
	if err := dropOld(f, configFile); err != nil && o.Log != nil {
		o.Log.Warn("an old chot.toml is not overwritten yet", "err", err)
	}
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return c
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c
	}
	next := string(text)
	swap := func(pin *string, operator bool) {
		if *pin == "" || keystore.IsText(*pin) || strings.Count(next, *pin) != 1 {
			return
		}
		sealed, err := v.SealText(configFile, purposeOf(operator), *pin)
		if err == nil {
			next, *pin = strings.Replace(next, *pin, sealed, 1), sealed
		}
	}
	sealed := c
	sealed.Operators = slices.Clone(c.Operators)
	swap(&sealed.Supervisor.PIN, false)
	for i := range sealed.Operators {
		swap(&sealed.Operators[i].PIN, true)
	}
	if next == string(text) {
		return c
	}
	if err := replaceSecret(f, configFile, []byte(next), info.Mode().Perm()); err != nil {
		if o.Log != nil {
			o.Log.Warn("PINs in chot.toml are not sealed", "err", err)
		}
		return c
	}
	return sealed
}

// replaceSecret replaces a file and overwrites what it held, which has another
// name for so long.
func replaceSecret(f keystore.Folder, name string, b []byte, mode os.FileMode) error {
	if err := dropOld(f, name); err != nil {
		return err
	}
	path := filepath.Join(f.Path, name)
	// On a file system without links the old bytes stay until something else is
	// written over them.
	_ = os.Link(path, filepath.Join(f.Path, oldSecret))
	if err := writeFile(path, b, mode); err != nil {
		return err
	}
	return dropOld(f, name)
}

// oldSecret is the other name of a file that is being replaced.
const oldSecret = ".old-secret"

// dropOld overwrites what a file held before it was replaced. Where it was not
// yet, that other name is still the file itself.
func dropOld(f keystore.Folder, name string) error {
	old, err := os.Lstat(filepath.Join(f.Path, oldSecret))
	if err != nil {
		return nil // there is none
	}
	if is, err := os.Lstat(filepath.Join(f.Path, name)); err == nil && os.SameFile(old, is) {
		return os.Remove(filepath.Join(f.Path, oldSecret))
	}
	return f.Shred(oldSecret)
}
