package roster

import "crypto/sha256"

const (
	pageSize = 2048
	hashSize = sha256.Size
)

// A page is a page's bytes after the prefix that makes them a leaf, or a node (as in
// RFC 6962 §2.1), so that hashing one needs no copy.
type page [1 + pageSize]byte

func (p *page) bytes() []byte { return p[1:] }

func (p *page) leaf() [hashSize]byte {
	p[0] = 0
	return sha256.Sum256(p[:])
}

// merkleRoot is the root over the leaves, one after the other in hashes: each
// level hashes the one below in pages, until one hash is left. It is a list's
// size, which the manifest names, that tells how many levels there are.
func merkleRoot(hashes []byte) [hashSize]byte {
	if len(hashes) == 0 {
		return sha256.Sum256(nil) // no list has no page
	}
	var p page
	p[0] = 1
	level := make([]byte, 0, (len(hashes)/pageSize+1)*hashSize)
	for len(hashes) > hashSize {
		level = level[:0] // in place: a level is written behind where it is read
		for len(hashes) > 0 {
			n := copy(p.bytes(), hashes)
			node := sha256.Sum256(p[:1+n])
			level = append(level, node[:]...)
			hashes = hashes[n:]
		}
		hashes = level
	}
	return [hashSize]byte(hashes)
}
