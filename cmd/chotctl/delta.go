package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"chot/scanner/roster"
)

// diffLists writes the delta between two list files.
func diffLists(from, to, out string) error {
	base, err := readManifest(from)
	if err != nil {
		return err
	}
	next, err := readManifest(to)
	if err != nil {
		return err
	}
	size := int64(0)
	err = writeWhole(out, func(f *os.File) error {
		if err := roster.Diff(f, from, base, to, next); err != nil {
			return err
		}
		size, err = f.Seek(0, io.SeekCurrent)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("wrote %s: %d bytes, from version %d to %d, where the whole list has %d bytes\n",
		out, size, base.Version, next.Version, next.Size)
	return nil
}

// applyDelta makes the list that the manifest beside out describes.
func applyDelta(from, delta, out string) error {
	base, err := readManifest(from)
	if err != nil {
		return err
	}
	next, err := readManifest(out)
	if err != nil {
		return err
	}
	in, err := os.Open(delta)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := writeWhole(out, func(f *os.File) error { return roster.Apply(f, from, base, in, next) }); err != nil {
		return err
	}
	fmt.Printf("wrote %s: %d rows, %d bytes, root %s, as its manifest says\n", out, next.Rows, next.Size, hex.EncodeToString(next.Root[:]))
	return nil
}

// writeWhole writes a file that is there whole or not at all.
func writeWhole(path string, write func(f *os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err = write(f); err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
