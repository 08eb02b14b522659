package downlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Folder source reads a repository from a folder, such as a mounted USB
// stick. The value is the folder that holds metadata/ and targets/.
type Folder string

// Fetch implements Source. Nothing outside the folder can be reached, whatever
// links the stick carries, and only plain files are read.
func (f Folder) Fetch(_ context.Context, path string, offset int64) (io.ReadCloser, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, because(ErrStick, fmt.Errorf("open folder: %w", err))
	}
	defer root.Close()
	name := filepath.FromSlash(path)
	// Asked before opening: opening a pipe would wait for its writer.
	info, err := root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %s: %w", path, fs.ErrNotExist)
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, because(ErrNotRepository, fmt.Errorf("open %s: not a plain file", path))
	}
	if err != nil {
		return nil, because(ErrStick, fmt.Errorf("open %s: %w", path, err))
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, because(ErrStick, fmt.Errorf("open %s: %w", path, err))
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		file.Close()
		return nil, because(ErrStick, fmt.Errorf("open %s: %w", path, err))
	}
	return stickFile{file}, nil
}

// A stickFile's failing read is the stick's.
type stickFile struct{ io.ReadCloser }

func (f stickFile) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	if err != nil && err != io.EOF {
		err = because(ErrStick, err)
	}
	return n, err
}
