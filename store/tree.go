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

// peaks are the roots of the complete subtrees that a log's leaves make up,
// the largest first, as a frontier holds them: all that its growth needs. They
// stay in memory between transactions, so that appending reads no hash back.
type peaks struct {
	size   uint64
	hashes []tlog.Hash
}

// load makes the peaks those of a state: after a transaction that was undone,
// or at the start, they are read from the file.
func (p *peaks) load(tx *bolt.Tx, st state) error {
	if root, err := p.root(); err == nil && p.size == st.size && root == st.root {
		return nil
	}
	t, err := newTree(tx, st.first)
	if err != nil {
		return err
	}
	stored, err := t.frontierAt(st.size)
	if err != nil {
		return err
	}
	p.size, p.hashes = st.size, p.hashes[:0]
	for ; len(stored) > 0; stored = stored[tlog.HashSize:] {
		p.hashes = append(p.hashes, tlog.Hash(stored))
	}
	return nil
}

// completed is how many subtrees the next leaf will complete.
func (p *peaks) completed() int { return hashCount(p.size) }

// add adds a leaf and appends the hashes it completes to b.
func (p *peaks) add(leaf tlog.Hash, b []byte) {
	b = append(b, leaf[:]...)
	for range p.completed() - 1 {
		last := len(p.hashes) - 1
		leaf = tlog.NodeHash(p.hashes[last], leaf)
		p.hashes = p.hashes[:last]
		b = append(b, leaf[:]...)
	}
	p.hashes = append(p.hashes, leaf)
	p.size++
}

// root returns the Merkle root over all leaves (RFC 6962 §2.1).
func (p *peaks) root() (tlog.Hash, error) {
	if len(p.hashes) == 0 {
		return tlog.TreeHash(0, nil)
	}
	root := p.hashes[len(p.hashes)-1]
	for i := len(p.hashes) - 2; i >= 0; i-- {
		root = tlog.NodeHash(p.hashes[i], root)
	}
	return root, nil
}
