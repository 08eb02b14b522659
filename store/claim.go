package store

import (
	"path/filepath"
	"sync"
)

// The journals this process has open, by resolved path: how many look at each,
// or -1 for the one that writes.
//
// bbolt's own lock keeps other processes out. On Android it is POSIX's
// (fcntl F_SETLK), which a process holds against others only: it would let two
// parts of one program write into the same file, and whichever closed first would
// take the lock from the other. There the window and a background round share a
// process.
var (
	holding sync.Mutex
	held    = map[string]int{}
)

// claim takes a journal for this process, and returns what gives it back, or
// ErrInUse if another part of it has it.
func claim(path string, readOnly bool) (release func(), err error) {
	key, err := filepath.Abs(path)
	if err == nil {
		key, err = filepath.EvalSymlinks(key)
	}
	if err != nil {
		return nil, err
	}
	holding.Lock()
	defer holding.Unlock()
	n := held[key]
	switch {
	case n < 0, n > 0 && !readOnly:
		return nil, ErrInUse
	case readOnly:
		n++
	default:
		n = -1
	}
	held[key] = n
	return sync.OnceFunc(func() {
		holding.Lock()
		defer holding.Unlock()
		if n := held[key]; n > 1 {
			held[key] = n - 1
		} else {
			delete(held, key)
		}
	}), nil
}
