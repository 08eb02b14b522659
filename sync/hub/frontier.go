package hub

import (
	"crypto/sha256"
	"errors"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// A frontier is the right edge of a Merkle log (RFC 6962 §2.1): the roots of
// its complete subtrees, largest first, one for each bit set in the size. It
// is all that is needed to append to a log and to know its root, so a hub
// keeps some 600 bytes for a log of any length.
type frontier struct {
	size  uint64
	nodes []tlog.Hash
}

var errFrontier = errors.New("the stored frontier does not fit its log's size: restore the database from a backup")

func parseFrontier(size uint64, b []byte) (frontier, error) {
	if len(b) != bits.OnesCount64(size)*tlog.HashSize {
		return frontier{}, errFrontier
	}
	f := frontier{size: size}
	for ; len(b) > 0; b = b[tlog.HashSize:] {
		f.nodes = append(f.nodes, tlog.Hash(b[:tlog.HashSize]))
	}
	return f, nil
}

func (f frontier) bytes() []byte {
	b := make([]byte, 0, len(f.nodes)*tlog.HashSize)
	for _, n := range f.nodes {
		b = append(b, n[:]...)
	}
	return b
}

// add appends a leaf.
func (f *frontier) add(leaf tlog.Hash) {
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.nodes) - 1
		leaf = tlog.NodeHash(f.nodes[last], leaf)
		f.nodes = f.nodes[:last]
	}
	f.nodes = append(f.nodes, leaf)
	f.size++
}

// extends reports whether the log at f's size can be had's, grown: the complete
// subtrees that both sizes begin with are the same ones.
func (f frontier) extends(had frontier) bool {
	if had.size > f.size {
		return false
	}
	for level, i := bits.Len64(f.size)-1, 0; level >= 0; level-- {
		if f.size>>level&1 != had.size>>level&1 {
			return true
		}
		if f.size>>level&1 == 1 {
			if f.nodes[i] != had.nodes[i] {
				return false
			}
			i++
		}
	}
	return true
}

func (f frontier) root() tlog.Hash {
	if len(f.nodes) == 0 {
		return sha256.Sum256(nil)
	}
	h := f.nodes[len(f.nodes)-1]
	for i := len(f.nodes) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.nodes[i], h)
	}
	return h
}
