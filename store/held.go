package store

import (
	"io/fs"
	"os"
	"slices"
	"sync"
)

// held are the files this process has open. bbolt's lock keeps other processes
// out, but on Android it is one of fcntl(2): a process never shuts itself out,
// and gives the lock up with the first of its descriptors to be closed. There
// the window and the job that carries scans are one process.
var held struct {
	sync.Mutex
	files []*claim
}

// claim is what one opener holds of a file.
type claim struct {
	info     fs.FileInfo
	readOnly bool
}

// take claims the file at path, or returns ErrInUse when this process has it
// open already; several may read.
func take(path string, readOnly bool) (*claim, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	held.Lock()
	defer held.Unlock()
	for _, h := range held.files {
		if os.SameFile(h.info, info) && !(h.readOnly && readOnly) {
			return nil, ErrInUse
		}
	}
	h := &claim{info, readOnly}
	held.files = append(held.files, h)
	return h, nil
}

// leave gives a claim up; doing so twice is harmless.
func (h *claim) leave() {
	held.Lock()
	defer held.Unlock()
	held.files = slices.DeleteFunc(held.files, func(other *claim) bool { return other == h })
}
