//go:build cgo

package camera

// #cgo CFLAGS: -std=c11 -Wall
// #cgo LDFLAGS: -lcamera2ndk -lmediandk
// #include "camera2_android.h"
// #include <stdlib.h>
import "C"

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"time"
	"unsafe"
)

// List tells the cameras of this device that deliver luminance.
func List() ([]Info, error) {
	var names [1024]byte
	n := int(C.chot_list((*C.char)(unsafe.Pointer(&names[0])), C.int(len(names))))
	if n < 0 {
		return nil, statusError("list", n)
	}
	var found []Info
	for _, name := range bytes.SplitN(names[:], []byte{0}, n+1)[:n] {
		if i := describe(string(name)).info(string(name)); len(i.Modes) > 0 {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("camera: %w", ErrCameraless)
	}
	return found, nil
}

// Probe tells what the camera is, or why it cannot be used, without starting it.
func (c Camera) Probe() (Info, error) {
	found, err := List()
	if err != nil {
		return Info{}, err
	}
	return pick(found, c.Path)
}

// describe reads what a camera says of itself.
func describe(name string) description {
	return func(tag uint32) []int64 {
		const most = 4096 // sizes: four numbers for each of some hundred
		values := make([]int64, most)
		s := C.CString(name)
		defer C.free(unsafe.Pointer(s))
		n := int(C.chot_read(s, C.uint32_t(tag), (*C.int64_t)(&values[0]), most))
		return values[:max(n, 0)]
	}
}

// Run opens the camera and calls fn with its frames, the newest one each time,
// until the context ends, fn fails or the camera does. It returns the context's
// error, fn's error as it is, or one that wraps an error of this package. The
// camera is closed when it returns.
func (c Camera) Run(ctx context.Context, fn func(Frame) error) error {
	info, err := c.Probe()
	if err != nil {
		return err
	}
	mode, ok := choose(info.Modes, c.want())
	if !ok {
		return fmt.Errorf("camera %s: %w", info.Path, ErrFormat)
	}
	about := describe(info.Path)
	controls := c.Controls
	controls.Torch = c.Lamp.Lit(controls.Torch)
	name := C.CString(info.Path)
	defer C.free(unsafe.Pointer(name))
	first, n := request(controls.entries(about))
	camera := C.chot_open(name, C.int(mode.Width), C.int(mode.Height), first, n)
	if camera <= 0 {
		return statusError(info.Path, int(camera))
	}
	defer C.chot_close(camera)
	defer context.AfterFunc(ctx, func() { C.chot_wake(camera) })()

	frame := Frame{Image: image.NewGray(image.Rect(0, 0, mode.Width, mode.Height)), Mount: info.Mount}
	pace := pace{fps: c.FPS}
	good := time.Now()
	for {
		if err := pace.wait(ctx); err != nil {
			return err
		}
		if on := c.Lamp.Lit(c.Controls.Torch); on != controls.Torch {
			controls.Torch = on
			if e, ok := torch(about, on); ok {
				first, n := request([]entry{e})
				C.chot_set(camera, first, n)
			}
		}
		var age C.int64_t
		var seq C.uint64_t
		patience := c.stall() - time.Since(good)
		status := int(C.chot_take(camera, (*C.uint8_t)(&frame.Image.Pix[0]), C.int(max(patience.Milliseconds(), 1)), &age, &seq))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case status < 0:
			return statusError(info.Path, status)
		case status == C.CHOT_FRAME:
			frame.At, frame.Seq = time.Now().Add(-time.Duration(age)), uint64(seq)
			if err := fn(frame); err != nil {
				return err
			}
			good = time.Now()
		case time.Since(good) < c.stall():
		case status == C.CHOT_DAMAGED:
			return fmt.Errorf("camera %s: %w", info.Path, ErrDamaged)
		default:
			return fmt.Errorf("camera %s: %w", info.Path, ErrStalled)
		}
	}
}

// request is entries as C takes them.
func request(entries []entry) (*C.struct_chot_entry, C.int) {
	if len(entries) == 0 {
		return nil, 0
	}
	all := make([]C.struct_chot_entry, len(entries))
	for i, e := range entries {
		all[i].tag, all[i]._type, all[i].count = C.uint32_t(e.tag), C.int32_t(e.kind), C.int32_t(len(e.values))
		for j, v := range e.values {
			all[i].value[j] = C.int64_t(v)
		}
	}
	return &all[0], C.int(len(all))
}
