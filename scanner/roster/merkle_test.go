package roster

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// TestMerkleRoot compares with another implementation of RFC 6962's tree.
func TestMerkleRoot(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	var leaves []byte
	for n := range 200 {
		want, err := tlog.TreeHash(int64(n), reader)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 && merkleRoot(leaves) != [hashSize]byte(want) {
			t.Fatalf("%d leaves", n)
		}
		var p page
		p.bytes()[n] = byte(n)
		more, err := tlog.StoredHashes(int64(n), p.bytes(), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		leaf := p.leaf()
		leaves = append(leaves, leaf[:]...)
	}
}
