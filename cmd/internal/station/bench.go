package station

import (
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"chot/scanner"
	"chot/scanner/qr"
)

// A Sample is what one scan of a benchmark took, from the frame or the payload
// to the verdict that is on disk.
type Sample struct {
	Total  time.Duration
	Decode time.Duration // finding and decoding; 0 from a payload
	scanner.Stages
}

// A Bench is what Benchmark measured.
type Bench struct {
	Frames, Coded int // given, and those in which a code was read
	Size          image.Point
	FromFrame     []Sample
	FromPayload   []Sample
	Sync          []time.Duration // the reference: writing 4 KiB to the same disk and waiting until they are there
	Kept          uint64          // entries in the copy's journal
}

// Benchmark scans frames, each so many times, on a copy of a station beside
// its own folder: the same lists, the same disk, the same journal so far, and
// nothing of it reaches the station or its hub. No scanner may be running
// there. Codes are judged as a reader's payloads too.
func Benchmark(ctx context.Context, dir string, frames []*image.Gray, times int, told func(done, total int)) (Bench, error) {
	b := Bench{Frames: len(frames)}
	beside, err := filepath.Abs(dir)
	if err != nil {
		return b, err
	}
	copied, err := os.MkdirTemp(filepath.Dir(beside), ".bench-*")
	if err != nil {
		return b, err
	}
	defer os.RemoveAll(copied)
	// The keys stay where they are: only the journal is a copy.
	o := Options{Offline: true}
	id, err := loadIdentity(dir, o)
	if err != nil {
		return b, err
	}
	if err := copyFile(journalPath(beside), journalPath(copied)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	s, err := assemble(copied, journalPath(copied), id, DefaultConfig(), o)
	if err != nil {
		return b, err
	}
	defer s.Close()

	decoder := qr.NewDecoder()
	var payloads [][]byte
	coded := make([]bool, len(frames))
	for n := range times {
		for i, f := range frames {
			if err := ctx.Err(); err != nil {
				return b, err
			}
			b.Size = f.Rect.Size()
			began := time.Now()
			symbols := decoder.Decode(f, budget)
			decoded := time.Since(began)
			for _, symbol := range symbols {
				if symbol.Err != nil {
					continue
				}
				if !coded[i] {
					coded[i] = true
					b.Coded++
					payloads = append(payloads, append([]byte(nil), symbol.Bytes...))
				}
				r := s.scanner.Scan(ctx, scanner.Payload{Bytes: symbol.Bytes, Input: "camera"}, s.Passage(), s.clock.now())
				if r.Err != nil {
					return b, r.Err
				}
				b.FromFrame = append(b.FromFrame, Sample{time.Since(began), decoded, r.Took})
				break // one verdict a frame, as one person shows one card
			}
			told(n*len(frames)+i+1, times*len(frames))
		}
	}
	for range times {
		for _, p := range payloads {
			began := time.Now()
			r := s.scanner.Scan(ctx, scanner.Payload{Bytes: p, Input: "serial"}, s.Passage(), s.clock.now())
			if r.Err != nil {
				return b, r.Err
			}
			b.FromPayload = append(b.FromPayload, Sample{time.Since(began), 0, r.Took})
		}
	}
	b.Kept = s.store.Stats().Size
	b.Sync, err = syncs(copied, max(50, len(b.FromFrame)/4))
	return b, err
}

// syncs measures the disk alone.
func syncs(dir string, n int) (all []time.Duration, err error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	page := make([]byte, 4096)
	for range n {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, err
		}
		all = append(all, time.Since(began))
	}
	return all, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
