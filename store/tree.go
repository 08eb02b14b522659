package store

import (
	"fmt"
	"math/bits"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// tree reads the Merkle tree's stored hashes: from the record whose leaf
// completed the subtree, or, left of the first kept entry, from the frontier.
type tree struct {
	records  *bolt.Bucket
	first    uint64
	frontier []byte
}

func newTree(tx *bolt.Tx, first uint64) (tree, error) {
	frontier, err := get(tx.Bucket(bucketSettled), keyFrontier)
	if err != nil {
		return tree{}, err
	}
	if len(frontier) != bits.OnesCount64(first)*tlog.HashSize {
		return tree{}, fmt.Errorf("%w: the hashes of its purged part are incomplete", ErrDamaged)
	}
	return tree{tx.Bucket(bucketRecords), first, frontier}, nil
}

// ReadHashes implements tlog.HashReader.
func (t tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		h, err := t.hash(level, uint64(n))
		if err != nil {
			return nil, err
		}
		hashes[i] = h
	}
	return hashes, nil
}

// hash returns the root of the n-th complete subtree of 2^level leaves.
func (t tree) hash(level int, n uint64) (tlog.Hash, error) {
	last := (n+1)<<level - 1
	if last >= t.first {
		hashes, _, err := t.record(last)
		if err != nil {
			return tlog.Hash{}, err
		}
		return tlog.Hash(hashes[level*tlog.HashSize:]), nil
	}
	// first's binary digits are the sizes of the subtrees before it, the
	// largest leftmost; subtree n of this level is one of them if it ends
	// where the smaller ones begin.
	if t.first>>level&1 == 0 || n != t.first>>level-1 {
		return tlog.Hash{}, ErrPruned
	}
	at := bits.OnesCount64(t.first>>level>>1) * tlog.HashSize
	return tlog.Hash(t.frontier[at:]), nil
}

// hashCount is how many subtrees the leaf seq completes, itself included.
func hashCount(seq uint64) int { return 1 + bits.TrailingZeros64(seq+1) }

// record returns an entry's hashes and its bytes, valid in the transaction.
func (t tree) record(seq uint64) (hashes, entry []byte, err error) {
	v := t.records.Get(sequenceKey(seq))
	n := hashCount(seq) * tlog.HashSize
	switch {
	case v == nil:
		return nil, nil, &Alteration{seq, "is missing"}
	case len(v) <= n:
		return nil, nil, &Alteration{seq, "is cut short"}
	}
	return v[:n], v[n:], nil
}

// frontierAt returns the frontier for a log whose first kept entry is first.
func (t tree) frontierAt(first uint64) ([]byte, error) {
	var frontier []byte
	for level := bits.Len64(first) - 1; level >= 0; level-- {
		if first>>level&1 == 0 {
			continue
		}
		h, err := t.hash(level, first>>level-1)
		if err != nil {
			return nil, err
		}
		frontier = append(frontier, h[:]...)
	}
	return frontier, nil
}
