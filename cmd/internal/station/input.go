package station

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"chot/camera"
	"chot/camera/serial"
	"chot/camera/wedge"
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

// showAgain is how often such a picture is shown meanwhile.
const showAgain = 1500 * time.Millisecond

// all returns one blocking function for each source.
func (e *eyes) all() []func(context.Context) error {
	var all []func(context.Context) error
	add := func(name string, run func(context.Context, string) error) {
		e.begin(name)
		all = append(all, func(ctx context.Context) error { return run(ctx, name) })
	}
	for _, path := range e.sources.Cameras {
		add("camera "+path, func(ctx context.Context, name string) error { return e.watchCamera(ctx, name, path) })
	}
	for _, path := range e.sources.Frames {
		add("frames "+path, func(ctx context.Context, name string) error { return e.play(ctx, name, path) })
	}
	for _, spec := range e.sources.Serials {
		add("serial "+spec, func(ctx context.Context, name string) error { return e.listen(ctx, name, spec) })
	}
	for _, spec := range e.sources.Wedges {
		add("wedge "+spec, func(ctx context.Context, name string) error { return e.grab(ctx, name, spec) })
	}
	for _, spec := range e.sources.Intents {
		add("intent "+spec, func(ctx context.Context, name string) error { return e.overhear(ctx, name, spec) })
	}
	if e.sources.Typed {
		add("typed", e.readTyped)
	}
	return all
}

// camera is a camera as it is wanted here.
func (e *eyes) camera(path string) camera.Camera {
	return camera.Camera{Path: path, FPS: liveFPS, Controls: e.controls, Lamp: e.lamp}
}

// watchCamera scans a camera for as long as the station runs, through unplugs.
func (e *eyes) watchCamera(ctx context.Context, name, path string) error {
	cam := e.camera(path)
	if !e.patient {
		if _, err := cam.Probe(); err != nil {
			return err
		}
	}
	see := e.seer(name, "camera", true)
	return cam.Keep(ctx, func(f camera.Frame) error { return see(ctx, f) }, func(st camera.State) {
		if st.Up {
			e.up(name)
		} else {
			e.down(name, st.Err)
		}
	})
}

// play scans pictures once, or again and again when they stand for a camera.
func (e *eyes) play(ctx context.Context, name, path string) error {
	e.up(name)
	loop := e.sources.Loop
	see := e.seer(name, "frames", loop || camera.Streams(path)) // a stream is a video: it shows each code many times
	p := camera.Playback{Path: path, Loop: loop}
	if camera.Live(path) {
		p.FPS = liveFPS
	}
	if !loop {
		return p.Run(ctx, func(f camera.Frame) error { return see(ctx, f) })
	}
	p.FPS = 1 / showFor.Seconds()
	return p.Run(ctx, func(f camera.Frame) error {
		err := see(ctx, f)
		// A camera would go on sending: without it the picture counts as frozen.
		for still := time.Duration(0); err == nil && f.Err == nil && still < showFor-2*showAgain; still += showAgain {
			if err = wait(ctx, showAgain); err == nil {
				e.told(Seen{Source: name, Frame: f})
			}
		}
		return err
	})
}

// seer returns the path from a frame to verdicts. Each source has its own, since
// a decoder's buffers are its own. Of a live source a code that stays in view is
// one scan, also when a reader or another camera has read it.
func (e *eyes) seer(source, input string, live bool) func(context.Context, camera.Frame) error {
	decoder := qr.NewDecoder()
	var vigil camera.Vigil
	var light camera.Light
	return func(ctx context.Context, f camera.Frame) error {
		began := time.Now()
		if f.Err != nil {
			e.log.Warn("picture not readable", "err", f.Err)
			e.told(Seen{Source: source, Frame: f})
			return ctx.Err()
		}
		within := e.within
		if within == 0 {
			within = budget
		}
		if f.Still {
			within = 0
		} else {
			switch vigil.Look(f) {
			case camera.Pass:
				return ctx.Err()
			case camera.Glance:
				within = time.Nanosecond
			}
		}
		symbols := decoder.Decode(f.Image, within)
		if unread(symbols) {
			vigil.Found(f)
		}
		seen := Seen{Source: source, Frame: f, Symbols: symbols, Took: time.Since(began)}
		if !f.Still {
			seen.Light = light.See(f)
		}
		var fresh []bool
		for _, symbol := range symbols {
			if symbol.Err == nil {
				first := !live || e.fresh(symbol.Bytes, e.now())
				fresh = append(fresh, first)
				seen.Repeated = seen.Repeated || !first
			}
		}
		e.told(seen)
		index := 0
		for _, symbol := range symbols {
			if symbol.Err != nil {
				continue
			}
			if fresh[index] {
				p := scanner.Payload{Bytes: symbol.Bytes, Input: input}
				e.read(ctx, source, p, e.now(), Scanned{Input: input, Name: fileName(f), Index: index, Decoded: seen.Took}, began)
			}
			index++
		}
		return ctx.Err()
	}
}

// unread reports whether a code is there that was not read.
func unread(symbols []qr.Symbol) bool {
	return slices.ContainsFunc(symbols, func(s qr.Symbol) bool { return s.Err != nil })
}

// listen scans from a serial reader, through unplugs.
func (e *eyes) listen(ctx context.Context, name, spec string) error {
	if !e.patient {
		port, err := serial.Open(spec)
		if err != nil {
			return err
		}
		if err := port.Close(); err != nil {
			return err
		}
	}
	return serial.Keep(ctx, spec, func(l serial.Line) error { return e.line(ctx, name, "serial", l.Bytes, l.Err) }, func(st serial.State) {
		if st.Up {
			e.up(name)
		} else {
			e.down(name, st.Err)
		}
	})
}

// grab scans from a keyboard-wedge reader that is taken for this program alone.
func (e *eyes) grab(ctx context.Context, name, spec string) error {
	if !e.patient {
		r, err := wedge.Open(spec)
		if err != nil {
			return err
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	err := wedge.Keep(ctx, spec, func(l wedge.Line) error { return e.line(ctx, name, "wedge", l.Bytes, l.Err) }, func(st wedge.State) {
		if st.Up {
			e.up(name)
		} else {
			e.down(name, st.Err)
		}
	})
	if errors.Is(err, wedge.ErrUnsupported) && e.patient {
		// Another system's: its readers type into the window.
		e.down(name, err)
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

// line takes what a reader read, or why it lost a scan.
func (e *eyes) line(ctx context.Context, name, input string, b []byte, err error) error {
	began := time.Now()
	if err != nil {
		e.log.Warn("a reader lost a scan", "source", name, "err", err)
		e.told(Lost{Source: name, Err: err})
		return ctx.Err()
	}
	now := e.now()
	if !e.fresh(b, now) {
		e.told(Again{Source: name})
		return ctx.Err()
	}
	e.read(ctx, name, scanner.Payload{Bytes: b, Input: input}, now, Scanned{Input: input}, began)
	return ctx.Err()
}

// readTyped takes one number a line from standard input.
func (e *eyes) readTyped(ctx context.Context, name string) error {
	e.up(name)
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
				e.read(ctx, name, scanner.Payload{Bytes: []byte(line), Input: "typed", Typed: true}, e.now(), Scanned{Input: "typed"}, time.Now())
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
