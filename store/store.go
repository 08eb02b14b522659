package store

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"chot/scanner"
	"chot/scanner/seal"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	defaultMaxSize   = 256 << 20
	leastMaxSize     = 1 << 20
	defaultPriorKeep = 24 * time.Hour
)

// Options say whose journal it is and what bounds it.
type Options struct {
	// Device is the SHA-256 of the device's public key. A journal belongs to
	// one device for ever. Zero is allowed with ReadOnly: any device.
	Device [32]byte

	// Sign signs a head of size entries and their Merkle root; what it returns
	// is kept and handed on as it is. It must not call the Store.
	Sign func(size uint64, root [32]byte) (note []byte, err error)

	// VerifyHead, if set, is asked by Verify whether a note signs this size
	// and root.
	VerifyHead func(note []byte, size uint64, root [32]byte) error

	Trace     seal.TracePublicKey // entries are sealed to it
	MaxSize   int64               // of the file in bytes; 0 means 256 MiB, at least 1 MiB
	PriorKeep time.Duration       // how long prior use is remembered; 0 means 24 h

	// Priors returns the 32-byte key of prior use, which is kept apart from the
	// journal, and keeps it durably before it does: old, if that is not nil, which
	// a journal of format 1 has in itself. It must not call the Store. nil: the
	// journal is one of format 1 and stays one.
	Priors func(old []byte) ([]byte, error)

	// Ended opens a journal whose device's key is gone: it is sent, exported and
	// receipted as ever, in bundles that end where a head was signed, but takes
	// no more entries. Sign and Trace are not needed.
	Ended bool

	// ReadOnly opens a journal, or a copy of one, to look at it. Nothing is
	// written, and Sign and Trace are not needed.
	ReadOnly bool
}

// A Store is an open journal. Its methods may be called from any goroutine.
type Store struct {
	o       Options
	file    *file
	writer  chan struct{} // the token of the one writer
	queue   queue
	seals   segments // the writer's alone
	peaks   peaks    // the writer's alone
	company bool     // the last transaction was shared; the writer's alone
	changed chan struct{}
	highest atomic.Int64 // the state's, for those who only ask the time
	priors  []byte       // key of prior use, nil where it is not to be had
	mark    []byte       // what the file had in its place when it was opened
	mac     hash.Hash    // under it; the writer's alone
}

var _ scanner.Journal = (*Store)(nil)

// Open opens the journal at path, or makes it if there is none (the folder
// must exist). A file it cannot accept is left as it is, and the error says
// what to do.
func Open(path string, o Options) (*Store, error) {
	if o.MaxSize == 0 {
		o.MaxSize = defaultMaxSize
	}
	if o.PriorKeep == 0 {
		o.PriorKeep = defaultPriorKeep
	}
	s, err := open(path, o)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	return s, nil
}

func open(path string, o Options) (*Store, error) {
	if !o.ReadOnly {
		switch {
		case o.MaxSize < leastMaxSize || o.MaxSize > 1<<30:
			return nil, fmt.Errorf("a size of %d bytes is not possible: choose between 1 MiB and 1 GiB", o.MaxSize)
		case o.Ended:
			o.Sign = nil
		case o.Sign == nil:
			return nil, errors.New("no way to sign heads: enrol this device")
		case o.Trace.IsZero():
			return nil, errors.New("no trace key to seal entries to: enrol this device")
		}
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) && !o.Ended {
			switch err := create(path, o); {
			case errors.Is(err, fs.ErrNotExist):
				return nil, fmt.Errorf("make its folder first: %w", err)
			case errors.Is(err, fs.ErrPermission):
				return nil, fmt.Errorf("give this user the right to write its folder: %w", err)
			case err != nil:
				return nil, fmt.Errorf("create it: %w", err)
			}
		}
	}
	f, err := openFile(path, o.MaxSize, o.ReadOnly)
	if err != nil {
		return nil, err
	}
	s := &Store{o: o, file: f, writer: make(chan struct{}, 1), changed: make(chan struct{}, 1)}
	s.seals.trace = o.Trace
	if err := s.file.view(s.accept); err != nil {
		_ = f.close()
		return nil, err
	}
	if !o.ReadOnly {
		sweep(path)
	}
	if o.Sign != nil && !o.ReadOnly {
		switch {
		case o.Priors != nil:
			err = s.takePriors()
		case s.priors == nil:
			err = errors.New("no key of prior use: enrol this device")
		}
		if err != nil {
			_ = f.close()
			return nil, err
		}
		_ = s.fillHeads() // without them the log is as whole as it was
	}
	return s, nil
}

// accept checks that the journal is this device's and that its end is whole.
func (s *Store) accept(tx *bolt.Tx) error {
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("%w: part %q of it is missing", ErrDamaged, name)
		}
	}
	b := tx.Bucket(bucketLog)
	version, err := get(b, keyFormat)
	if err != nil {
		return err
	}
	if len(version) != 1 || version[0] == 0 {
		return fmt.Errorf("%w: it has no format number", ErrDamaged)
	}
	if version[0] > format {
		return ErrNewer
	}
	device, err := get(b, keyDevice)
	if err != nil {
		return err
	}
	if string(device) != string(s.o.Device[:]) && !(s.o.ReadOnly && s.o.Device == [32]byte{}) {
		return ErrForeign
	}
	priors, err := get(b, keyPriors)
	if err != nil {
		return err
	}
	if err := s.acceptPriors(version[0], priors); err != nil {
		return err
	}
	st, err := loadState(tx)
	if err != nil {
		return err
	}
	s.highest.Store(st.highest)
	return s.acceptEnd(tx, st)
}

// acceptEnd checks that the records end where the state says, and that their
// hashes give its root.
func (s *Store) acceptEnd(tx *bolt.Tx, st state) error {
	c := tx.Bucket(bucketRecords).Cursor()
	first, _ := c.First()
	last, _ := c.Last()
	kept := st.size > st.first
	if kept != (first != nil) || kept && (string(first) != string(sequenceKey(st.first)) || string(last) != string(sequenceKey(st.size-1))) {
		return fmt.Errorf("%w: its entries are not the ones its state names", ErrDamaged)
	}
	tree, err := newTree(tx, st.first)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(int64(st.size), tree)
	if err != nil {
		return err
	}
	if root != st.root {
		return fmt.Errorf("%w: its hashes do not give the head's root", ErrDamaged)
	}
	return nil
}

// Close ends the store after the write that is under way. Appends still
// waiting get ErrClosed.
func (s *Store) Close() error {
	s.writer <- struct{}{}
	defer func() { <-s.writer }()
	s.seals.drop()
	return s.file.close()
}

// update runs fn as the only writer and returns when its changes are on disk.
// fn gets the state, and what it leaves there is stored.
func (s *Store) update(ctx context.Context, fn func(*bolt.Tx, *state) error) error {
	select {
	case s.writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.writer }()
	return s.write(fn)
}

// write is update for who holds the writer token.
func (s *Store) write(fn func(*bolt.Tx, *state) error) error {
	var after state
	err := s.file.update(func(tx *bolt.Tx) error {
		before, err := loadState(tx)
		if err != nil {
			return err
		}
		after = before
		if err := fn(tx, &after); err != nil || after == before {
			return err
		}
		return after.store(tx)
	})
	switch {
	case errors.Is(err, errNothing):
		return nil
	case err == nil:
		s.highest.Store(after.highest)
	}
	return err
}

// errNothing ends a transaction that turned out to have nothing to write: it
// is rolled back, which costs no sync, and counts as success.
var errNothing = errors.New("nothing to write")

// look runs fn on a consistent view of the file.
func (s *Store) look(fn func(*bolt.Tx, state) error) error {
	return s.file.view(func(tx *bolt.Tx) error {
		st, err := loadState(tx)
		if err != nil {
			return err
		}
		return fn(tx, st)
	})
}

// Changed signals that something was appended since it last did. It has room
// for one signal and is meant for one listener.
func (s *Store) Changed() <-chan struct{} { return s.changed }

// Highest is the highest time ever seen in entries with a believable clock,
// receipts and lists; zero if none. A receipt later than all others lowers it
// to its own time if entries were ahead of that.
func (s *Store) Highest() time.Time { return fromMillis(s.highest.Load()) }

// Observe raises the highest time, durably, to one that an authority signed.
func (s *Store) Observe(t time.Time) error {
	err := s.update(context.Background(), func(_ *bolt.Tx, st *state) error {
		if millis(t) <= st.vouched {
			return errNothing
		}
		st.vouched = millis(t)
		st.see(t)
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the highest time: %w", err)
	}
	return nil
}
