package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// live plays a camera's stream: it is read as fast as it comes, and the newest
// picture is handed over. A picture that cannot be read is passed over, as a
// camera's damaged frame is.
func (p Playback) live(ctx context.Context, fn func(Frame) error) error {
	reading, stop := context.WithCancelCause(ctx)
	var newest Newest[raw]
	var wg sync.WaitGroup
	wg.Go(func() { stop(collectLive(reading, newStream(p.input(reading)), &newest)) })
	// A reader other than a file may block: its goroutine ends with what it reads.
	defer wg.Wait()
	defer stop(nil)

	reader := reader{mode: Mode{Format: "MJPG"}}
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
		newest.Put(func(r *raw) { r.bytes, r.at, r.seq = append(r.bytes[:0], b...), time.Now(), seq })
	}
}
