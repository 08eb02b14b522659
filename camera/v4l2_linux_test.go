//go:build linux && !android

package camera

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"
)

// The cameras themselves are tested on the rig, in camera/internal/rig.

func TestNoSuchCamera(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want error
	}{
		{"/dev/video-that-is-not-there", ErrNoCamera},
		{file, ErrNotCamera},
		{"/dev/null", ErrNotCamera},
		{t.TempDir(), ErrNotCamera},
	} {
		err := Camera{Path: c.path}.Run(t.Context(), func(Frame) error { t.Error("a frame"); return nil })
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s gives %v, want %v", c.path, err, c.want)
		}
	}
}

func TestAutoWithoutCameras(t *testing.T) {
	found, err := List()
	if len(found) > 0 {
		t.Logf("this machine has cameras: %+v", found)
		return
	}
	if err == nil {
		t.Fatal("no cameras and no reason")
	}
	ctx, cancel := context.WithCancel(t.Context())
	var state State
	if err := (Camera{Path: "auto"}).Keep(ctx, nil, func(s State) { state = s; cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("Keep ended with %v", err)
	}
	if state.Up || state.Err == nil || state.Retry != firstRetry {
		t.Errorf("reported %+v", state)
	}
}

func TestErrnoSentences(t *testing.T) {
	for _, c := range []struct{ err, want error }{
		{unix.EACCES, ErrPermission}, {unix.EPERM, ErrPermission}, {unix.ENOENT, ErrNoCamera},
		{unix.EBUSY, ErrBusy}, {unix.ENODEV, ErrUnplugged}, {unix.ENOTTY, ErrNotCamera},
		{errors.New("Not a video capture device"), ErrNotCamera},
	} {
		if err := openError("/dev/video0", c.err); !errors.Is(err, c.want) {
			t.Errorf("%v gives %v", c.err, err)
		}
	}
	for text, want := range map[string]error{ // as StartStreaming words them
		"Failed to map request buffers: " + unix.EBUSY.Error(): ErrBusy,
		"Failed to start streaming: " + unix.ENOSPC.Error():    ErrBandwidth,
		"Failed to start streaming: " + unix.ENODEV.Error():    ErrUnplugged,
	} {
		if err := streamError(errors.New(text)); !errors.Is(err, want) {
			t.Errorf("%q gives %v", text, err)
		}
	}
	if err := streamError(errors.New("odd")); !strings.Contains(err.Error(), "unplug it") {
		t.Errorf("an unknown error gives %v", err)
	}
	if !strings.Contains(ErrPermission.Error(), "group video") {
		t.Error("the sentence does not name the group")
	}
}

// release reaches into the library; a new version must not pass unseen.
func TestLibraryStillKeepsItsBuffers(t *testing.T) {
	f, ok := reflect.TypeFor[webcam.Webcam]().FieldByName("buffers")
	if !ok || f.Type != reflect.TypeFor[[][]byte]() {
		t.Fatal("webcam.Webcam keeps its buffers elsewhere: release unmaps nothing")
	}
	release(new(webcam.Webcam))
	if fd, ok := reflect.TypeFor[webcam.Webcam]().FieldByName("fd"); !ok || fd.Type.Kind() != reflect.Uintptr || descriptor(new(webcam.Webcam)) != 0 {
		t.Fatal("webcam.Webcam keeps its descriptor elsewhere: flagged frames pass")
	}
	// The size of struct v4l2_buffer is part of the request's number.
	if size := webcam.VIDIOC_QUERYBUF >> 16 & 0x3fff; size != unsafe.Sizeof(buffer{}) {
		t.Fatalf("a buffer's description has %d bytes, want %d", unsafe.Sizeof(buffer{}), size)
	}
}

func TestReaderRefusesFramesOfAnotherSize(t *testing.T) {
	r := reader{mode: Mode{Format: "YUYV", Width: 8, Height: 4}}
	want := gradient(8, 4)
	g, err := r.luminance(packYUYV(want, 16))
	if err != nil || farthest(t, g, want) != 0 {
		t.Fatalf("%v, %v", g, err)
	}
	again, err := r.luminance(packYUYV(want, 18))
	if err != nil || again != g || farthest(t, again, want) != 0 {
		t.Errorf("padded: %v; the buffer is reused: %v", err, again == g)
	}
	if _, err := r.luminance(packYUYV(gradient(8, 2), 16)); err == nil {
		t.Error("half a frame passed")
	}
	m := reader{mode: Mode{Format: "MJPG", Width: 40, Height: 30}}
	j := withoutHuffman(t, colourJPEG(t, gradient(40, 30)))
	for range 2 {
		if g, err := m.luminance(j); err != nil || g.Rect.Dx() != 40 {
			t.Fatalf("%v, %v", g, err)
		}
	}
	if cap(m.scratch) == 0 {
		t.Error("the scratch buffer is not kept")
	}
	if _, err := m.luminance(j[:len(j)/3]); err == nil {
		t.Error("a cut JPEG passed")
	}
}
