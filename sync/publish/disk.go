package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A disk writes files so that a crash leaves either the old file or the new
// one. The zero value is the real disk; fail lets a test break any one step.
type disk struct {
	fail func(step, path string) error
}

func (d disk) step(step, path string) error {
	if d.fail == nil {
		return nil
	}
	return d.fail(step, path)
}

// write replaces the file at path by data.
func (d disk) write(path string, data []byte, mode os.FileMode) error {
	return d.replace(path, mode, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// copyHashed copies src into folder under a name chosen from its SHA-256, and
// returns digest and length.
func (d disk) copyHashed(src, folder string, name func(digest string) string) (digest []byte, size int64, err error) {
	in, err := os.Open(src)
	if err != nil {
		return nil, 0, err
	}
	defer in.Close()
	h := sha256.New()
	if size, err = io.Copy(h, in); err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", src, err)
	}
	digest = h.Sum(nil)
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, 0, err
	}
	h.Reset()
	path := filepath.Join(folder, name(hex.EncodeToString(digest)))
	err = d.replace(path, 0o644, func(f *os.File) error {
		_, err := io.Copy(io.MultiWriter(f, h), in)
		if err == nil && string(h.Sum(nil)) != string(digest) {
			err = fmt.Errorf("%s changed while it was read; publish it again when nothing writes to it", src)
		}
		return err
	})
	return digest, size, err
}

func (d disk) replace(path string, mode os.FileMode, fill func(*os.File) error) (err error) {
	folder := filepath.Dir(path)
	if err := d.mkdir(folder); err != nil {
		return err
	}
	if err := d.step("create", path); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".writing-*")
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
	if err = d.step("write", path); err != nil {
		return err
	}
	if err = fill(f); err != nil {
		return err
	}
	if err = d.step("sync", path); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = d.step("rename", path); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	if err = d.step("syncdir", path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// mkdir makes a folder and its parents, each one's entry synced: a file is
// only as durable as the names above it.
func (d disk) mkdir(folder string) error {
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(folder)
	if parent != folder {
		if err := d.mkdir(parent); err != nil {
			return err
		}
	}
	if err := d.step("mkdir", folder); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o755); err != nil && !os.IsExist(err) {
		return err
	}
	return syncFolder(parent)
}

func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
