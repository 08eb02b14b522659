// Package wiretest makes a device's log in memory, for tests of what carries
// it: real entries, real keys, real heads.
package wiretest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/sync/wire"

	"golang.org/x/mod/sumdb/tlog"
)

// A Log is a device with its journal. It implements uplink.Journal and, when
// Hub is set, notes every acknowledgement that no receipt of that hub covers.
type Log struct {
	Key wire.DeviceKey
	Hub wire.HubVerifier

	mu         sync.Mutex
	entries    [][]byte
	hashes     []tlog.Hash // as tlog.StoredHashIndex numbers them
	cursor     uint64
	first      uint64    // the first entry kept
	receipt    []byte    // the last one
	seen       time.Time // the newest receipt's
	violations []string
}

// NewLog makes an empty log with a new key. It panics when the system has no
// randomness.
func NewLog() *Log {
	key, err := wire.GenerateDeviceKey()
	if err != nil {
		panic(err)
	}
	return &Log{Key: key}
}

// Fork returns a copy that goes its own way from here: what a restored or
// cloned device does.
func (l *Log) Fork() *Log {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &Log{Key: l.Key, Hub: l.Hub, entries: append([][]byte(nil), l.entries...), hashes: append([]tlog.Hash(nil), l.hashes...), cursor: l.cursor}
}

// Entry returns a plausible entry for an index, about as long as a real one.
func Entry(seq uint64, note string) []byte {
	b, err := scanner.Entry{
		Seq:        seq,
		At:         scanner.Instant{Boot: [16]byte{1, 2, 3}, Since: time.Duration(seq) * 7 * time.Second, Wall: time.UnixMilli(1_770_000_000_000 + int64(seq)*7000), Trust: scanner.Plausible},
		Checkpoint: "gate-2", Lane: note, Direction: scanner.Direction(seq % 2), Outcome: scanner.Outcome(seq % 3), Reason: scanner.Reason(seq % 30),
		Scheme: credential.CCCD, List: "workers", Version: 12, Input: "camera", Segment: seq / 1000 * 1000, Sealed: noise(seq, 90),
	}.MarshalBinary()
	if err != nil {
		panic(err) // the fields above are constant but for seq and note
	}
	return b
}

// Hit returns Entry as a watch list's hit.
func Hit(seq uint64) []byte {
	e, err := scanner.ParseEntry(Entry(seq, "watched"))
	if err != nil {
		panic(err) // Entry encodes rightly
	}
	e.Watch = true
	b, err := e.MarshalBinary()
	if err != nil {
		panic(err) // it was encoded before
	}
	return b
}

// noise is what sealed bytes look like to a compressor.
func noise(seed uint64, n int) []byte {
	var b []byte
	for i := uint64(0); len(b) < n; i++ {
		h := tlog.RecordHash(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, seed), i))
		b = append(b, h[:]...)
	}
	return b[:n]
}

// Add appends n entries.
func (l *Log) Add(n int) {
	for range n {
		l.mu.Lock()
		seq := uint64(len(l.entries))
		l.mu.Unlock()
		l.Append(Entry(seq, ""))
	}
}

// Append appends one entry of any bytes.
func (l *Log) Append(entry []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	more, err := tlog.StoredHashes(int64(len(l.entries)), entry, l.reader())
	if err != nil {
		panic(err) // the reader cannot fail
	}
	l.entries, l.hashes = append(l.entries, entry), append(l.hashes, more...)
}

func (l *Log) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = l.hashes[x]
		}
		return out, nil
	})
}

// Size returns the number of entries.
func (l *Log) Size() uint64 { l.mu.Lock(); defer l.mu.Unlock(); return uint64(len(l.entries)) }

// Cursor returns the number of acknowledged entries.
func (l *Log) Cursor() uint64 { l.mu.Lock(); defer l.mu.Unlock(); return l.cursor }

// Seen returns the time of the newest receipt.
func (l *Log) Seen() time.Time { l.mu.Lock(); defer l.mu.Unlock(); return l.seen }

// SetCursor moves the cursor without any receipt, which is a violation.
func (l *Log) SetCursor(size uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cursor = size
	l.violations = append(l.violations, fmt.Sprintf("cursor at %d without a receipt", size))
}

// Violations returns what was acknowledged wrongly.
func (l *Log) Violations() []string { l.mu.Lock(); defer l.mu.Unlock(); return l.violations }

// Entries returns the entries from one index up to another.
func (l *Log) Entries(from, to uint64) [][]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([][]byte(nil), l.entries[from:to]...)
}

// Root returns the Merkle root over the first size entries.
func (l *Log) Root(size uint64) tlog.Hash {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.root(size)
}

func (l *Log) root(size uint64) tlog.Hash {
	root, err := tlog.TreeHash(int64(size), l.reader())
	if err != nil {
		panic(err) // the reader cannot fail
	}
	return root
}

// Head returns the signed head over the first size entries.
func (l *Log) Head(size uint64) []byte {
	head, err := wire.SignHead(l.Key, size, l.Root(size))
	if err != nil {
		panic(err) // the key is whole and size in range
	}
	return head
}

// Bundle returns the bundle of the entries from one index up to another.
func (l *Log) Bundle(from, to uint64) wire.Bundle {
	return wire.Bundle{Device: l.Key.ID(), From: from, Entries: l.Entries(from, to), Head: l.Head(to)}
}

// Packed is Bundle, packed.
func (l *Log) Packed(from, to uint64) []byte {
	b, err := l.Bundle(from, to).MarshalBinary()
	if err != nil {
		panic(err) // a test's bundle is within the limits
	}
	return b
}

// Unsent implements uplink.Journal.
func (l *Log) Unsent(limit int) (uint64, [][]byte, []byte, error) {
	from, to, total := l.Cursor(), l.Cursor(), 0
	for _, e := range l.Entries(from, l.Size()) {
		if total += len(e); total > limit && to > from {
			break
		}
		to++
	}
	return from, l.Entries(from, to), l.Head(to), nil
}

// NextAlarm implements uplink.Watcher.
func (l *Log) NextAlarm(from uint64) (index uint64, entry []byte, proof [][32]byte, head, encapsulation []byte, err error) {
	size := l.Size()
	for index = max(from, l.Cursor()); index < size; index++ {
		b := l.Entries(index, index+1)[0]
		if o, ok := scanner.OutlineOf(b); !ok || !o.Watch {
			continue
		}
		l.mu.Lock()
		record, err := tlog.ProveRecord(int64(size), int64(index), l.reader())
		l.mu.Unlock()
		if err != nil {
			return from, nil, nil, nil, nil, err
		}
		for _, h := range record {
			proof = append(proof, h)
		}
		return index, b, proof, l.Head(size), l.encapsulation(b), nil
	}
	return index, nil, nil, nil, nil, nil
}

// encapsulation returns that of an entry's segment, if another entry has it and
// is not acknowledged.
func (l *Log) encapsulation(entry []byte) []byte {
	o, ok := scanner.OutlineOf(entry)
	if !ok || o.Segment < l.Cursor() || o.Segment >= min(o.Seq, l.Size()) {
		return nil
	}
	o, _ = scanner.OutlineOf(l.Entries(o.Segment, o.Segment+1)[0])
	return o.Encapsulation
}

// Alarm is NextAlarm, packed.
func (l *Log) Alarm(from uint64) []byte {
	index, entry, proof, head, encapsulation, err := l.NextAlarm(from)
	if err != nil || entry == nil {
		panic("no alarm there") // a test asks for one it made
	}
	b, err := wire.Alarm{Device: l.Key.ID(), Index: index, Entry: entry, Proof: proof, Head: head, Encapsulation: encapsulation}.MarshalBinary()
	if err != nil {
		panic(err) // a test's alarm is within the limits
	}
	return b
}

// Acknowledge implements uplink.Journal.
func (l *Log) Acknowledge(size uint64, receipt []byte, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, err := wire.OpenReceipt(receipt, l.Hub, l.Key.Verifier())
	switch {
	case size > uint64(len(l.entries)):
		return errors.New("acknowledged more than there is")
	case err != nil:
		l.violations = append(l.violations, fmt.Sprintf("%d entries acknowledged: %v", size, err))
	case r.Size() != size || r.Root() != l.root(size) || !r.Time().Equal(at):
		l.violations = append(l.violations, fmt.Sprintf("%d entries acknowledged with a receipt for %d, or another log", size, r.Size()))
	}
	if size >= l.cursor {
		l.cursor, l.receipt = size, receipt
	}
	if at.After(l.seen) {
		l.seen = at
	}
	return nil
}

// Rewind implements uplink.Journal.
func (l *Log) Rewind(size uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if size < l.first {
		return errors.New("those were purged")
	}
	l.cursor = min(l.cursor, size)
	return nil
}

// Purge forgets the entries before first, for the uplink: Entries still
// returns them, as what there once was.
func (l *Log) Purge(first uint64) { l.mu.Lock(); defer l.mu.Unlock(); l.first = first }

// Base implements uplink.Keeper.
func (l *Log) Base() (first uint64, frontier, receipt []byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, l.frontier(l.first), l.receipt, nil
}

// Frontier returns the roots of the complete subtrees of the first size
// entries, the largest first.
func (l *Log) Frontier(size uint64) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.frontier(size)
}

func (l *Log) frontier(size uint64) (b []byte) {
	for level := bits.Len64(size) - 1; level >= 0; level-- {
		if size>>level&1 == 1 {
			h := l.hashes[tlog.StoredHashIndex(level, int64(size>>level-1))]
			b = append(b, h[:]...)
		}
	}
	return b
}

// Cut returns a copy with only the first size entries: what a device restored
// from an older copy has.
func (l *Log) Cut(size uint64) *Log {
	short := &Log{Key: l.Key, Hub: l.Hub}
	for _, e := range l.Entries(0, size) {
		short.Append(e)
	}
	return short
}
