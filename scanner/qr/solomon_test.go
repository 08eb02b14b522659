package qr

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing/common/reedsolomon"
)

// TestSolomon damages codewords that gozxing's encoder made, up to the limit and
// past it, with and without telling which words are damaged.
func TestSolomon(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	encoder := reedsolomon.NewReedSolomonEncoder(reedsolomon.GenericGF_QR_CODE_FIELD_256)
	var s solomon
	for range 3000 {
		check := 7 + rng.IntN(24)
		n := check + 1 + rng.IntN(120)
		words := make([]int, n)
		for i := range n - check {
			words[i] = rng.IntN(256)
		}
		if err := encoder.Encode(words, check); err != nil {
			t.Fatal(err)
		}
		good := make([]byte, n)
		for i, w := range words {
			good[i] = byte(w)
		}
		erased := rng.IntN(check + 1)
		errors := rng.IntN((check-erased)/2 + 1)
		bad := bytes.Clone(good)
		places := rng.Perm(n)
		for i, at := range places[:erased+errors] {
			if i < erased && rng.IntN(4) == 0 {
				continue // a doubtful word may well be right
			}
			bad[at] ^= byte(1 + rng.IntN(255))
		}
		block := bytes.Clone(bad)
		found, ok := s.correct(block, check, check, places[:erased])
		if !ok || !bytes.Equal(block, good) {
			t.Fatalf("%d words, %d check, %d erased, %d errors: corrected %v", n, check, erased, errors, ok)
		}
		if !bytes.Equal(bad, good) && found > errors {
			t.Fatalf("%d errors, want at most %d", found, errors)
		}
		// One more than can be: it must say no or give another codeword, never
		// leave something that is neither.
		for _, at := range places[:min(n, check/2+1)] {
			bad[at] = good[at] ^ byte(1+rng.IntN(255))
		}
		block = bytes.Clone(bad)
		if _, ok := s.correct(block, check, check, nil); !ok && !bytes.Equal(block, bad) {
			t.Fatal("a block that was not corrected has changed")
		} else if ok && !s.measure(block, check) {
			t.Fatal("a corrected block is no codeword")
		}
	}
}
