package store

import (
	"bytes"
	"fmt"
	"iter"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
)

// entriesAtOnce is how many entries are read in one transaction: the caller's
// loop body runs outside of it and may take its time, or append.
const entriesAtOnce = 256

// Entries yields the log from a sequence on, or from the first kept entry if
// that is later. An error ends it.
func (s *Store) Entries(from uint64) iter.Seq2[scanner.Entry, error] {
	return func(yield func(scanner.Entry, error) bool) {
		for {
			var encoded [][]byte
			err := s.look(func(tx *bolt.Tx, st state) error {
				tree, err := newTree(tx, st.first)
				if err != nil {
					return err
				}
				from = max(from, st.first)
				for seq := from; seq < st.size && len(encoded) < entriesAtOnce; seq++ {
					_, entry, err := tree.record(seq)
					if err != nil {
						return err
					}
					encoded = append(encoded, bytes.Clone(entry))
				}
				return nil
			})
			if err != nil {
				yield(scanner.Entry{}, fmt.Errorf("read entries from %d: %w", from, err))
				return
			}
			if len(encoded) == 0 {
				return
			}
			for _, b := range encoded {
				e, err := scanner.ParseEntry(b)
				if err != nil {
					yield(scanner.Entry{}, fmt.Errorf("read entry %d: %w", from, err))
					return
				}
				if !yield(e, nil) {
					return
				}
				from++
			}
		}
	}
}
