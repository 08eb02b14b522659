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
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// ErrGone is wrapped when a stick was pulled out while it was written to: its
// mount point may be an ordinary folder then, on the device's own drive.
var ErrGone = errors.New("the stick was pulled out")

// A Folder is a folder of a stick, held open: what is written goes to that
// stick, and never to whatever is in its place later.
type Folder struct {
	path string
	root *os.Root
}

// Open opens a folder.
func Open(path string) (*Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w; is the stick there?", path, err)
	}
	return &Folder{path, root}, nil
}

// Close lets the stick go.
func (f *Folder) Close() error { return f.root.Close() }

// There fails, with an error that wraps ErrGone, when the folder is no longer
// what stands at its path.
func (f *Folder) There() error {
	held, err := f.root.Stat(".")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	if now, err := os.Stat(f.path); err != nil || !os.SameFile(held, now) {
		return fmt.Errorf("%s: %w", f.path, ErrGone)
	}
	return nil
}

// Write puts content into the folder, replacing what has that name.
func (f *Folder) Write(name string, content []byte) (err error) {
	path := filepath.Join(f.path, name)
	temporary := fmt.Sprintf(".chot-%x", rand.Uint64())
	file, err := f.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w; is the stick there, and writable?", path, err)
	}
	defer func() {
		if err != nil {
			f.root.Remove(temporary)
			err = fmt.Errorf("write %s: %w; nothing was left there half written", path, err)
		}
	}()
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync()); err != nil {
		return err
	}
	if err = f.root.Rename(temporary, name); err != nil {
		return err
	}
	// Again: FAT writes a file's length beside its new name only with the file, and
	// a stick pulled out before holds an empty one.
	if err = errors.Join(file.Sync(), f.sync()); err != nil {
		return err
	}
	return f.There()
}

// Write puts content at path, replacing what is there.
func Write(path string, content []byte) error {
	f, err := Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer f.Close()
	return f.Write(filepath.Base(path), content)
}

// sync makes a rename durable where folders can be synced at all.
func (f *Folder) sync() error {
	d, err := f.root.Open(".")
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
