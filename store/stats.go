package store

import (
	"time"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
)

// reserve is the part of the file that appends leave to receipts and purges:
// in bbolt removing needs room too.
func (s *Store) reserve() int64 { return max(512<<10, s.o.MaxSize/32) }

// room is how many bytes of pages may be in use for an append to begin.
func (s *Store) room() int64 { return s.o.MaxSize - growth - s.reserve() }

// typicalEntry is what an entry costs on disk before there are any to measure.
const typicalEntry = 400

// Stats are the journal's numbers at one moment.
type Stats struct {
	Size         uint64    // entries in the log, purged ones included
	Acknowledged uint64    // entries a hub gave a receipt for
	Pruned       uint64    // the first entry still kept
	Bytes        int64     // in use, of MaxSize
	MaxSize      int64     // the file never grows beyond it
	Room         uint64    // about how many more entries fit, acknowledged ones left in place
	Oldest       time.Time // wall time of the first entry kept whose clock can be believed, zero if none
	Highest      time.Time // highest time ever seen
	Receipt      []byte    // the last one, nil if none
	ReceiptAt    time.Time
}

// Unsent is how many entries no hub has acknowledged.
func (s Stats) Unsent() uint64 { return s.Size - s.Acknowledged }

// Full forecasts how long the room lasts at the rate the kept entries came.
// It is 0 when there is none left, and unknown (false) while the kept entries span
// less than an hour.
func (s Stats) Full() (time.Duration, bool) {
	if s.Room == 0 {
		return 0, true
	}
	span, kept := s.Highest.Sub(s.Oldest), s.Size-s.Pruned
	if s.Oldest.IsZero() || kept < 2 || span < time.Hour {
		return 0, false
	}
	const longest = 10 * 365 * 24 * time.Hour
	forecast := float64(span) / float64(kept) * float64(s.Room)
	return time.Duration(min(forecast, float64(longest))), true
}

// Stats returns the journal's numbers; all but MaxSize are zero when the file
// cannot be read.
func (s *Store) Stats() Stats {
	stats := Stats{MaxSize: s.o.MaxSize}
	err := s.look(func(tx *bolt.Tx, st state) error {
		note, at, _ := receipt(tx) // a damaged one is Verify's to report
		stats = Stats{
			Size: st.size, Acknowledged: st.acknowledged, Pruned: st.first,
			Bytes: s.file.used(tx), MaxSize: s.o.MaxSize,
			Oldest: oldest(tx, st), Highest: fromMillis(st.highest), Receipt: note, ReceiptAt: at,
		}
		each := int64(typicalEntry)
		if kept := int64(st.size - st.first); kept >= 1000 {
			each = max(stats.Bytes/kept, 1)
		}
		stats.Room = uint64(max(0, s.room()-stats.Bytes) / each)
		return nil
	})
	if err != nil {
		return Stats{MaxSize: s.o.MaxSize}
	}
	return stats
}

// oldest looks for a believable clock among the first kept entries.
func oldest(tx *bolt.Tx, st state) time.Time {
	tree, err := newTree(tx, st.first)
	if err != nil {
		return time.Time{}
	}
	for seq := st.first; seq < min(st.size, st.first+16); seq++ {
		_, encoded, err := tree.record(seq)
		if err != nil {
			break
		}
		if e, err := scanner.ParseEntry(encoded); err == nil && e.At.Trust != scanner.Doubtful {
			return e.At.Wall
		}
	}
	return time.Time{}
}
