package station

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"chot/cmd/internal/keystore"
)

// managed begins a chot.toml that is not written by hand.
const managed = "# Set by whoever manages this device; what is changed here is overwritten.\n"

// Manage brings a folder's chot.toml to settings that are set from elsewhere
// (see CheckConfig, which they have passed), whether there is a folder yet or
// not. nil is nobody who manages it: settings that were set so before are taken
// away, and a file written by hand stays.
func Manage(dir string, settings []byte) error {
	path := filepath.Join(dir, "chot.toml")
	now, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if settings == nil {
		if !bytes.HasPrefix(now, []byte(managed)) {
			return nil
		}
		return os.Remove(path)
	}
	want := wanted(dir, settings)
	if bytes.Equal(withoutPINs(now), withoutPINs(want)) {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return writeFile(path, want, 0o600)
}

// wanted is the file for settings. Its second line tells settings and device from
// others also once the PINs in it are sealed: a hash's salt is in it, so that no
// PIN can be tried against that line, and what another device has sealed is written
// anew for this one.
func wanted(dir string, settings []byte) []byte {
	sum := sha256.New()
	if d, err := devicePublic(keystore.Folder{Path: dir}); err == nil {
		fmt.Fprintln(sum, d.ID())
	}
	sum.Write(settings)
	return append(fmt.Appendf(nil, "%s# %x\n", managed, sum.Sum(nil)), settings...)
}

var pinText = regexp.MustCompile(`\$argon2id\$[^"'\s]*|sealed:1:[A-Za-z0-9+/=]*`)

// withoutPINs are settings as they are whether their PINs are sealed or not.
func withoutPINs(text []byte) []byte { return pinText.ReplaceAll(text, nil) }
