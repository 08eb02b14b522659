package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// live plays a camera's stream: it is read as fast as it comes, and the newest
// picture is handed over. A picture that cannot be read is passed over, as a
// camera's damaged frame is.
func (p Playback) live(ctx context.Context, fn func(Frame) error) error {
	reading, stop := context.WithCancelCause(ctx)
	mode, err := liveMode(p.Path)
	if err != nil {
		stop(nil)
		return err
	}
	var newest Newest[raw]
	var wg sync.WaitGroup
	wg.Go(func() {
		in := p.input(reading)
		if mode.Width > 0 {
			stop(collectRaw(reading, in, mode, &newest))
		} else {
			stop(collectLive(reading, newStream(in), &newest))
		}
	})
	// A reader other than a file may block: its goroutine ends with what it reads.
	defer wg.Wait()
	defer stop(nil)

	reader := reader{mode: mode}
	pace := pace{fps: p.FPS}
	for {
		if err := pace.wait(ctx); err != nil {
			return err
		}
		r, err := newest.Take(reading) // the last one too, when the stream has ended
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		g, err := reader.luminance(r.bytes)
		if err == ErrNotPicture { // not a JPEG
			g, err = DecodePicture(r.bytes)
		}
		if err != nil {
			continue
		}
		if err := fn(Frame{Image: g, At: r.at, Seq: r.seq}); err != nil {
			return err
		}
	}
}

// collectLive puts every picture of a stream into newest.
func collectLive(ctx context.Context, s *stream, newest *Newest[raw]) error {
	for seq := uint64(1); ; seq++ {
		b, err := s.next()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == io.EOF && seq == 1:
			return fmt.Errorf("standard input is empty: %w", ErrNoPictures)
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil && !pictureTrouble(err):
			return fmt.Errorf("pictures on standard input: %w", err)
		case err != nil:
			continue
		}
		newest.Put(func(r *raw) error {
			r.bytes, r.at, r.seq = append(r.bytes[:0], b...), time.Now(), seq
			return nil
		})
	}
}

// liveMode is what the path of a live stream says of its frames: "live:-" are
// pictures that tell it themselves, "live:YUYV,1280x720" is a camera's raw frames.
func liveMode(path string) (Mode, error) {
	spec := strings.TrimPrefix(path, livePrefix)
	if spec == streamPath {
		return Mode{Format: "MJPG"}, nil
	}
	var m Mode
	format, size, _ := strings.Cut(spec, ",")
	wide, high, _ := strings.Cut(size, "x")
	m.Format = strings.ToUpper(format)
	var wrong error
	for _, side := range []struct {
		to   *int
		from string
	}{{&m.Width, wide}, {&m.Height, high}} {
		n, err := strconv.ParseUint(side.from, 10, 16)
		*side.to, wrong = int(n), errors.Join(wrong, err)
	}
	if wrong != nil || frameBytes(m) == 0 {
		return Mode{}, fmt.Errorf("pictures %s: %w", path, ErrStreamSpec)
	}
	return m, checkSize(m.Width, m.Height)
}

// frameBytes is the length of a raw frame without padding; 0 where its format is
// none that is read here.
func frameBytes(m Mode) int {
	switch n := m.Width * m.Height; m.Format {
	case "YUYV":
		return 2 * n
	case "GREY":
		return n
	case "NV12":
		return 3 * n / 2
	}
	return 0
}

// collectRaw puts every raw frame of a stream into newest. What is cut at its end
// is no frame.
func collectRaw(ctx context.Context, in io.Reader, m Mode, newest *Newest[raw]) error {
	n := frameBytes(m)
	for seq := uint64(1); ; seq++ {
		err := newest.Put(func(r *raw) error {
			if r.bytes == nil {
				r.bytes = make([]byte, n)
			}
			_, err := io.ReadFull(in, r.bytes)
			r.at, r.seq = time.Now(), seq
			return err
		})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case seq == 1 && (err == io.EOF || err == io.ErrUnexpectedEOF):
			return fmt.Errorf("standard input holds no whole frame: %w", ErrNoPictures)
		case err == io.EOF, err == io.ErrUnexpectedEOF:
			return io.EOF
		case err != nil:
			return fmt.Errorf("frames on standard input: %w", err)
		}
	}
}
