package roster

import (
	"crypto/sha256"
	"math/bits"
)

const (
	pageSize = 4096
	hashSize = sha256.Size
)

// A page is a page's bytes after the prefix that makes them a leaf (RFC 6962
// §2.1), so that hashing one needs no copy.
type page [1 + pageSize]byte

func (p *page) bytes() []byte { return p[1:] }

func (p *page) leaf() [hashSize]byte {
	p[0] = 0
	return sha256.Sum256(p[:])
}

// merkleRoot is the tree hash (RFC 6962 §2.1) over the leaves, one after the
// other in hashes.
func merkleRoot(hashes []byte) [hashSize]byte {
	// stack[i] is the root of a full subtree of 2^i leaves where count has bit
	// i: the leaves so far as a binary number.
	var stack [64][hashSize]byte
	count := uint64(0)
	for ; len(hashes) > 0; hashes = hashes[hashSize:] {
		node := [hashSize]byte(hashes)
		level := 0
		for ; count&(1<<level) != 0; level++ {
			node = parent(&stack[level], &node)
		}
		stack[level] = node
		count++
	}
	if count == 0 {
		return sha256.Sum256(nil)
	}
	level := bits.TrailingZeros64(count)
	root := stack[level]
	for level++; level < 64; level++ {
		if count&(1<<level) != 0 {
			root = parent(&stack[level], &root)
		}
	}
	return root
}

func parent(left, right *[hashSize]byte) [hashSize]byte {
	var node [1 + 2*hashSize]byte
	node[0] = 1
	copy(node[1:], left[:])
	copy(node[1+hashSize:], right[:])
	return sha256.Sum256(node[:])
}
