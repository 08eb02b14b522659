package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// Bounds of a transaction that several appends share: none of them waits
// longer than about 20 ms for the others' sealing and the head's signature.
const (
	maxShared = 256
	window    = 10 * time.Millisecond
	patience  = 500 // yields: some 0.1 ms when nobody else has anything to do
	hurry     = 20  // yields, which cost less than signing once more does
)

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

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.offers)
}

// take removes the oldest offers, at most n.
func (q *queue) take(n int) []*offer {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = min(len(q.offers), n)
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
	if s.o.Ended {
		return scanner.Entry{}, fmt.Errorf("append entry: %w", ErrEnded)
	}
	o := &offer{draft: d, done: make(chan struct{})}
	s.queue.add(o)
	select {
	case <-o.done:
	case s.writer <- struct{}{}:
		// Whoever gets the token writes for all who wait.
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
		s.commit(s.queue.take(maxShared))
	}
}

// commit writes offers in one transaction, with those that come while it is
// made, and tells each how it went.
func (s *Store) commit(offers []*offer) {
	err := s.append(&offers)
	if errors.Is(err, ErrNoRoom) {
		if err = s.makeRoom(); err == nil {
			err = s.append(&offers)
		}
		if errors.Is(err, ErrNoRoom) {
			err = fmt.Errorf("%w", scanner.ErrJournalFull)
		}
	}
	s.company = len(offers) > 1
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

// append is one attempt at a transaction. Nobody waits for company: what
// arrives while the others are sealed and the head is signed comes along, for
// signing anew costs a twentieth of another transaction.
func (s *Store) append(offers *[]*offer) error {
	began := time.Now()
	err := s.write(func(tx *bolt.Tx, st *state) error {
		if s.file.used(tx) >= s.room() {
			return ErrNoRoom
		}
		if err := s.peaks.load(tx, *st); err != nil {
			return err
		}
		before, signed := st.size, st.size
		for done := 0; done < len(*offers); {
			for _, o := range (*offers)[done:] {
				if o.err = s.add(tx, st, o); o.err != nil && !isDraft(o.err) {
					return o.err
				}
			}
			done = len(*offers)
			if s.join(offers, began) || st.size == signed {
				continue
			}
			if err := s.sign(tx, st); err != nil {
				return err
			}
			signed = st.size
			s.join(offers, began)
		}
		if st.size == before {
			return errNothing // every draft was refused for itself
		}
		return keepHead(tx, before, st.size)
	})
	if err != nil {
		s.seals.drop() // its sequences will be given out again
	}
	return err
}

// join has those who wait now share the transaction that began then, and
// reports whether there were any. Among several it yields, so that the rest of
// their burst can arrive. A lone one gives its turn to nobody, unless the one
// before had company: where there was a burst, there is often another.
func (s *Store) join(offers *[]*offer, began time.Time) bool {
	yields := 0
	switch {
	case len(*offers) > 1:
		yields = hurry
	case s.company:
		yields, s.company = patience, false
	}
	for ; yields > 0 && s.queue.len() == 0; yields-- {
		runtime.Gosched()
	}
	if time.Since(began) > window {
		return false
	}
	more := s.queue.take(maxShared - len(*offers))
	*offers = append(*offers, more...)
	return len(more) > 0
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
	// A record is the hashes its leaf completes, then the entry.
	room := s.peaks.completed() * tlog.HashSize
	e, record, err := s.seals.compose(st.size, o.draft, room)
	if err != nil {
		return draftError{err}
	}
	s.peaks.add(tlog.RecordHash(record[room:]), record[:0])
	records := tx.Bucket(bucketRecords)
	records.FillPercent = 1 // keys only rise
	if err := records.Put(sequenceKey(st.size), record); err != nil {
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
	root, err := s.peaks.root()
	if err != nil {
		return err
	}
	st.root = root
	note, err := s.o.Sign(st.size, st.root)
	if err != nil {
		return fmt.Errorf("sign the head: %w", err)
	}
	return put(tx.Bucket(bucketLog), keyHead, note)
}
