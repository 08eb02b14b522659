//go:build guest

package guest

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"chot/camera"
	"chot/camera/internal/rig/uvc"
)

// soft is a picture without sharp edges, so that JPEG keeps it.
func soft(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			g.Pix[y*w+x] = byte(20 + 120*x/w + 90*y/h)
		}
	}
	return g
}

// picture makes a frame as a cheap webcam does: YUYV, or a JPEG without its
// Huffman tables.
func picture() func(uvc.Mode) []byte {
	made := map[uvc.Mode][]byte{}
	return func(m uvc.Mode) []byte {
		if made[m] == nil {
			made[m] = frame(m)
		}
		return made[m]
	}
}

func frame(m uvc.Mode) []byte {
	g := soft(m.Width, m.Height)
	if !m.MJPG {
		b := make([]byte, 2*len(g.Pix))
		for i, v := range g.Pix {
			b[2*i], b[2*i+1] = v, 0x7b
		}
		return b
	}
	colour := image.NewYCbCr(g.Rect, image.YCbCrSubsampleRatio422)
	copy(colour.Y, g.Pix)
	for i := range colour.Cb {
		colour.Cb[i], colour.Cr[i] = 100, 150
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, colour, &jpeg.Options{Quality: 90}); err != nil {
		panic(err) // a picture of this program's own
	}
	return withoutHuffman(b.Bytes())
}

// withoutHuffman leaves out the tables of a JPEG that has them in one segment.
func withoutHuffman(j []byte) []byte {
	dht := bytes.Index(j, []byte{0xff, 0xc4})
	n := 2 + (int(j[dht+2])<<8 | int(j[dht+3]))
	return append(j[:dht:dht], j[dht+n:]...)
}

func far(got, want *image.Gray) int {
	if got.Rect != want.Rect {
		return 256
	}
	d := 0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			a, b := int(got.Pix[y*got.Stride+x]), int(want.Pix[y*want.Stride+x])
			d = max(d, a-b, b-a)
		}
	}
	return d
}

var errEnough = errors.New("enough")

// take runs a camera until it has given n frames and checks each.
func take(t *testing.T, c camera.Camera, n, near int) {
	t.Helper()
	var want *image.Gray
	seen := uint64(0)
	err := c.Run(t.Context(), func(f camera.Frame) error {
		if want == nil {
			want = soft(f.Image.Rect.Dx(), f.Image.Rect.Dy())
		}
		if d := far(f.Image, want); d > near {
			t.Errorf("frame %d, %v: pixels differ by up to %d", f.Seq, f.Image.Rect, d)
		}
		if f.Seq <= seen || f.At.IsZero() || f.Err != nil || f.Still {
			t.Errorf("frame %d after %d, at %v, %v", f.Seq, seen, f.At, f.Err)
		}
		seen = f.Seq
		if n--; n == 0 {
			return errEnough
		}
		return nil
	})
	if err != errEnough {
		_, why := camera.Camera{Path: "/dev/video0"}.Probe()
		t.Fatalf("ended with %v, %d frames to go; /dev/video0: %v", err, n, why)
	}
	if c.Width > 0 && (want.Rect.Dx() != c.Width || want.Rect.Dy() != c.Height) {
		t.Errorf("asked for %d×%d, got %v", c.Width, c.Height, want.Rect)
	}
	nothingHeld(t, "/dev/video")
}

func plug(t *testing.T) *uvc.Camera {
	t.Helper()
	return plugModel(t, uvc.Model{}, picture())
}

func plugModel(t *testing.T, model uvc.Model, picture func(uvc.Mode) []byte) *uvc.Camera {
	t.Helper()
	load(t, "vhci-hcd", "")
	load(t, "uvcvideo", "")
	cam, err := model.Plug(picture)
	if err != nil {
		t.Fatal(err)
	}
	await(t, "/dev/video0 and its metadata node", func() bool { return exists("/dev/video0") && exists("/dev/video1") })
	return cam
}

func unplugged(t *testing.T, cam *uvc.Camera) {
	t.Helper()
	cam.Unplug()
	await(t, "the camera to go", func() bool { return !exists("/dev/video0") && !exists("/dev/video1") })
	nothingHeld(t, "/dev/video")
}

func TestUVC(t *testing.T) {
	cam := plug(t)
	defer unplugged(t, cam)

	found, err := camera.List()
	if err != nil || len(found) != 1 || found[0].Path != "/dev/video0" || len(found[0].Modes) != 4 {
		t.Fatalf("found %+v, %v", found, err)
	}
	t.Logf("%+v", found[0])
	// The metadata node opens like a camera in the library.
	if _, err := (camera.Camera{Path: "/dev/video1"}).Probe(); !errors.Is(err, camera.ErrNotCamera) {
		t.Errorf("the metadata node gives %v", err)
	}

	take(t, camera.Camera{Path: "/dev/video0", Format: "YUYV", Width: 640, Height: 480}, 5, 0)
	take(t, camera.Camera{Path: "auto", Format: "YUYV"}, 3, 0) // 1280×720
	take(t, camera.Camera{Path: "/dev/video0", Format: "MJPG", Width: 640, Height: 480}, 5, 4)
	take(t, camera.Camera{Format: "MJPG"}, 2, 4)
	take(t, camera.Camera{}, 2, 0)
	// 800×600 is not listed: the nearest listed size is set, never an unlisted one.
	err = camera.Camera{Format: "YUYV", Width: 800, Height: 600}.Run(t.Context(), func(f camera.Frame) error {
		if s := f.Image.Rect.Size(); s != image.Pt(640, 480) {
			t.Errorf("got %v", s)
		}
		return errEnough
	})
	if err != errEnough {
		t.Error(err)
	}
}

// Frames that each have another level, and somebody who takes his time with them:
// the newest comes next, none changes while it is looked at, and of the driver's
// buffers no more than four are held.
func TestUVCNewest(t *testing.T) {
	var sent atomic.Int32
	cam := plugModel(t, uvc.Model{}, func(m uvc.Mode) []byte {
		return bytes.Repeat([]byte{byte(sent.Add(1))}, 2*m.Width*m.Height)
	})
	defer unplugged(t, cam)
	var seqs []uint64
	err := camera.Camera{Format: "YUYV", Width: 640, Height: 480}.Run(t.Context(), func(f camera.Frame) error {
		level, until := f.Image.Pix[0], sent.Load()+5
		await(t, "five frames more", func() bool {
			if bytes.Count(f.Image.Pix, []byte{level}) != len(f.Image.Pix) {
				t.Fatalf("frame %d is of two pictures", f.Seq)
			}
			return sent.Load() >= until
		})
		if seqs = append(seqs, f.Seq); len(seqs) == 1 {
			if _, mappings := held("/dev/video"); mappings != 4 {
				t.Errorf("%d buffers", mappings)
			}
		}
		if len(seqs) == 5 {
			return errEnough
		}
		return nil
	})
	if err != errEnough || seqs[4]-seqs[0] < 12 {
		t.Errorf("frames %v: old ones are not skipped; %v", seqs, err)
	}

	// At four a second, most of the camera's twenty are passed over.
	var first int32
	looked := 0
	err = camera.Camera{Format: "YUYV", Width: 640, Height: 480, FPS: 4}.Run(t.Context(), func(camera.Frame) error {
		if looked++; looked == 1 {
			first = sent.Load()
		}
		if looked < 9 {
			return nil
		}
		if passed := sent.Load() - first; passed < 2*8 {
			t.Errorf("the camera sent %d frames while 8 were looked at", passed)
		}
		return errEnough
	})
	if err != errEnough {
		t.Error(err)
	}
}

func TestUVCBusy(t *testing.T) {
	cam := plug(t)
	defer unplugged(t, cam)
	err := camera.Camera{Format: "YUYV", Width: 640, Height: 480}.Run(t.Context(), func(camera.Frame) error {
		return camera.Camera{}.Run(t.Context(), func(camera.Frame) error { return errEnough })
	})
	if !errors.Is(err, camera.ErrBusy) {
		t.Errorf("a second program gets %v", err)
	}
	take(t, camera.Camera{Format: "YUYV", Width: 640, Height: 480}, 1, 0)
}

// A damaged frame is dropped by the driver or, with nodrop (the default in newer
// kernels), by this program.
func TestUVCFaults(t *testing.T) {
	for _, c := range []struct {
		nodrop, format string
		fault          uvc.Fault
		ends           error // nil: frames go on
	}{
		{"0", "YUYV", uvc.Stalls, camera.ErrStalled},
		{"0", "YUYV", uvc.CutsFrames, camera.ErrStalled},
		{"0", "YUYV", uvc.FlagsErrors, camera.ErrStalled},
		{"0", "MJPG", uvc.CutsFrames, camera.ErrDamaged},
		{"1", "YUYV", uvc.CutsFrames, camera.ErrDamaged},
		{"1", "YUYV", uvc.FlagsErrors, camera.ErrDamaged},
		{"1", "MJPG", uvc.Stalls, camera.ErrStalled},
		{"1", "MJPG", uvc.CutsFrames, camera.ErrDamaged},
		{"1", "MJPG", uvc.FlagsErrors, camera.ErrDamaged},
		{"1", "MJPG", uvc.Works, nil}, // the control
	} {
		load(t, "uvcvideo", "")
		if err := os.WriteFile("/sys/module/uvcvideo/parameters/nodrop", []byte(c.nodrop), 0); err != nil {
			t.Fatal(err)
		}
		cam := plug(t)
		one := camera.Camera{Format: c.format, Width: 640, Height: 480, Stall: 2 * time.Second}
		n := 0
		err := one.Run(t.Context(), func(f camera.Frame) error {
			switch n++; {
			case n == 2:
				cam.Fail(c.fault)
			case n > 10 && c.ends == nil:
				return errEnough
			}
			if d := far(f.Image, soft(640, 480)); d > 4 {
				t.Errorf("%+v, frame %d: a damaged frame passed (%d)", c, n, d)
			}
			return nil
		})
		if c.ends != nil && !errors.Is(err, c.ends) || c.ends == nil && err != errEnough {
			t.Errorf("%+v: ended with %v", c, err)
		}
		t.Logf("%+v: ended with %v", c, err)
		nothingHeld(t, "/dev/video")
		cam.Fail(uvc.Works) // and the next Run works without a replug
		take(t, one, 2, 4)
		unplugged(t, cam)
	}
}

func TestUVCUnplug(t *testing.T) {
	for _, format := range []string{"YUYV", "MJPG"} {
		cam := plug(t)
		n := 0
		err := camera.Camera{Format: format, Width: 640, Height: 480}.Run(t.Context(), func(camera.Frame) error {
			if n++; n == 3 {
				cam.Unplug()
			}
			return nil
		})
		if !errors.Is(err, camera.ErrUnplugged) {
			t.Errorf("%s: ended with %v", format, err)
		}
		unplugged(t, cam)
	}
}
