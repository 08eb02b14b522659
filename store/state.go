package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	bolt "go.etcd.io/bbolt"
)

// The buckets, and the keys of those that have fixed ones.
var (
	bucketLog     = []byte("log")
	bucketRecords = []byte("records")
	bucketSettled = []byte("settled")
	bucketPrior   = []byte("prior")
	bucketPurges  = []byte("purges")
	bucketLists   = []byte("lists")
	bucketKept    = []byte("kept")

	keyFormat   = []byte("format")
	keyDevice   = []byte("device")
	keyPriors   = []byte("priors")
	keyState    = []byte("state")
	keyHead     = []byte("head")
	keyReceipt  = []byte("receipt")
	keyFrontier = []byte("frontier")
	keyTrust    = []byte("trust")

	buckets = [][]byte{bucketLog, bucketRecords, bucketSettled, bucketPrior, bucketPurges, bucketLists, bucketKept}
)

const format = 2 // the newest

// state is what every transaction on the log starts from.
type state struct {
	size         uint64   // entries in the log, purged ones included
	root         [32]byte // Merkle root over them
	acknowledged uint64   // entries a hub gave a receipt for
	first        uint64   // the first entry still kept
	highest      int64    // highest time ever seen, 0 for none
	vouched      int64    // highest time that a hub or an authority signed, 0 for none
}

const stateSize = 8 + 32 + 8 + 8 + 8 + 8

func (s state) bytes() []byte {
	b := make([]byte, 0, stateSize)
	b = binary.BigEndian.AppendUint64(b, s.size)
	b = append(b, s.root[:]...)
	b = binary.BigEndian.AppendUint64(b, s.acknowledged)
	b = binary.BigEndian.AppendUint64(b, s.first)
	b = binary.BigEndian.AppendUint64(b, uint64(s.highest))
	return binary.BigEndian.AppendUint64(b, uint64(s.vouched))
}

func loadState(tx *bolt.Tx) (state, error) {
	b, err := get(tx.Bucket(bucketLog), keyState)
	if err != nil {
		return state{}, err
	}
	if len(b) != stateSize {
		return state{}, fmt.Errorf("%w: its state has %d bytes", ErrDamaged, len(b))
	}
	s := state{
		size:         binary.BigEndian.Uint64(b),
		root:         [32]byte(b[8:40]),
		acknowledged: binary.BigEndian.Uint64(b[40:]),
		first:        binary.BigEndian.Uint64(b[48:]),
		highest:      int64(binary.BigEndian.Uint64(b[56:])),
		vouched:      int64(binary.BigEndian.Uint64(b[64:])),
	}
	if s.first > s.acknowledged || s.acknowledged > s.size || s.size > 1<<48 {
		return state{}, fmt.Errorf("%w: its state contradicts itself", ErrDamaged)
	}
	return s, nil
}

func (s state) store(tx *bolt.Tx) error { return put(tx.Bucket(bucketLog), keyState, s.bytes()) }

// see raises the highest time. Times before this program existed say nothing.
func (s *state) see(t time.Time) bool {
	ms := millis(t)
	if ms <= s.highest {
		return false
	}
	s.highest = ms
	return true
}

// agree is how far device and hub may disagree without either being wrong.
const agree = 2 * time.Minute

// vouch raises the highest time to one that a hub signed just now. A clock that
// was once set ahead would otherwise hold every later time for doubtful: what
// only this device has seen gives way, what was signed before never does.
func (s *state) vouch(t time.Time) bool {
	ms := millis(t)
	if ms <= s.vouched {
		return false
	}
	s.vouched = ms
	if s.highest < ms || s.highest > ms+agree.Milliseconds() {
		s.highest = ms
	}
	return true
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// check is the CRC-32C that ends a value.
func check(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// put stores value with its checksum.
func put(b *bolt.Bucket, key, value []byte) error {
	v := make([]byte, 0, len(value)+4)
	v = append(v, value...)
	return b.Put(key, binary.BigEndian.AppendUint32(v, check(key, value)))
}

// get returns a value without its checksum, nil when there is none. It is
// valid while the transaction is open.
func get(b *bolt.Bucket, key []byte) ([]byte, error) {
	if b == nil {
		return nil, fmt.Errorf("%w: a part of it is missing", ErrDamaged)
	}
	v := b.Get(key)
	if v == nil {
		return nil, nil
	}
	return checked(key, v)
}

// checked removes and compares a stored value's checksum.
func checked(key, stored []byte) ([]byte, error) {
	if len(stored) < 4 {
		return nil, fmt.Errorf("%w: a value is too short", ErrDamaged)
	}
	value, sum := stored[:len(stored)-4], stored[len(stored)-4:]
	if check(key, value) != binary.BigEndian.Uint32(sum) {
		return nil, fmt.Errorf("%w: a value does not match its checksum", ErrDamaged)
	}
	return value, nil
}

func sequenceKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }
