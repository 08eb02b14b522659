package station

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"chot/camera"
	"chot/camera/serial"
	"chot/scanner"
	"chot/scanner/qr"
)

// budget is how long a live frame may be decoded before the next one is due:
// a camera sends thirty a second, and each gets another try.
const budget = 30 * time.Millisecond

// liveFPS is how many frames a second of a camera are looked at.
const liveFPS = 15

// showFor is how long a looping playback shows each picture: time for its
// verdict to come and go.
const showFor = 6 * time.Second

// sources returns one blocking function for each source.
func (s *Station) sources() []func(context.Context) error {
	var all []func(context.Context) error
	o := s.options.Sources
	for _, path := range o.Cameras {
		all = append(all, func(ctx context.Context) error { return s.watchCamera(ctx, path) })
	}
	for _, path := range o.Frames {
		all = append(all, func(ctx context.Context) error { return s.play(ctx, path, o.Loop) })
	}
	for _, port := range o.Serials {
		all = append(all, func(ctx context.Context) error { return s.listen(ctx, port) })
	}
	if o.Typed {
		all = append(all, s.readTyped)
	}
	return all
}

// watchCamera scans a camera for as long as the station runs, through unplugs.
func (s *Station) watchCamera(ctx context.Context, path string) error {
	if !s.options.Patient {
		if _, err := (camera.Camera{Path: path}).Probe(); err != nil {
			return err
		}
	}
	see := s.seer("camera", true)
	who := "camera " + path
	s.fault(who, scanner.FaultNoSource) // until the first frame has come
	return camera.Camera{Path: path, FPS: liveFPS}.Keep(ctx, func(f camera.Frame) error { return see(ctx, f) }, func(st camera.State) {
		f := scanner.Fault("")
		switch {
		case st.Up:
		case errors.Is(st.Err, camera.ErrPermission):
			f = scanner.FaultPermission
		default:
			f = scanner.FaultCamera
		}
		if st.Err != nil {
			s.log.Warn("camera away", "camera", path, "err", st.Err)
		}
		s.fault(who, f)
	})
}

// play scans pictures once, or again and again when they stand for a camera.
func (s *Station) play(ctx context.Context, path string, loop bool) error {
	see := s.seer("frames", loop || camera.Streams(path)) // a stream is a video: it shows each code many times
	p := camera.Playback{Path: path, Loop: loop}
	if loop {
		p.FPS = 1 / showFor.Seconds()
	}
	return p.Run(ctx, func(f camera.Frame) error { return see(ctx, f) })
}

// seer returns the path from a frame to verdicts. Each source has its own:
// a decoder's buffers and the memory of what is in view are its own. Of a live
// source a code that stays in view is one scan.
func (s *Station) seer(input string, live bool) func(context.Context, camera.Frame) error {
	decoder := qr.NewDecoder()
	var repeats scanner.Repeats
	var scene camera.Scene
	return func(ctx context.Context, f camera.Frame) error {
		began := time.Now()
		if f.Err != nil {
			s.log.Warn("picture not readable", "err", f.Err)
			s.told(Seen{Frame: f})
			return ctx.Err()
		}
		within := budget
		switch {
		case f.Still:
			within = 0
		case !scene.Busy(f): // nobody there: the decoder's first look is enough
			within = time.Nanosecond
		}
		symbols := decoder.Decode(f.Image, within)
		s.told(Seen{Frame: f, Symbols: symbols, Took: time.Since(began)})
		index := 0
		for _, symbol := range symbols {
			if symbol.Err != nil {
				continue
			}
			now := s.clock.now()
			if !live || repeats.Fresh(symbol.Bytes, now.Since) {
				p := scanner.Payload{Bytes: symbol.Bytes, Input: input}
				s.judge(ctx, p, now, Scanned{Input: input, Name: fileName(f), Index: index}, began)
			}
			index++
		}
		return ctx.Err()
	}
}

// listen scans from a serial reader, through unplugs.
func (s *Station) listen(ctx context.Context, spec string) error {
	if !s.options.Patient {
		port, err := serial.Open(spec)
		if err != nil {
			return err
		}
		if err := port.Close(); err != nil {
			return err
		}
	}
	var repeats scanner.Repeats
	who := "serial " + spec
	s.fault(who, scanner.FaultNoSource)
	return serial.Keep(ctx, spec, func(line serial.Line) error {
		began := time.Now()
		if line.Err != nil {
			s.log.Warn("reader", "port", spec, "err", line.Err)
			return ctx.Err()
		}
		now := s.clock.now()
		if repeats.Fresh(line.Bytes, now.Since) {
			s.judge(ctx, scanner.Payload{Bytes: line.Bytes, Input: "serial"}, now, Scanned{Input: "serial"}, began)
		}
		return ctx.Err()
	}, func(st serial.State) {
		f := scanner.Fault("")
		switch {
		case st.Up:
		case errors.Is(st.Err, serial.ErrPermission):
			f = scanner.FaultPermission
		default:
			f = scanner.FaultReader
		}
		if st.Err != nil {
			s.log.Warn("reader away", "port", spec, "err", st.Err)
		}
		s.fault(who, f)
	})
}

// readTyped takes one number a line from standard input.
func (s *Station) readTyped(ctx context.Context) error {
	lines := make(chan string)
	failed := make(chan error, 1)
	// Reading a terminal cannot be interrupted: the goroutine ends with the
	// process or with its input, and holds nothing.
	go func() {
		in := bufio.NewScanner(os.Stdin)
		in.Buffer(nil, scanner.MaxPayload)
		for in.Scan() {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
		failed <- in.Err()
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			if err != nil {
				return fmt.Errorf("read standard input: %w", err)
			}
			return nil
		case line := <-lines:
			if line != "" {
				s.Submit(ctx, scanner.Payload{Bytes: []byte(line), Input: "typed", Typed: true})
			}
		}
	}
}

// fileName is the picture's, without its folder; empty for a camera's frame.
func fileName(f camera.Frame) string {
	if f.Name == "" {
		return ""
	}
	return filepath.Base(f.Name)
}
