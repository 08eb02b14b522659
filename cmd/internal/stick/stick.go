// Package stick reads and writes the files that travel between a device and
// its hub on a USB stick.
//
// A file appears whole or not at all: it is written under another name,
// synced, and renamed, so that a stick pulled out too early holds no half
// bundle under a bundle's name.
package stick

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Write puts content at path, replacing what is there.
func Write(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".chot-*")
	if err != nil {
		return fmt.Errorf("write %s: %w; is the stick there, and writable?", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w; nothing was left there half written", path, err)
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename durable where folders can be synced at all.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// Find returns the files that args name, each once: a file itself, or, for a
// folder, the files in it that end in ext, in order of name.
func Find(args []string, ext string) ([]string, error) {
	var files []string
	add := func(path string) {
		if !slices.Contains(files, path) {
			files = append(files, path)
		}
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%s is not there: is the stick in, and mounted?", arg)
		case err != nil:
			return nil, err
		case !info.IsDir():
			add(arg)
			continue
		}
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, err
		}
		found := false
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ext) && !strings.HasPrefix(e.Name(), ".") && !e.IsDir() {
				add(filepath.Join(arg, e.Name()))
				found = true
			}
		}
		if !found {
			return nil, fmt.Errorf("%s holds no file that ends in %s", arg, ext)
		}
	}
	return files, nil
}

// Read returns a file's content, at most limit bytes and one: whoever decodes
// it sees that it is too long.
func Read(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder", path)
	}
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("%w; the stick may be failing: copy the file again", err)
	}
	return b, nil
}
