package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	lockTimeout = 500 * time.Millisecond
	growth      = 256 << 10 // the file grows in steps of this
)

// file is the bbolt file behind a Store: every transaction goes through it.
// It turns bbolt's panics and the memory faults of a dying disk into errors,
// and opens the file anew after one, so that a disk that comes back is used
// again without a restart.
type file struct {
	path     string
	maxSize  int64
	readOnly bool
	giveBack func() // see claim

	mu      sync.RWMutex // guards db and f; held for reading by transactions
	db      *bolt.DB
	f       *os.File // the descriptor bbolt uses
	closed  bool
	suspect bool // the last commit failed in the middle; the writer's alone
	broken  bool // bbolt's memory may be wrong; the writer's alone
	stuck   bool // bbolt panicked holding its own locks; the writer's alone
}

// openFile locks, checks and opens an existing file.
func openFile(path string, maxSize int64, readOnly bool) (*file, error) {
	giveBack, err := claim(path, readOnly)
	if err != nil {
		return nil, err
	}
	f := &file{path: path, maxSize: maxSize, readOnly: readOnly, giveBack: giveBack}
	if err := f.open(); err != nil {
		giveBack()
		return nil, err
	}
	return f, nil
}

func (f *file) open() error {
	// First for reading only: bbolt then takes a shared lock and touches no
	// page but the two meta pages, so the walk may come before it trusts any.
	db, handle, err := f.bolt(true, false)
	if err != nil {
		return err
	}
	info, err := handle.Stat()
	if err == nil {
		err = checkStructure(handle, info.Size())
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	db, handle, err = f.bolt(f.readOnly, true)
	if err != nil {
		return err
	}
	f.db, f.f = db, handle
	return nil
}

// bolt opens the file in bbolt and puts its refusals into our words.
func (f *file) bolt(readOnly, freelist bool) (db *bolt.DB, handle *os.File, err error) {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%w: it is not a regular file", ErrDamaged)
	case info.Size() < 4*pageSize:
		return nil, nil, fmt.Errorf("%w: it has only %d bytes", ErrDamaged, info.Size())
	}
	o := &bolt.Options{
		Timeout: lockTimeout, ReadOnly: readOnly, PreLoadFreelist: freelist, FreelistType: bolt.FreelistMapType, PageSize: pageSize,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			handle, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			return handle, err
		},
	}
	if !readOnly {
		// Growing never waits for a reader, and a smaller limit than what the
		// file already has must not stop receipts.
		o.MaxSize = int(max(f.maxSize, info.Size()+growth))
		o.InitialMmapSize = o.MaxSize
	}
	err = shield(func() (err error) {
		db, err = bolt.Open(f.path, 0o600, o)
		return err
	})
	switch {
	case err == nil:
		db.AllocSize = growth
		db.NoSync, db.NoGrowSync = unsynced(), unsynced()
		return db, handle, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, nil, ErrInUse
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, nil, fmt.Errorf("%w: it does not begin as a journal does", ErrDamaged)
	case errors.Is(err, fs.ErrPermission):
		return nil, nil, fmt.Errorf("give this user the right to write it: %w", err)
	}
	if handle != nil {
		_ = handle.Close() // after a panic in Open nobody else would; a second Close is harmless
	}
	return nil, nil, err
}

// shield runs fn and turns panics, and faults on mapped pages the disk no
// longer delivers, into errors.
func shield(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return fn()
}

// view runs fn in a read transaction. fn must copy what it keeps.
func (f *file) view(fn func(*bolt.Tx) error) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return ErrClosed
	}
	if f.db == nil {
		return errors.New("the journal's file could not be opened again after a disk error")
	}
	if err := f.probe(); err != nil {
		return err
	}
	return shield(func() error { return f.db.View(fn) })
}

// probe reads the meta pages: were the disk unable to deliver them, bbolt would
// fault on them while it holds locks it then never gives back.
func (f *file) probe() error {
	var b [1]byte
	for page := range int64(2) {
		if _, err := f.f.ReadAt(b[:], page*pageSize); err != nil {
			return err
		}
	}
	return nil
}

// update runs fn in a write transaction and returns when it is on disk. Only
// the holder of the store's writer token calls it.
func (f *file) update(fn func(*bolt.Tx) error) error {
	if f.readOnly {
		return ErrReadOnly
	}
	if err := f.ready(); err != nil {
		return err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	if err := f.probe(); err != nil {
		return err
	}
	var tx *bolt.Tx
	var committing bool
	err := shield(func() (err error) {
		if tx, err = f.db.Begin(true); err != nil {
			return err
		}
		if err = fn(tx); err != nil {
			return err
		}
		committing = true
		return tx.Commit()
	})
	if err == nil {
		return nil
	}
	if tx == nil {
		f.stuck = f.stuck || errors.Is(err, ErrDamaged)
	} else if undone := shield(tx.Rollback); errors.Is(undone, ErrDamaged) {
		f.stuck = true // else it is undone, or Commit had closed it by itself
	}
	f.suspect = f.suspect || committing && !errors.Is(err, bolterrors.ErrMaxSizeReached)
	f.broken = f.broken || errors.Is(err, ErrDamaged) || errors.Is(err, bolterrors.ErrInvalidMapping)
	if errors.Is(err, bolterrors.ErrMaxSizeReached) {
		return ErrNoRoom
	}
	return err
}

// ready mends what the last failed transaction may have left behind. Only the
// writer changes the fields it reads, so it locks readers out only to do so.
func (f *file) ready() error {
	if f.closed {
		return ErrClosed
	}
	if f.broken || f.db == nil {
		if err := f.reopen(); err != nil {
			return fmt.Errorf("open %s again: %w", f.path, err)
		}
	}
	if f.suspect {
		if err := f.settle(); err != nil {
			return fmt.Errorf("settle %s after a disk error: %w", f.path, err)
		}
		f.suspect = false
	}
	return nil
}

func (f *file) reopen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.release()
	if err := f.open(); err != nil {
		return err
	}
	f.broken = false
	return nil
}

// release gives the file and its lock back.
func (f *file) release() (err error) {
	switch {
	case f.db == nil:
		return nil
	case f.stuck:
		err = f.f.Close() // bbolt's own Close would wait for ever; its mapping is lost
	default:
		err = shield(f.db.Close)
	}
	f.db, f.f, f.stuck = nil, nil, false
	return err
}

// settle writes the meta pages again as they read now. When the last sync of a
// commit fails, the kernel takes the meta page for clean though the disk may
// hold the one before it; bbolt would then reuse pages which that one still
// needs, and a power cut in between would destroy the file.
func (f *file) settle() error {
	b := make([]byte, 2*pageSize)
	if _, err := f.f.ReadAt(b, 0); err != nil {
		return err
	}
	if _, err := f.f.WriteAt(b, 0); err != nil {
		return err
	}
	return f.f.Sync()
}

// used returns the bytes of all pages that are not free.
func (f *file) used(tx *bolt.Tx) int64 {
	s := tx.DB().Stats()
	return tx.Size() - int64(s.FreePageN+s.PendingPageN)*pageSize
}

func (f *file) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	defer f.giveBack()
	return f.release()
}
