package camera

import (
	"context"
	"errors"
	"image"
	"testing"
	"testing/synctest"
	"time"
)

// stage is a camera that sends a frame every 100 ms, and counts how often it was
// opened and closed.
type stage struct {
	opened, closed int
	fail           error // what the next opening ends with
}

func (s *stage) run(ctx context.Context, fn func(Frame) error) error {
	if s.fail != nil {
		return s.fail
	}
	s.opened++
	defer func() { s.closed++ }()
	for {
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
		if err := fn(Frame{Image: image.NewGray(image.Rect(0, 0, 8, 8)), At: time.Now()}); err != nil {
			return err
		}
	}
}

func TestRemotePauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		var cam stage
		var remote Remote
		frames, ended := 0, make(chan error)
		var states []State
		go func() {
			ended <- remote.between(ctx, func(ctx context.Context) error {
				return keep(ctx, cam.run, func(Frame) error { frames++; return nil }, func(s State) { states = append(states, s) })
			})
		}()
		after := func(d time.Duration, opened, closed, seen int) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if cam.opened != opened || cam.closed != closed || frames != seen {
				t.Errorf("%d opened, %d closed, %d frames; want %d, %d, %d", cam.opened, cam.closed, frames, opened, closed, seen)
			}
		}
		after(950*time.Millisecond, 1, 0, 9)
		remote.Pause(true)
		remote.Pause(true)
		after(0, 1, 1, 9)
		after(time.Hour, 1, 1, 9)
		remote.Pause(false)
		after(250*time.Millisecond, 2, 1, 11)

		// Another program took the camera while this one was paused.
		remote.Pause(true)
		cam.fail = ErrBusy
		after(0, 2, 2, 11)
		remote.Pause(false)
		after(time.Minute, 2, 2, 11)
		if s := states[len(states)-1]; !errors.Is(s.Err, ErrBusy) || s.Retry != 5*time.Second {
			t.Errorf("the camera in use is reported as %+v", s)
		}
		// Whoever comes back does not wait for the end of a long pause between tries.
		cam.fail = nil
		remote.Pause(true)
		synctest.Wait()
		remote.Pause(false)
		after(150*time.Millisecond, 3, 2, 12)

		remote.Pause(true)
		synctest.Wait()
		end()
		if err := <-ended; err != context.Canceled {
			t.Errorf("ended with %v", err)
		}
	})
}

// An end that is no pause is an end.
func TestRemoteEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var remote Remote
		stop := errors.New("enough")
		var cam stage
		err := remote.between(t.Context(), func(ctx context.Context) error {
			return keep(ctx, cam.run, func(Frame) error { remote.Pause(true); synctest.Wait(); return stop }, nil)
		})
		if err != stop || cam.closed != 1 {
			t.Errorf("ended with %v, closed %d times", err, cam.closed)
		}
	})
}

func TestRemoteTorch(t *testing.T) {
	var none *Remote
	var remote Remote
	for _, otherwise := range []bool{false, true} {
		if none.torch(otherwise) != otherwise || remote.torch(otherwise) != otherwise {
			t.Error("a lamp nobody switched is not as the settings say")
		}
	}
	for _, on := range []bool{true, false} {
		if remote.Torch(on); remote.torch(!on) != on {
			t.Errorf("switched to %v, the lamp is not", on)
		}
	}
}
