package station

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
	want := append([]byte(managed), settings...)
	if bytes.Equal(now, want) {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return writeFile(path, want, 0o600)
}
