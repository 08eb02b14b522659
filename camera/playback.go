package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Playback plays pictures as frames: the same pixels again, whenever a test, a
// demonstration or a person asks.
type Playback struct {
	// Path is a picture, a folder (its .jpg, .jpeg, .png and .pgm files, not
	// those of folders in it), a pattern as of [filepath.Match], "-" for a stream
	// of pictures, or "live:-" for one that a camera makes, such as ffmpeg gives
	// of a network camera: of that a slow consumer gets the newest picture, and
	// none is Still. "live:YUYV,1280x720" is the like of raw frames without any
	// padding, in YUYV, NV12 or GREY, such as v4l2-ctl --stream-to=- gives. Names
	// are played in natural order: card2, card10.
	Path string
	// In is the stream of Path "-" or "live:…"; nil means standard input.
	In io.Reader
	// Loop begins again after the last picture, until the context ends. A
	// stream cannot.
	Loop bool
	// FPS paces the pictures, in pictures a second; 0 hands the next one over
	// as soon as the last one is done with.
	FPS float64
}

// Paths of the streams on standard input.
const (
	streamPath = "-"
	livePrefix = "live:"
)

// Streams tells whether a path is of pictures on standard input.
func Streams(path string) bool { return path == streamPath || Live(path) }

// Live tells whether a path is of a camera's frames on standard input.
func Live(path string) bool { return strings.HasPrefix(path, livePrefix) }

// Files lists what will be played, in order. The error wraps ErrNoPictures when
// there is nothing.
func (p Playback) Files() ([]string, error) {
	var names []string
	info, err := os.Stat(p.Path)
	switch {
	case err == nil && !info.IsDir():
		return []string{p.Path}, nil
	case err == nil:
		list, err := os.ReadDir(p.Path)
		if err != nil {
			return nil, fmt.Errorf("pictures %s: %w", p.Path, ErrUnreadable)
		}
		for _, e := range list {
			if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && pictureName(e.Name()) {
				names = append(names, filepath.Join(p.Path, e.Name()))
			}
		}
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("pictures %s: %w", p.Path, ErrUnreadable)
	default:
		found, err := filepath.Glob(p.Path)
		if err != nil {
			return nil, fmt.Errorf("pictures %s (the pattern has an open bracket): %w", p.Path, ErrNoPictures)
		}
		for _, name := range found {
			if info, err := os.Stat(name); err != nil || !info.IsDir() {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("pictures %s: %w", p.Path, ErrNoPictures)
	}
	slices.SortFunc(names, natural)
	return names, nil
}

func pictureName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".pgm":
		return true
	}
	return false
}

// Run calls fn with every picture and returns nil after the last one. A picture
// that cannot be read is a Frame with Err, and the next one follows. Run ends
// early with fn's error, as it is, or with the context's.
func (p Playback) Run(ctx context.Context, fn func(Frame) error) error {
	switch {
	case p.Path == streamPath:
		return p.stream(ctx, fn)
	case Live(p.Path):
		return p.live(ctx, fn)
	}
	files, err := p.Files()
	if err != nil {
		return err
	}
	pace := pace{fps: p.FPS}
	for seq := uint64(0); ; {
		for _, name := range files {
			if err := pace.wait(ctx); err != nil {
				return err
			}
			seq++
			f := Frame{At: time.Now(), Seq: seq, Name: name, Still: true}
			b, err := readPicture(name)
			if err == nil {
				f.Image, err = DecodePicture(b)
			}
			if err != nil {
				f.Err = fmt.Errorf("picture %s: %w", name, err)
			}
			if err := fn(f); err != nil {
				return err
			}
		}
		if !p.Loop {
			return nil
		}
	}
}

// readPicture reads a file no larger than a picture may be.
func readPicture(name string) ([]byte, error) {
	info, err := os.Stat(name) // before opening: a pipe would block it
	if err != nil || !info.Mode().IsRegular() {
		return nil, ErrUnreadable
	}
	if info.Size() > maxBytes {
		return nil, fmt.Errorf("more than %d megabytes: %w", maxBytes/1_000_000, ErrTooLarge)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, ErrUnreadable
	}
	return b, nil
}

// input is what a stream is read from.
func (p Playback) input(ctx context.Context) io.Reader {
	in := p.In
	if in == nil {
		in = os.Stdin
	}
	if f, ok := in.(*os.File); ok {
		in = interruptible(ctx, f)
	}
	return in
}

func (p Playback) stream(ctx context.Context, fn func(Frame) error) error {
	s := newStream(p.input(ctx))
	pace := pace{fps: p.FPS}
	for seq := uint64(1); ; seq++ {
		b, err := s.next()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == io.EOF && seq == 1:
			return fmt.Errorf("standard input is empty: %w", ErrNoPictures)
		case err == io.EOF:
			return nil
		case err != nil && !pictureTrouble(err):
			return fmt.Errorf("pictures on standard input: %w", err)
		}
		f := Frame{At: time.Now(), Seq: seq, Name: fmt.Sprintf("picture %d", seq), Still: true}
		if err == nil {
			f.Image, err = DecodePicture(b)
		}
		if err != nil {
			f.Err = fmt.Errorf("%s on standard input: %w", f.Name, err)
		}
		if err := pace.wait(ctx); err != nil {
			return err
		}
		if err := fn(f); err != nil {
			return err
		}
	}
}

// pictureTrouble tells an error of one picture from one of the stream.
func pictureTrouble(err error) bool {
	for _, e := range []error{ErrTooLarge, ErrTruncated, ErrBadPicture, ErrNotPicture} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// pace spreads pictures over time. A late picture does not hurry the next ones.
type pace struct {
	fps  float64
	next time.Time
}

func (p *pace) wait(ctx context.Context) error {
	if p.fps <= 0 {
		return ctx.Err()
	}
	now := time.Now()
	if p.next.IsZero() {
		p.next = now
	}
	err := sleep(ctx, p.next.Sub(now))
	p.next = time.Now().Add(time.Duration(float64(time.Second) / p.fps))
	return err
}

// sleep waits for d or the context's end.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
