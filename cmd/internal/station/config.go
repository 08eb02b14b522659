package station

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"chot/scanner"

	"github.com/BurntSushi/toml"
)

// A Config is chot.toml: what a person on site may change. Everything has a
// default, so the file may be absent; an unknown key is an error.
type Config struct {
	Language  string            `toml:"language"`  // "vi" (default) or "en"
	Direction scanner.Direction `toml:"direction"` // "in" (default) or "out"
	Operator  string            `toml:"operator"`  // shown in entries, "" for none
	Sources   []string          `toml:"sources"`   // "camera auto", "serial /dev/ttyUSB0,9600", "frames DIR"

	Journal struct {
		MaxMiB        int64 `toml:"max_mib"`        // default 256
		RetentionDays int   `toml:"retention_days"` // after the receipt, default 21
	} `toml:"journal"`

	Link struct {
		RefreshMinutes int `toml:"refresh_minutes"` // how often lists are asked for, default 15
	} `toml:"link"`
}

// LoadConfig reads DIR/chot.toml; a missing file gives the defaults.
func LoadConfig(dir string) (Config, error) {
	c := Config{Language: "vi"}
	c.Journal.MaxMiB, c.Journal.RetentionDays, c.Link.RefreshMinutes = 256, 21, 15
	path := filepath.Join(dir, "chot.toml")
	meta, err := toml.DecodeFile(path, &c)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err != nil:
		return c, fmt.Errorf("read %s: %w; correct the line or delete the file to use the defaults", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, fmt.Errorf("read %s: %q is not a setting; check its spelling or delete the line", path, unknown[0].String())
	}
	switch {
	case c.Language != "vi" && c.Language != "en":
		err = fmt.Errorf("language is %q, must be vi or en", c.Language)
	case c.Journal.MaxMiB < 1 || c.Journal.MaxMiB > 64<<10:
		err = fmt.Errorf("journal.max_mib is %d, must be from 1 to 65536", c.Journal.MaxMiB)
	case c.Journal.RetentionDays < 0 || c.Journal.RetentionDays > 3650:
		err = fmt.Errorf("journal.retention_days is %d, must be from 0 to 3650", c.Journal.RetentionDays)
	case c.Link.RefreshMinutes < 1 || c.Link.RefreshMinutes > 24*60:
		err = fmt.Errorf("link.refresh_minutes is %d, must be from 1 to 1440", c.Link.RefreshMinutes)
	}
	if err != nil {
		return c, fmt.Errorf("read %s: %w", path, err)
	}
	return c, nil
}

// writeFile writes a file so that a power cut leaves the old or the new one.
func writeFile(path string, b []byte, mode os.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-"+strings.TrimPrefix(filepath.Base(path), "."))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = f.Chmod(mode); err != nil {
		return err
	}
	if _, err = f.Write(b); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
