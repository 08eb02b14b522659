package keystore

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Folder is a device's folder on its disk. Every step that changes it can be
// made to fail, or be the last one, by a test.
type Folder struct {
	Path string
	// Before is asked before each change; its error ends the operation there.
	// nil lets all pass.
	Before func(step string) error
}

func (f Folder) name(name string) string { return filepath.Join(f.Path, filepath.FromSlash(name)) }

func (f Folder) step(step, name string) error {
	if f.Before == nil {
		return nil
	}
	return f.Before(step + " " + name)
}

// Read returns a file's content.
func (f Folder) Read(name string) ([]byte, error) { return os.ReadFile(f.name(name)) }

// Has reports whether a file is there. One that cannot be looked at is.
func (f Folder) Has(name string) bool {
	_, err := os.Lstat(f.name(name))
	return !errors.Is(err, fs.ErrNotExist)
}

// temporary begins the name of a file that is not written to its end.
const temporary = ".tmp-"

// Write replaces a file, mode 0600, so that a power cut leaves the old or the
// new one, and returns when the new one is on disk.
func (f Folder) Write(name string, b []byte) (err error) {
	path := f.name(name)
	if err := f.step("write", name); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), temporary+strings.TrimPrefix(filepath.Base(path), ".")+"-") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(b)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err = f.step("rename", name); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return f.sync(name)
}

// Shred overwrites a file in place, once and on disk, and removes it. What that
// is worth the package's text says. A file that is not there is shredded.
func (f Folder) Shred(name string) error {
	path := f.name(name)
	if !f.Has(name) {
		return nil
	}
	if err := f.step("overwrite", name); err != nil {
		return err
	}
	if err := overwrite(path); err != nil {
		return err
	}
	return f.Remove(name)
}

// Remove removes a file that held no secret. One that is not there is removed.
func (f Folder) Remove(name string) error {
	path := f.name(name)
	if !f.Has(name) {
		return nil
	}
	if err := f.step("remove", name); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.sync(name)
}

// Sweep shreds what a power cut has left of files that were being written. Nobody
// else may be writing in the folder.
func (f Folder) Sweep() (err error) {
	for _, dir := range []string{".", filepath.Dir(fileKey)} {
		entries, failed := os.ReadDir(f.name(dir))
		if failed != nil && !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
		for _, e := range entries {
			if e.Type().IsRegular() && strings.HasPrefix(e.Name(), temporary) {
				err = errors.Join(err, f.Shred(filepath.Join(dir, e.Name())))
			}
		}
	}
	return err
}

func overwrite(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		_, err = file.Write(make([]byte, info.Size()))
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// shredded reports whether Shred has overwritten this and was cut short before
// it could remove it.
func shredded(b []byte) bool { return len(b) > 0 && len(bytes.TrimLeft(b, "\x00")) == 0 }

// sync makes what happened to a name last.
func (f Folder) sync(name string) error {
	if err := f.step("sync", name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(f.name(name)))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
