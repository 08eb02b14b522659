package wiretest

import (
	"fmt"
	"testing"
)

// An entry with 90 sealed bytes costs at most 130 bytes on the wire once
// twenty travel together; a modem's bundles hold about a hundred.
func TestWireSize(t *testing.T) {
	l := NewLog()
	l.Add(1000)
	for _, n := range []uint64{20, 100, 1000} {
		if each := float64(len(l.Packed(0, n))) / float64(n); each > 130 {
			t.Errorf("%d entries cost %.0f bytes each, want at most 130", n, each)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	l := NewLog()
	l.Add(5000)
	for _, n := range []uint64{1, 100, 1000, 5000} {
		b.Run(fmt.Sprintf("entries=%d", n), func(b *testing.B) {
			bundle := l.Bundle(0, n)
			b.ReportAllocs()
			var size int
			for b.Loop() {
				p, err := bundle.MarshalBinary()
				if err != nil {
					b.Fatal(err)
				}
				size = len(p)
			}
			b.ReportMetric(float64(size)/float64(n), "B/entry")
		})
	}
}
