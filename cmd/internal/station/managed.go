package station

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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

// withoutPINs are settings as they are whether their PINs are sealed or not: a
// PIN's hash, and what it is sealed to, end with the quoted text they are. (A
// regular expression would be 0.3 MB of tables in the handheld's library.)
func withoutPINs(text []byte) (out []byte) {
	for len(text) > 0 {
		if bytes.HasPrefix(text, []byte("$argon2id$")) || bytes.HasPrefix(text, []byte(keystore.TextPrefix)) {
			end := bytes.IndexAny(text, "\"' \t\r\n")
			if end < 0 {
				break
			}
			text = text[end:]
			continue
		}
		out, text = append(out, text[0]), text[1:]
	}
	return out
}
