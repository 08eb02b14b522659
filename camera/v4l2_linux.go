//go:build linux && !android

package camera

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"
)

// What webcam v0.6.1 does, found on a rig, and the guard against each, with its
// test (those of names with UVC, Vivid, Flagged and Start are the rig's):
//
//   - SetImageFormat returns the size it was asked for, whatever the driver set:
//     only listed sizes are asked for (TestUVC), and a frame of another length
//     is dropped (TestReaderRefusesFramesOfAnotherSize).
//   - Open takes metadata and output nodes: a device that lists no capture
//     format this package reads is refused (TestUVC, TestVivid).
//   - 256 buffers by default: 4 are set (TestUVCNewest).
//   - ReadFrame gives the buffer back before the caller has read it: GetFrame,
//     copy, ReleaseFrame (TestUVCNewest).
//   - A frame flagged V4L2_BUF_FLAG_ERROR looks like any other, and the flag is
//     not passed on: the driver is asked for the flags before each GetFrame
//     (TestFlagged, TestUVCFaults).
//   - After an unplug WaitForFrame returns nil at once and GetFrame ENODEV, for
//     ever: ENODEV ends Run, and no failed read is followed by another without
//     a pause (TestUVCUnplug, TestUVCKeep).
//   - A silent camera only times out, in whole seconds: they are counted
//     (TestUVCFaults).
//   - A failed StartStreaming leaves its buffers mapped, and a mapping keeps the
//     device busy even after Close: release unmaps them (TestStartFailure).
//   - Its errors lose their errno: see streamError (TestErrnoSentences).
//   - JPEGs without Huffman tables are passed on: see withHuffman
//     (TestJPEGWithoutHuffmanTables).

const (
	bufferCount = 4
	waitSeconds = 1
	// breath is the pause after a read that failed.
	breath = 10 * time.Millisecond
)

// device is an open camera, set to one mode.
type device struct {
	cam  *webcam.Webcam
	fd   int // the library's, or -1 if it keeps it elsewhere
	path string
	mode Mode
}

// Run opens the camera and calls fn with its frames, the newest one each time,
// until the context ends, fn fails or the camera does. It returns the context's
// error, fn's error as it is, or one that wraps an error of this package. The
// camera is closed when it returns.
func (c Camera) Run(ctx context.Context, fn func(Frame) error) error {
	d, err := c.open()
	if err != nil {
		return err
	}
	defer d.close()

	capturing, stop := context.WithCancelCause(ctx)
	var newest Newest[raw]
	var wg sync.WaitGroup
	wg.Go(func() { stop(d.capture(capturing, &newest, c.stall())) })
	defer wg.Wait()
	defer stop(nil)

	reader := reader{mode: d.mode}
	pace := pace{fps: c.FPS}
	good := time.Now()
	for {
		err := pace.wait(capturing)
		var r *raw
		if err == nil {
			r, err = newest.Take(capturing)
		}
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return context.Cause(capturing)
		}
		img, err := reader.luminance(r.bytes)
		if err != nil || r.bad {
			if time.Since(good) >= c.stall() {
				return d.error(ErrDamaged)
			}
			continue
		}
		if err := fn(Frame{Image: img, At: r.at, Seq: r.seq}); err != nil {
			return err
		}
		good = time.Now()
	}
}

// capture puts every frame the driver delivers into newest.
func (d *device) capture(ctx context.Context, newest *Newest[raw], stall time.Duration) error {
	last := time.Now()
	var seq uint64
	for ctx.Err() == nil {
		if time.Since(last) >= stall {
			return d.error(ErrStalled)
		}
		if err := d.cam.WaitForFrame(waitSeconds); err != nil {
			if _, err := d.cam.GetName(); err != nil {
				return d.error(ErrUnplugged)
			}
			if !errors.As(err, new(*webcam.Timeout)) {
				sleep(ctx, breath)
			}
			continue
		}
		bad := d.flagged()
		b, index, err := d.cam.GetFrame()
		if err != nil {
			if _, gone := d.cam.GetName(); gone != nil || errors.Is(err, unix.ENODEV) {
				return d.error(ErrUnplugged)
			}
			sleep(ctx, breath) // EAGAIN, or EIO for a frame lost on the way
			continue
		}
		if len(b) > 0 {
			last = time.Now()
			seq++
			newest.Put(func(r *raw) error {
				r.bytes = append(r.bytes[:0], b...)
				r.at, r.seq, r.bad = last, seq, bad&(1<<index) != 0
				return nil
			})
		}
		if err := d.cam.ReleaseFrame(index); err != nil {
			if _, gone := d.cam.GetName(); gone != nil || errors.Is(err, unix.ENODEV) {
				return d.error(ErrUnplugged)
			}
			sleep(ctx, breath)
		}
	}
	return ctx.Err()
}

// open opens the camera and starts it. Nothing stays open after an error.
func (c Camera) open() (*device, error) {
	found, err := c.candidates()
	for _, info := range found {
		d, startErr := c.start(info)
		if startErr == nil {
			if c.known != nil {
				*c.known = info
			}
			return d, nil
		}
		// What troubles the first one counts, unless it is only in use.
		if err == nil || c.auto() && errors.Is(err, ErrBusy) {
			err = startErr
		}
	}
	return nil, err
}

func (c Camera) start(info Info) (*device, error) {
	mode, ok := choose(info.Modes, c.want())
	if !ok {
		return nil, fmt.Errorf("camera %s: %w", info.Path, ErrFormat)
	}
	cam, err := webcam.Open(info.Path)
	if err != nil {
		return nil, openError(info.Path, err)
	}
	d := &device{cam: cam, fd: descriptor(cam), path: info.Path, mode: mode}
	code := fourcc(mode.Format)
	got, _, _, err := cam.SetImageFormat(code, uint32(mode.Width), uint32(mode.Height))
	switch {
	case err != nil:
		cam.Close()
		return nil, d.error(streamError(err))
	case got != code:
		cam.Close()
		return nil, d.error(ErrFormat)
	}
	if err := cam.SetBufferCount(bufferCount); err != nil {
		cam.Close()
		return nil, d.error(err)
	}
	c.Controls.apply(driver{cam, cam.GetControls()})
	if err := cam.StartStreaming(); err != nil {
		release(cam)
		cam.Close()
		return nil, d.error(streamError(err))
	}
	return d, nil
}

// driver is a camera's controls in its driver.
type driver struct {
	cam *webcam.Webcam
	has map[webcam.ControlID]webcam.Control
}

func (d driver) bounds(id uint32) (bounds, bool) {
	c, ok := d.has[webcam.ControlID(id)]
	return bounds{c.Min, c.Max, c.Step}, ok
}

func (d driver) set(id uint32, value int32) error {
	return d.cam.SetControl(webcam.ControlID(id), value)
}

func (d *device) close() {
	d.cam.StopStreaming() // unmaps; says ENODEV after an unplug
	d.cam.Close()
}

func (d *device) error(err error) error { return fmt.Errorf("camera %s: %w", d.path, err) }

// release unmaps the buffers of a stream that did not start. The library keeps
// them in a field of its own; reading it needs no more than reflection, and a
// test holds that the field is there.
func release(cam *webcam.Webcam) {
	buffers := reflect.ValueOf(cam).Elem().FieldByName("buffers")
	if !buffers.IsValid() || buffers.Type() != reflect.TypeFor[[][]byte]() {
		return
	}
	for i := range buffers.Len() {
		if b := buffers.Index(i).Bytes(); b != nil {
			unix.Munmap(b)
		}
	}
}

// streamError gives an error of starting a camera its sentence. StartStreaming
// passes on only the text of its errno.
func streamError(err error) error {
	for _, e := range []struct {
		errno    unix.Errno
		sentence error
	}{
		{unix.EBUSY, ErrBusy},
		{unix.ENOSPC, ErrBandwidth}, // usbcore: not enough periodic bandwidth
		{unix.ENODEV, ErrUnplugged},
		{unix.ENXIO, ErrUnplugged},
		{unix.EIO, ErrStalled},
		{unix.EPROTO, ErrStalled},
		{unix.ETIMEDOUT, ErrStalled},
		{unix.EPIPE, ErrStalled},
	} {
		if errors.Is(err, e.errno) || strings.HasSuffix(err.Error(), e.errno.Error()) {
			return e.sentence
		}
	}
	return fmt.Errorf("the camera could not be started, unplug it and plug it in again: %w", err)
}
