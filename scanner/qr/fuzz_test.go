package qr

import (
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// rows reads bytes as a frame: width, padding of the stride, then pixels. A
// last row that is cut short is left out.
func rows(raw []byte) *image.Gray {
	if len(raw) < 2 {
		return nil
	}
	w, pad := int(raw[0]), int(raw[1])%16
	pix := raw[2:]
	h := 0
	if w > 0 && len(pix) >= w {
		h = (len(pix)-w)/(w+pad) + 1
	}
	return &image.Gray{Pix: pix, Stride: w + pad, Rect: image.Rect(0, 0, w, h)}
}

// FuzzDecode holds that no picture panics, that a still decodes the same twice,
// and that a symbol is either read or not.
//
//	go test -fuzz FuzzDecode -fuzztime 20s -fuzzminimizetime 20x ./scanner/qr
func FuzzDecode(f *testing.F) {
	seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", "FuzzDecode", "*"))
	if err != nil || len(seeds) < 6 {
		f.Fatalf("%d committed seeds, want at least 6: %v", len(seeds), err)
	}
	used := NewDecoder()
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame := rows(raw)
		first := NewDecoder().Decode(frame, 0)
		second := used.Decode(frame, 0)
		if len(first) != len(second) {
			t.Fatalf("%d symbols, then %d", len(first), len(second))
		}
		for i, s := range first {
			if (s.Err == nil) != (s.Bytes != nil) {
				t.Errorf("error %v with %d bytes", s.Err, len(s.Bytes))
			}
			if s.Version < 1 || s.Version > 40 {
				t.Errorf("version %d", s.Version)
			}
			if string(s.Bytes) != string(second[i].Bytes) || s.Corners != second[i].Corners {
				t.Error("the same frame gives something else")
			}
		}
		used.Decode(frame, time.Microsecond)
	})
}

// TestSeeds checks what the committed seeds are worth: some of them are read.
func TestSeeds(t *testing.T) {
	if os.Getenv("CHOT_WRITE_SEEDS") != "" {
		writeSeeds(t)
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "fuzz", "FuzzDecode", "*"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, path := range paths {
		for _, s := range NewDecoder().Decode(rows(seed(t, path)), 0) {
			if s.Err == nil {
				read++
			}
		}
	}
	if read < 4 {
		t.Errorf("%d of %d seeds are read, want at least 4", read, len(paths))
	}
}
