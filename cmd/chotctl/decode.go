package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // the formats that pictures come in
	_ "image/png"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"chot/cmd/internal/command"
	"chot/scanner/qr"
)

// decoded is one picture's line of JSON.
type decoded struct {
	Path    string          `json:"path"`
	Ms      float64         `json:"ms"`
	Texts   []string        `json:"texts"`
	Symbols []decodedSymbol `json:"symbols"`
	Error   string          `json:"error,omitempty"` // the picture could not be opened
}

type decodedSymbol struct {
	Corners  [4][2]float32 `json:"corners"`
	Version  int           `json:"version"`
	ECC      string        `json:"ecc"`
	Mirrored bool          `json:"mirrored,omitempty"`
	Inverted bool          `json:"inverted,omitempty"`
	Error    string        `json:"error"`
	Trouble  string        `json:"trouble,omitempty"` // what most likely keeps it from being read
}

// decode reads the symbols in pictures on one thread and says how long that took.
func decode(ctx context.Context, fs *flag.FlagSet, args []string) error {
	list := fs.String("list", "", "file with one picture's path (PGM, PNG, JPEG) a line; - is standard input")
	lines := fs.Bool("jsonl", false, "one line of JSON for each picture")
	reps := fs.Int("reps", 1, "decode each picture so often and report the best time")
	budget := fs.Duration("budget", 0, "time for a picture, as for a frame of a camera; 0 tries everything, as for a still")
	if err := command.Parse(fs, args, 0, 1<<20); err != nil {
		return err
	}
	if *reps < 1 {
		return fmt.Errorf("%w: --reps must be at least 1", command.ErrUsage)
	}
	paths := fs.Args()
	if *list != "" {
		more, err := readList(*list)
		if err != nil {
			return err
		}
		paths = append(paths, more...)
	}
	if len(paths) == 0 {
		return fmt.Errorf("%w: name pictures, or a --list of them", command.ErrUsage)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	bad := 0
	for _, path := range paths {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		line := decodePicture(path, *reps, *budget)
		if line.Error != "" {
			bad++
		}
		if err := printDecoded(out, line, *lines); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d pictures could not be opened; their lines say why", bad, len(paths))
	}
	return nil
}

// decodePicture reports what the first repetition read: with a budget, the next
// ones go on with the rungs it had no time for, as the frames of a camera do.
func decodePicture(path string, reps int, budget time.Duration) decoded {
	line := decoded{Path: path, Texts: []string{}, Symbols: []decodedSymbol{}}
	gray, err := openGray(path)
	if err != nil {
		line.Error = err.Error()
		return line
	}
	decoder := qr.NewDecoder()
	decoder.Decode(gray, 1) // the buffers
	var symbols []qr.Symbol
	for i := range reps {
		began := time.Now()
		s := decoder.Decode(gray, budget)
		if ms := float64(time.Since(began).Microseconds()) / 1000; i == 0 || ms < line.Ms {
			line.Ms = ms
		}
		if i == 0 {
			symbols = s
		}
	}
	for _, s := range symbols {
		d := decodedSymbol{Version: s.Version, ECC: s.ECC, Mirrored: s.Mirrored, Inverted: s.Inverted}
		for i, c := range s.Corners {
			d.Corners[i] = [2]float32{c.X, c.Y}
		}
		if s.Err != nil {
			d.Error, d.Trouble = s.Err.Error(), troubles[s.Trouble()]
		} else {
			line.Texts = append(line.Texts, s.Text())
		}
		line.Symbols = append(line.Symbols, d)
	}
	return line
}

var troubles = map[qr.Trouble]string{
	qr.Damaged: "damaged", qr.Small: "small", qr.Smeared: "smeared", qr.Faint: "faint", qr.Glaring: "glare",
}

func printDecoded(w io.Writer, line decoded, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(line)
	}
	what := line.Error
	if what == "" {
		what = fmt.Sprintf("%d read, %d only located", len(line.Texts), len(line.Symbols)-len(line.Texts))
	}
	if _, err := fmt.Fprintf(w, "%s: %.2f ms, %s\n", line.Path, line.Ms, what); err != nil {
		return err
	}
	for _, t := range line.Texts {
		if _, err := fmt.Fprintf(w, "  %q\n", t); err != nil {
			return err
		}
	}
	return nil
}

func readList(path string) ([]string, error) {
	var raw []byte
	var err error
	if path == "-" {
		raw, err = io.ReadAll(os.Stdin)
	} else {
		raw, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read list of pictures: %w", err)
	}
	var paths []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" {
			paths = append(paths, line)
		}
	}
	return paths, nil
}

// openGray opens a picture as luminance: the Y plane where the file has one,
// and transparent drawings on white paper.
func openGray(path string) (*image.Gray, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("P5")) {
		return parsePGM(raw)
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("open picture: %w; PGM, PNG and JPEG can be read", err)
	}
	switch p := img.(type) {
	case *image.Gray:
		return p, nil
	case *image.YCbCr:
		return &image.Gray{Pix: p.Y, Stride: p.YStride, Rect: p.Rect}, nil
	}
	paper := image.NewRGBA(img.Bounds())
	draw.Draw(paper, paper.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, paper.Rect, img, img.Bounds().Min, draw.Over)
	gray := image.NewGray(paper.Rect)
	draw.Draw(gray, gray.Rect, paper, paper.Rect.Min, draw.Src)
	return gray, nil
}

var errPGM = errors.New("open picture: not a binary PGM of 8 bits; convert it to PNG")

// parsePGM reads a binary PGM (netpbm's P5) of up to 255 shades.
func parsePGM(raw []byte) (*image.Gray, error) {
	at := 2
	var fields [3]int
	for i := range fields {
		for at < len(raw) && (raw[at] == '#' || raw[at] <= ' ') {
			if raw[at] != '#' {
				at++
				continue
			}
			for at < len(raw) && raw[at] != '\n' {
				at++
			}
		}
		from := at
		for at < len(raw) && raw[at] >= '0' && raw[at] <= '9' && fields[i] < 1<<24 {
			fields[i] = 10*fields[i] + int(raw[at]-'0')
			at++
		}
		if at == from {
			return nil, errPGM
		}
	}
	at++ // one white space before the pixels
	w, h := fields[0], fields[1]
	if w < 1 || h < 1 || fields[2] < 1 || fields[2] > 255 || at > len(raw) || int64(len(raw)-at) < int64(w)*int64(h) {
		return nil, errPGM
	}
	gray := &image.Gray{Pix: raw[at:][:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	if top := fields[2]; top < 255 {
		for i, v := range gray.Pix {
			gray.Pix[i] = byte(min(int(v)*255/top, 255))
		}
	}
	return gray, nil
}
