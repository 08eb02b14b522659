package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// maxShared bounds how many appends share a transaction, so that none waits
// longer than about 20 ms for the others' sealing.
const maxShared = 256

// An offer is an append waiting for a transaction.
type offer struct {
	draft scanner.Draft
	entry scanner.Entry
	err   error
	done  chan struct{} // closed when entry and err stand
}

// queue holds offers in order of arrival.
type queue struct {
	mu     sync.Mutex
	offers []*offer
}

func (q *queue) add(o *offer) {
	q.mu.Lock()
	q.offers = append(q.offers, o)
	q.mu.Unlock()
}

// withdraw takes an offer back unless a transaction already has it.
func (q *queue) withdraw(o *offer) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, other := range q.offers {
		if other == o {
			q.offers = append(q.offers[:i:i], q.offers[i+1:]...)
			return true
		}
	}
	return false
}

// gather lets those of a burst who are ready to run come along: it yields for
// as long as that brings new offers. A lone append yields once.
func (q *queue) gather() {
	for before, now := -1, q.len(); now > before && now < maxShared; before, now = now, q.len() {
		runtime.Gosched()
	}
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.offers)
}

// take removes the oldest offers, as many as share a transaction.
func (q *queue) take() []*offer {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.offers), maxShared)
	taken := q.offers[:n:n]
	if q.offers = q.offers[n:]; len(q.offers) == 0 {
		q.offers = nil
	}
	return taken
}

// Append writes a draft down as the log's next entry and returns it once it is
// on disk. Cancelling helps until its transaction begins.
func (s *Store) Append(ctx context.Context, d scanner.Draft) (scanner.Entry, error) {
	if err := ctx.Err(); err != nil {
		return scanner.Entry{}, fmt.Errorf("append entry: %w", err)
	}
	o := &offer{draft: d, done: make(chan struct{})}
	s.queue.add(o)
	select {
	case <-o.done:
	case s.writer <- struct{}{}:
		// Whoever gets the token writes for all who wait.
		s.queue.gather()
		s.lead(o)
		<-s.writer
	case <-ctx.Done():
		if s.queue.withdraw(o) {
			return scanner.Entry{}, fmt.Errorf("append entry: %w", ctx.Err())
		}
		<-o.done
	}
	if o.err != nil {
		return scanner.Entry{}, fmt.Errorf("append entry: %w", o.err)
	}
	return o.entry, nil
}

// lead writes queued offers until the leader's own is done.
func (s *Store) lead(own *offer) {
	for {
		select {
		case <-own.done:
			return
		default:
		}
		s.commit(s.queue.take())
	}
}

// commit writes offers in one transaction and tells each how it went.
func (s *Store) commit(offers []*offer) {
	err := s.append(offers)
	if errors.Is(err, ErrNoRoom) {
		if err = s.makeRoom(); err == nil {
			err = s.append(offers)
		}
		if errors.Is(err, ErrNoRoom) {
			err = fmt.Errorf("%w", scanner.ErrJournalFull)
		}
	}
	for _, o := range offers {
		if err != nil {
			o.err = err
		}
		close(o.done)
	}
	if err == nil {
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
}

// append is one attempt at a transaction.
func (s *Store) append(offers []*offer) error {
	err := s.write(func(tx *bolt.Tx, st *state) error {
		if s.file.used(tx) >= s.room() {
			return ErrNoRoom
		}
		before := st.size
		for _, o := range offers {
			if o.err = s.add(tx, st, o); o.err != nil && !isDraft(o.err) {
				return o.err
			}
		}
		if st.size == before {
			return errNothing // every draft was refused for itself
		}
		return s.sign(tx, st)
	})
	if err != nil {
		s.seals.drop() // its sequences will be given out again
	}
	return err
}

// A draftError is about one draft and no other in the transaction.
type draftError struct{ error }

func (e draftError) Unwrap() error { return e.error }

func isDraft(err error) bool {
	var d draftError
	return errors.As(err, &d)
}

// add puts one offer into the log.
func (s *Store) add(tx *bolt.Tx, st *state, o *offer) error {
	e, encoded, err := s.seals.compose(st.size, o.draft)
	if err != nil {
		return draftError{err}
	}
	tree, err := newTree(tx, st.first)
	if err != nil {
		return err
	}
	hashes, err := tlog.StoredHashes(int64(st.size), encoded, tree)
	if err != nil {
		return err
	}
	record := make([]byte, 0, len(hashes)*tlog.HashSize+len(encoded))
	for _, h := range hashes {
		record = append(record, h[:]...)
	}
	tree.records.FillPercent = 1 // keys only rise
	if err := tree.records.Put(sequenceKey(st.size), append(record, encoded...)); err != nil {
		return err
	}
	if e.At.Trust != scanner.Doubtful {
		st.see(e.At.Wall)
	}
	switch {
	case o.draft.Subject.IsZero():
	case e.Outcome == scanner.Admit:
		err = s.remember(tx, o.draft.Subject, e.Direction, e.At.Wall, fromMillis(st.highest))
	case e.Kind == scanner.NotTurned:
		err = s.undo(tx, o.draft, fromMillis(st.highest))
	}
	if err != nil {
		return err
	}
	st.size++
	o.entry = e
	return nil
}

// sign puts the head over the log as it now is.
func (s *Store) sign(tx *bolt.Tx, st *state) error {
	tree, err := newTree(tx, st.first)
	if err != nil {
		return err
	}
	if st.root, err = tlog.TreeHash(int64(st.size), tree); err != nil {
		return err
	}
	note, err := s.o.Sign(st.size, st.root)
	if err != nil {
		return fmt.Errorf("sign the head: %w", err)
	}
	return put(tx.Bucket(bucketLog), keyHead, note)
}
