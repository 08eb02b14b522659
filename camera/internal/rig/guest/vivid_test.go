//go:build guest

package guest

import (
	"bytes"
	"errors"
	"image"
	"os"
	"testing"
	"unsafe"

	"chot/camera"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"
)

// vivid loads the kernel's virtual video driver: a webcam and an output.
func vivid(t *testing.T) {
	t.Helper()
	load(t, "vivid", "n_devs=1 node_types=0x101 num_inputs=1 input_types=0x0 num_outputs=1 output_types=1")
	await(t, "vivid's two nodes", func() bool { return exists("/dev/video0") && exists("/dev/video1") })
}

func TestVivid(t *testing.T) {
	vivid(t)
	found, err := camera.List()
	if err != nil || len(found) != 1 || found[0].Path != "/dev/video0" {
		t.Fatalf("found %+v, %v", found, err)
	}
	if _, err := (camera.Camera{Path: "/dev/video1"}).Probe(); !errors.Is(err, camera.ErrNotCamera) {
		t.Errorf("the output node gives %v", err)
	}
	// The test picture is eight bars from white to black.
	bars := map[string][]byte{}
	for _, format := range []string{"YUYV", "GREY", "NV12"} {
		var b []byte
		err := camera.Camera{Format: format, Width: 640, Height: 360}.Run(t.Context(), func(f camera.Frame) error {
			if s := f.Image.Rect.Size(); s != image.Pt(640, 360) {
				t.Errorf("%s: %v", format, s)
			}
			for i := range 8 {
				b = append(b, f.Image.GrayAt(40+80*i, 250).Y)
			}
			return errEnough
		})
		if err != errEnough {
			t.Fatalf("%s: %v", format, err)
		}
		nothingHeld(t, "/dev/video")
		for i := range b[1:] {
			if b[i+1] >= b[i] {
				t.Errorf("%s: these are no bars from white to black: %v", format, b)
			}
		}
		bars[format] = b
	}
	t.Logf("bars: %v", bars) // vivid's GREY has the full range, 0 to 255
	if !bytes.Equal(bars["YUYV"], bars["NV12"]) {
		t.Errorf("luminance of YUYV and NV12 differs: %v", bars)
	}
}

// A frame that the driver flags as damaged is dropped; without the guard it looks
// like any other.
func TestFlagged(t *testing.T) {
	vivid(t)
	var seqs []uint64
	err := camera.Camera{Format: "YUYV", Width: 640, Height: 360}.Run(t.Context(), func(f camera.Frame) error {
		seqs = append(seqs, f.Seq)
		if len(seqs) == 3 || len(seqs) == 5 {
			inject(t, "/dev/video0", "Inject V4L2_BUF_FLAG_ERROR")
		}
		if len(seqs) == 8 {
			return errEnough
		}
		return nil
	})
	if err != errEnough {
		t.Error(err)
	}
	if seqs[7] < 10 {
		t.Errorf("frames %v: a flagged one passed", seqs)
	}
	nothingHeld(t, "/dev/video")
}

// A stream that fails to start must leave nothing mapped, or the camera is busy
// for ever.
func TestStartFailure(t *testing.T) {
	vivid(t)
	for _, control := range []string{"Inject VIDIOC_REQBUFS Error", "Inject VIDIOC_QBUF Error", "Inject VIDIOC_STREAMON Error"} {
		inject(t, "/dev/video0", control)
		err := camera.Camera{Format: "YUYV", Width: 640, Height: 360}.Run(t.Context(), func(camera.Frame) error { return errEnough })
		if err == nil || err == errEnough {
			t.Errorf("%s: ended with %v", control, err)
		}
		t.Logf("%s: %v", control, err)
		nothingHeld(t, "/dev/video")
		err = camera.Camera{Format: "YUYV", Width: 640, Height: 360}.Run(t.Context(), func(camera.Frame) error { return errEnough })
		if err != errEnough {
			t.Errorf("after %s the camera does not come back: %v", control, err)
		}
	}

	// Control: without the guard the fault is there.
	cam, err := webcam.Open("/dev/video0")
	if err != nil {
		t.Fatal(err)
	}
	inject(t, "/dev/video0", "Inject VIDIOC_STREAMON Error")
	cam.SetBufferCount(4)
	if err := cam.StartStreaming(); err == nil {
		t.Fatal("the fault did not strike")
	}
	cam.Close()
	if _, mappings := held("/dev/video"); mappings == 0 {
		t.Error("the library leaves nothing mapped any more: the guard is no longer needed")
	}
}

// inject presses one of vivid's error buttons.
func inject(t *testing.T, path, name string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type query struct { // struct v4l2_queryctrl
		id, kind                 uint32
		name                     [32]byte
		min, max, step, initial  int32
		flags, reserved1, spare2 uint32
	}
	const (
		queryCtrl = 0xc0445624
		setCtrl   = 0xc008561c
		next      = 0x80000000
	)
	q := query{id: next}
	for {
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), queryCtrl, uintptr(unsafe.Pointer(&q))); errno != 0 {
			t.Fatalf("there is no control %q", name)
		}
		if string(bytes.TrimRight(q.name[:], "\x00")) == name {
			break
		}
		q = query{id: q.id | next}
	}
	set := [2]uint32{q.id, 1}
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), setCtrl, uintptr(unsafe.Pointer(&set))); errno != 0 {
		t.Fatalf("press %q: %v", name, errno)
	}
}
