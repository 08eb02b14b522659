package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"chot/scanner/roster"
)

// openRows reads the rows of a list, with a bar on a terminal. It refuses before it
// begins what will not fit into memory, and while it reads what turns out not to.
// The caller calls done, once or more often.
func openRows(csvFile, lines string, memory int64) (rows iter.Seq2[roster.Row, error], done func(), err error) {
	read, path := roster.ReadCSV, csvFile
	if csvFile == "" {
		read, path = roster.ReadJSONL, lines
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	size := int64(0)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	if memory <= 0 {
		memory = freeMemory()
	}
	if size > 0 && memory > 0 {
		n, err := countLines(f)
		if err == nil {
			_, err = f.Seek(0, io.SeekStart)
		}
		if err == nil {
			err = fits(n, memory)
		}
		if err != nil {
			return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
		}
	}
	bar := newProgress("rows", size)
	done = func() { bar.end(); f.Close() }
	return func(yield func(roster.Row, error) bool) {
		n := 0
		for row, err := range read(bar.reader(f)) {
			// From a pipe nothing is known beforehand.
			if n++; n%(1<<16) == 0 && size == 0 && memory > 0 && err == nil {
				err = fits(n, memory)
			}
			if !yield(row, err) {
				return
			}
		}
	}, done, nil
}

// fits says how much memory so many rows need, when there is not as much.
func fits(rows int, memory int64) error {
	if rows > roster.MaxRows+1 { // and the line with the columns' names
		return fmt.Errorf("%d rows are more than a list can have (%d): split them by area, nothing was built", rows, roster.MaxRows)
	}
	if need := roster.BuildMemory(rows); need > memory {
		return fmt.Errorf("building a list of %d rows needs about %d MiB of memory and this machine has %d MiB free: build it on a larger one, or split it by area; nothing was built", rows, need>>20, memory>>20)
	}
	return nil
}

func countLines(r io.Reader) (n int, err error) {
	buffer := make([]byte, 1<<20)
	for {
		read, err := r.Read(buffer)
		n += bytes.Count(buffer[:read], []byte{'\n'})
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
