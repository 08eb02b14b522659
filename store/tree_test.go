package store

import (
	"testing"

	"chot/scanner"

	"golang.org/x/mod/sumdb/tlog"
)

// rootOver is the Merkle root computed the plain way, with every hash kept.
func rootOver(t *testing.T, all []scanner.Entry) [32]byte {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			out[i] = stored[index]
		}
		return out, nil
	})
	for i, e := range all {
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		hashes, err := tlog.StoredHashes(int64(i), b, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(all)), reader)
	if err != nil {
		t.Fatal(err)
	}
	return root
}
