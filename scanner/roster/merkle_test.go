package roster

import (
	"bytes"
	"crypto/sha256"
	"testing"
)

// plainRoot is the tree as the package documentation puts it, level by level.
func plainRoot(level [][]byte) []byte {
	for len(level) > 1 {
		var above [][]byte
		for from := 0; from < len(level); from += 64 {
			node := sha256.Sum256(append([]byte{1}, bytes.Join(level[from:min(from+64, len(level))], nil)...))
			above = append(above, node[:])
		}
		level = above
	}
	return level[0]
}

// TestMerkleRoot has one to four levels, full ones and such as are not.
func TestMerkleRoot(t *testing.T) {
	for _, n := range []int{1, 2, 3, 63, 64, 65, 127, 128, 129, 64 * 64, 64*64 + 1, 64*64 + 64, 3*64*64 - 1} {
		var hashes []byte
		var leaves [][]byte
		for i := range n {
			leaf := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
			leaves = append(leaves, leaf[:])
			hashes = append(hashes, leaf[:]...)
		}
		kept := bytes.Clone(hashes)
		root := merkleRoot(hashes)
		if !bytes.Equal(root[:], plainRoot(leaves)) {
			t.Errorf("%d leaves: another root", n)
		}
		if !bytes.Equal(hashes, kept) {
			t.Fatalf("%d leaves: they were written over", n)
		}
		for _, i := range []int{0, n / 2, n - 1} {
			hashes[i*hashSize] ^= 1
			if merkleRoot(hashes) == root {
				t.Errorf("%d leaves, leaf %d changed: the same root", n, i)
			}
			hashes[i*hashSize] ^= 1
		}
		if n > 1 && merkleRoot(hashes[hashSize:]) == root {
			t.Errorf("%d leaves: the same root without one", n)
		}
	}
}

// TestLeafIsNoNode: a page that holds the hashes of 64 others is not their node.
func TestLeafIsNoNode(t *testing.T) {
	hashes := bytes.Repeat([]byte{7}, pageSize)
	var p page
	copy(p.bytes(), hashes)
	if merkleRoot(hashes) == p.leaf() {
		t.Error("a page can stand for a part of the tree")
	}
}
