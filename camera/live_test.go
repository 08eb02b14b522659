package camera

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
)

// TestLiveRaw plays raw frames, and of what is cut nothing.
func TestLiveRaw(t *testing.T) {
	g := gradient(40, 30)
	nv12 := append(bytes.Clone(g.Pix), make([]byte, len(g.Pix)/2)...)
	for path, frame := range map[string][]byte{
		"live:YUYV,40x30": packYUYV(g, 80), "live:yuyv,40x30": packYUYV(g, 80), "live:GREY,40x30": g.Pix, "live:NV12,40x30": nv12,
	} {
		synctest.Test(t, func(t *testing.T) {
			in, out := io.Pipe()
			go func() {
				for range 3 {
					out.Write(frame)
					synctest.Wait() // until it was looked at: a slow consumer would get the newest
				}
				out.Write(frame[:len(frame)-1])
				out.Close()
			}()
			n := uint64(0)
			err := Playback{Path: path, In: in}.Run(t.Context(), func(f Frame) error {
				n++
				if f.Seq != n || f.Still || f.Err != nil || f.At.IsZero() || !bytes.Equal(f.Image.Pix, g.Pix) || f.Image.Rect != g.Rect {
					t.Errorf("%s: frame %d is %d, %v, %v", path, n, f.Seq, f.Image.Rect, f.Err)
				}
				return nil
			})
			if err != nil || n != 3 {
				t.Errorf("%s: %d frames, %v", path, n, err)
			}
		})
	}
	err := Playback{Path: "live:GREY,40x30", In: bytes.NewReader(g.Pix[1:])}.Run(t.Context(), func(Frame) error { t.Error("a frame"); return nil })
	if !errors.Is(err, ErrNoPictures) {
		t.Errorf("less than a frame gives %v", err)
	}
	for _, path := range []string{"live:", "live:YUYV", "live:YUYV,40", "live:YUYV,0x0", "live:YUYV,-4x4", "live:MJPG,40x30", "live:YUYV,40x30x3", "live:YUYV,99999x99999"} {
		err := Playback{Path: path, In: bytes.NewReader(nil)}.Run(t.Context(), nil)
		if !errors.Is(err, ErrStreamSpec) || !Streams(path) {
			t.Errorf("%q gives %v", path, err)
		}
	}
	if err := (Playback{Path: "live:YUYV,65535x65535"}).Run(t.Context(), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a huge frame gives %v", err)
	}
}
