// Samples photographs invented cards as a cheap webcam would, for Chốt's demo
// and its tests.
//
//	go run ./cmd/internal/samples -out assets/samples
//
// It writes the frames (JPEG, 1280 by 720), people.csv (how the demo roster
// lists the people on them) and expected.csv (what a checkpoint should make of
// each symbol). Everything follows from seeds: two runs on amd64 give the same
// bytes. Other architectures fuse multiplications with additions and differ in
// the last bit of some pixels; a new Go release may encode JPEG differently.
// No person, number, vehicle or address in them is real.
package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

func main() {
	out := flag.String("out", "assets/samples", "folder to write to")
	only := flag.String("only", "", "write only the frames whose name contains this")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Makes the sample frames.\n\nExample: go run ./cmd/internal/samples -out assets/samples\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
}

func run(out, only string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	s, err := newStudio()
	if err != nil {
		return err
	}
	files, err := s.files(only)
	if err != nil {
		return err
	}
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(out, name), raw, 0o644); err != nil {
			return fmt.Errorf("write sample: %w", err)
		}
	}
	return nil
}

func newStudio() (*studio, error) {
	f, err := loadFonts()
	if err != nil {
		return nil, err
	}
	return &studio{fonts: f, issuer: newIssuer()}, nil
}

// files makes everything, by file name.
func (s *studio) files(only string) (map[string][]byte, error) {
	list := scenes()
	frames := make([][]byte, len(list))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, sc := range list {
		if !strings.Contains(sc.name, only) {
			continue
		}
		group.Go(func() error {
			img, err := s.shoot(sc)
			if err != nil {
				return fmt.Errorf("frame %s: %w", sc.name, err)
			}
			var buf bytes.Buffer
			if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: sc.lens.quality}); err != nil {
				return fmt.Errorf("frame %s: %w", sc.name, err)
			}
			frames[i] = buf.Bytes()
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for i, raw := range frames {
		if raw != nil {
			files[fileName(i, list[i])] = raw
		}
	}
	for name, write := range map[string]func(io.Writer) error{"people.csv": writePeople, "expected.csv": writeExpected} {
		var buf bytes.Buffer
		if err := write(&buf); err != nil {
			return nil, err
		}
		files[name] = buf.Bytes()
	}
	return files, nil
}

func fileName(i int, sc scene) string { return fmt.Sprintf("%02d-%s.jpg", i+1, sc.name) }

// writeExpected writes a row for each symbol of each frame in reading order; a
// frame without a readable symbol has none.
func writeExpected(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"file", "code", "outcome", "reason", "scheme", "masked"}}
	for i, sc := range scenes() {
		for k, e := range sc.expect {
			rows = append(rows, []string{fileName(i, sc), strconv.Itoa(k), e.outcome, e.reason, e.scheme, e.masked})
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write expectations: %w", err)
	}
	return nil
}

func sortedPeople() []person {
	var list []person
	for _, p := range people {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b person) int { return strings.Compare(a.number, b.number) })
	return list
}
