package downlink

import (
	"fmt"
	"os"
	"path/filepath"
)

// A disk is where the downlink's files are. The zero value is the real one; with
// step a test sees every change before it is made, and may break it.
type disk struct {
	step func(op, path string) error
}

func (d disk) before(op, path string) error {
	if d.step == nil {
		return nil
	}
	if err := d.step(op, path); err != nil {
		return &os.PathError{Op: op, Path: path, Err: err}
	}
	return nil
}

// A diskFile is a file open for writing.
type diskFile struct {
	*os.File
	disk disk
}

func (d disk) open(path string, flag int) (diskFile, error) {
	if err := d.before("open", path); err != nil {
		return diskFile{}, err
	}
	f, err := os.OpenFile(path, flag, 0o600)
	return diskFile{f, d}, err
}

func (f diskFile) Write(b []byte) (int, error) {
	if err := f.disk.before("write", f.Name()); err != nil {
		return 0, err
	}
	return f.File.Write(b)
}

func (f diskFile) WriteAt(b []byte, at int64) (int, error) {
	if err := f.disk.before("write", f.Name()); err != nil {
		return 0, err
	}
	return f.File.WriteAt(b, at)
}

func (f diskFile) Truncate(size int64) error {
	if err := f.disk.before("truncate", f.Name()); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f diskFile) Sync() error {
	if err := f.disk.before("sync", f.Name()); err != nil {
		return err
	}
	return f.File.Sync()
}

func (d disk) remove(path string) error {
	if err := d.before("remove", path); err != nil {
		return err
	}
	return os.Remove(path)
}

func (d disk) rename(from, to string) error {
	if err := d.before("rename", to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func (d disk) link(from, to string) error {
	if err := d.before("link", to); err != nil {
		return err
	}
	return os.Link(from, to)
}

// write replaces the file at path so that a power cut leaves the old one or
// the new one. The folder is synced by the caller, once for several files.
func (d disk) write(path string, data []byte) (err error) {
	// The name is always the same: what a power cut left of it is overwritten.
	f, err := d.open(filepath.Join(filepath.Dir(path), ".writing-"+filepath.Base(path)), os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer func() {
		if err != nil {
			f.Close()
			d.remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		err = d.rename(f.Name(), path)
	}
	if err != nil {
		err = fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return err
}

// makeFolder makes a folder and its parents, durably.
func (d disk) makeFolder(folder string) error {
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(folder); parent != folder {
		if err := d.makeFolder(parent); err != nil {
			return err
		}
	}
	if err := d.before("mkdir", folder); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	return d.syncFolder(filepath.Dir(folder))
}

func (d disk) syncFolder(folder string) error {
	if err := d.before("sync folder", folder); err != nil {
		return err
	}
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
