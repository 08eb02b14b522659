package store

import (
	"bytes"
	"fmt"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// alarmsAtOnce bounds how many entries one NextAlarm looks at.
const alarmsAtOnce = 1 << 16

// NextAlarm returns the first hit of a watch list at or after from that no hub
// has acknowledged, the proof that it is in the log, and the signed head that
// the proof is for. Without one entry is nil, and index is where to look from
// next time. The encapsulation is of the entry's segment, if the entry that
// opened it is another and no hub has acknowledged that one either.
func (s *Store) NextAlarm(from uint64) (index uint64, entry []byte, proof [][32]byte, head, encapsulation []byte, err error) {
	err = s.look(func(tx *bolt.Tx, st state) error {
		tree, err := newTree(tx, st.first)
		if err != nil {
			return err
		}
		index = max(from, st.acknowledged)
		for end := min(st.size, index+alarmsAtOnce); index < end; index++ {
			_, encoded, err := tree.record(index)
			if err != nil {
				return err
			}
			o, ok := scanner.OutlineOf(encoded)
			if !ok || !o.Watch {
				continue
			}
			if o.Segment >= st.acknowledged && o.Segment < index {
				_, opened, err := tree.record(o.Segment)
				if err != nil {
					return err
				}
				if o, ok := scanner.OutlineOf(opened); ok {
					encapsulation = bytes.Clone(o.Encapsulation)
				}
			}
			record, err := tlog.ProveRecord(int64(st.size), int64(index), tree)
			if err != nil {
				return err
			}
			for _, h := range record {
				proof = append(proof, h)
			}
			entry = bytes.Clone(encoded)
			head, err = get(tx.Bucket(bucketLog), keyHead)
			head = bytes.Clone(head)
			return err
		}
		return nil
	})
	if err != nil {
		return from, nil, nil, nil, nil, fmt.Errorf("look for alarms: %w", err)
	}
	return index, entry, proof, head, encapsulation, nil
}
