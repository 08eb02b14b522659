//go:build guest

package guest

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"chot/camera"
	"chot/camera/internal/rig/uvc"

	"golang.org/x/sys/unix"
)

func noCameras(t *testing.T) {
	t.Helper()
	await(t, "every camera to go", func() bool { nodes, _ := filepath.Glob("/dev/video*"); return len(nodes) == 0 })
}

// Ten times a camera is unplugged and comes back, in turn under the same node
// and under another, whether it is named or not.
func TestUVCKeep(t *testing.T) {
	for _, path := range []string{"auto", "/dev/video0"} {
		cam := plug(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		const unplugs = 5
		ups, open := 0, -1
		fresh := false
		var back time.Time
		var worst time.Duration
		err := camera.Camera{Path: path, Format: "YUYV", Width: 640, Height: 480}.Keep(ctx, func(camera.Frame) error {
			switch {
			case !fresh:
				return nil
			case ups == unplugs+1:
				cancel()
			default:
				if ups%2 == 1 {
					// As long as somebody has the node open, its number is not
					// given out again.
					open, _ = unix.Open("/dev/video0", unix.O_RDWR|unix.O_CLOEXEC, 0)
				}
				cam.Unplug()
			}
			fresh = false
			return nil
		}, func(s camera.State) {
			switch {
			case s.Up:
				ups++
				fresh = true
				if !back.IsZero() {
					worst = max(worst, time.Since(back))
				}
			case errors.Is(s.Err, camera.ErrUnplugged):
				noCameras(t)
				node := "/dev/video0"
				if open >= 0 {
					node = "/dev/video1"
				} else {
					nothingHeld(t, "/dev/video")
				}
				back = time.Now()
				var err error
				if cam, err = (uvc.Model{}).Plug(picture()); err != nil {
					t.Fatal(err)
				}
				await(t, node, func() bool { return exists(node) })
				if other := "/dev/video0"; open >= 0 && exists(other) {
					t.Errorf("the camera has its old node again: nothing is tested")
				}
				unix.Close(open)
				open = -1
			default:
				t.Errorf("down: %v", s.Err)
			}
		})
		if !errors.Is(err, context.Canceled) || ups != unplugs+1 {
			t.Errorf("%s: came up %d times, ended with %v", path, ups, err)
		}
		t.Logf("%s: from the plug to the first frame at most %v", path, worst)
		cam.Unplug()
		noCameras(t)
		nothingHeld(t, "/dev/video")
	}
}

// Two cameras that call themselves the same, each opened as the one that is
// free.
func TestUVCTwo(t *testing.T) {
	first := plug(t)
	bright := func(m uvc.Mode) []byte {
		b := make([]byte, 2*m.Width*m.Height)
		for i := range b {
			b[i] = 0xf0
		}
		return b
	}
	second, err := uvc.Model{}.Plug(bright)
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the second camera", func() bool { return exists("/dev/video2") && exists("/dev/video3") })
	if found, err := camera.List(); err != nil || len(found) != 2 || found[0].Name != found[1].Name || found[0].Bus == found[1].Bus {
		t.Errorf("found %+v, %v", found, err)
	}
	var wg, both sync.WaitGroup
	both.Add(2)
	levels := make([]byte, 2)
	for i := range levels {
		wg.Go(func() {
			arrived := sync.OnceFunc(both.Done)
			n := 0
			err := camera.Camera{Format: "YUYV", Width: 640, Height: 480}.Keep(t.Context(), func(f camera.Frame) error {
				arrived()
				levels[i] = f.Image.GrayAt(0, 0).Y
				if n++; n < 3 {
					return nil
				}
				both.Wait() // neither gives its camera to the other
				return errEnough
			}, nil)
			if err != errEnough {
				t.Errorf("ended with %v", err)
			}
		})
	}
	wg.Wait()
	if levels[0] > levels[1] {
		levels[0], levels[1] = levels[1], levels[0]
	}
	if levels[0] != soft(640, 480).GrayAt(0, 0).Y || levels[1] != 0xf0 {
		t.Errorf("two cameras show %v", levels)
	}
	first.Unplug()
	second.Unplug()
	noCameras(t)
	nothingHeld(t, "/dev/video")
}

// The controls are set in the camera itself; a camera without any works too.
func TestUVCControls(t *testing.T) {
	cam := plug(t)
	one := camera.Camera{Format: "YUYV", Width: 640, Height: 480}
	expect := func(what string, want map[uvc.Setting]int) {
		t.Helper()
		take(t, one, 1, 0)
		for s, v := range want {
			if got := cam.Set(s); got != v {
				t.Errorf("%s: control %04x is %d, want %d", what, uint16(s), got, v)
			}
		}
	}
	one.Controls.Leave = true
	expect("left alone", map[uvc.Setting]int{uvc.PowerLine: 2, uvc.AutoExposure: 8, uvc.ExposurePriority: 1, uvc.Backlight: 1})
	one.Controls = camera.Controls{Exposure: 8 * time.Millisecond, Focus: 100, PowerLine: camera.MainsOff}
	expect("fixed", map[uvc.Setting]int{uvc.PowerLine: 0, uvc.AutoExposure: 1, uvc.Exposure: 80, uvc.ExposurePriority: 0, uvc.AutoFocus: 0, uvc.Focus: 250, uvc.Backlight: 0})
	one.Controls = camera.Controls{}
	expect("a gate", map[uvc.Setting]int{uvc.PowerLine: 1, uvc.AutoExposure: 8, uvc.ExposurePriority: 0, uvc.AutoFocus: 1, uvc.Backlight: 0})
	unplugged(t, cam)

	plain := plugModel(t, uvc.Model{Plain: true}, picture())
	take(t, one, 1, 0)
	unplugged(t, plain)
}
