package wiretest

import (
	"fmt"
	"testing"

	"chot/scanner"

	"github.com/klauspost/compress/zstd"
)

// handmade is a dictionary as an authority could make one: what entries of
// other devices look like, without anything sealed, the likeliest last.
func handmade(tb testing.TB) []byte {
	var b []byte
	for device := range 3 {
		l := NewLog()
		l.Add(40)
		bundle := l.Bundle(0, 40)
		for i, encoded := range bundle.Entries {
			e, err := scanner.ParseEntry(encoded)
			if err != nil {
				tb.Fatal(err)
			}
			e.Sealed, e.Checkpoint, e.Segment = nil, fmt.Sprintf("gate-%d", device), uint64(1000*i)
			plain, err := e.MarshalBinary()
			if err != nil {
				tb.Fatal(err)
			}
			b = append(b, plain...)
		}
		b = append(b, bundle.Head...)
	}
	return b
}

// BenchmarkDictionary is what a dictionary would save: bytes a scan on the
// wire for a bundle of so many, as bundles are now and with a dictionary made
// of other devices' entries that the bundle would name in four more bytes.
func BenchmarkDictionary(b *testing.B) {
	dictionary := handmade(b)
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(1<<20), zstd.WithEncoderDictRaw(1, dictionary))
	if err != nil {
		b.Fatal(err)
	}
	defer packer.Close()
	l := NewLog()
	l.Add(1000)
	for _, n := range []uint64{1, 5, 20, 100, 500} {
		b.Run(fmt.Sprintf("entries=%d", n), func(b *testing.B) {
			bundle := l.Bundle(500-n/2, 500-n/2+n)
			content, err := bundle.Content()
			if err != nil {
				b.Fatal(err)
			}
			var plain, with int
			for b.Loop() {
				packed, err := bundle.MarshalBinary()
				if err != nil {
					b.Fatal(err)
				}
				plain, with = len(packed), len("chot bundle 1\n")+len(packer.EncodeAll(content, nil))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(plain)/float64(n), "B/scan")
			b.ReportMetric(float64(with)/float64(n), "B/scan-dict")
			b.ReportMetric(float64(plain)/float64(with), "x")
		})
	}
}
