//go:build linux && !android

package uvc

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Mode is what the host asked for.
type Mode struct {
	MJPG          bool // else YUYV
	Width, Height int
}

// Fault is a way the camera fails.
type Fault int

// A camera stops sending, flags every frame as bad, or sends a third of each.
const (
	Works Fault = iota
	Stalls
	FlagsErrors
	CutsFrames
)

// Model is how a camera is made. The zero value has seven controls, and both
// formats at 20 frames a second.
type Model struct {
	// SlowRaw gives YUYV at 1280×720 only 5 frames a second, as cameras on
	// USB 2 do.
	SlowRaw bool
	// Plain is a camera without controls.
	Plain bool
}

// Sizes are the frame sizes the camera has, in both formats.
var Sizes = [][2]int{{640, 480}, {1280, 720}}

const ports = 8 // of one vhci controller

// Camera is a camera that is plugged in.
type Camera struct {
	conn    *os.File
	model   Model
	picture func(Mode) []byte
	wg      sync.WaitGroup
	gone    chan struct{}

	// One lock for the queue and for writing: a transfer that was unlinked and
	// then answered makes the kernel drop the whole device.
	mu         sync.Mutex
	change     sync.Cond
	waiting    []transfer // the host's reads of the video endpoint, oldest first
	committed  control
	probed     control
	generation int // counts up when the host starts or stops the stream
	set        map[Setting]int
	fault      Fault
	closed     bool
}

// transfer is a read the host waits for.
type transfer struct {
	seq    uint32
	length int
}

// Plug plugs a camera in. picture makes a frame's bytes, once for each frame.
func (m Model) Plug(picture func(Mode) []byte) (*Camera, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	defer unix.Close(pair[0]) // the kernel keeps its own reference
	if err := unix.SetNonblock(pair[1], true); err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	c := &Camera{conn: os.NewFile(uintptr(pair[1]), "usbip"), model: m, picture: picture, set: map[Setting]int{}, gone: make(chan struct{})}
	c.change.L = &c.mu
	c.committed, c.probed = m.negotiate(nil), m.negotiate(nil)
	for port := range ports {
		const device, highSpeed = 1<<16 | 2, 3
		line := fmt.Sprintf("%d %d %d %d", port, pair[0], device, highSpeed)
		if err = os.WriteFile("/sys/devices/platform/vhci_hcd.0/attach", []byte(line), 0); err == nil {
			break
		}
	}
	if err != nil {
		c.conn.Close()
		return nil, fmt.Errorf("attach to vhci_hcd: %w", err)
	}
	c.wg.Go(c.serve)
	c.wg.Go(c.stream)
	return c, nil
}

// Fail makes the camera fail, or work again.
func (c *Camera) Fail(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = f
	c.change.Broadcast()
}

// Unplug pulls the cable.
func (c *Camera) Unplug() {
	c.conn.Close()
	c.wg.Wait()
}

// hangUp ends the stream when the connection has ended.
func (c *Camera) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	close(c.gone)
	c.change.Broadcast()
}

// next waits for a transfer to answer. It is called with the lock held.
func (c *Camera) next(ready func() bool) (ok bool) {
	for !c.closed && !ready() {
		c.change.Wait()
	}
	return !c.closed
}

// Bits of a payload header (UVC 2.4.3.3).
const (
	headerLength = 2
	bitFID       = 0x01 // toggles with every frame
	bitEOF       = 0x02
	bitError     = 0x40
	bitEOH       = 0x80
)

// stream sends frames for as long as the host reads.
func (c *Camera) stream() {
	fid := byte(0)
	for {
		c.mu.Lock()
		ok := c.next(func() bool { return len(c.waiting) > 0 && c.fault != Stalls })
		mode, generation, fault := c.committed.mode(), c.generation, c.fault
		interval := c.model.interval(mode)
		c.mu.Unlock()
		if !ok {
			return
		}
		b := c.picture(mode)
		if fault == CutsFrames {
			b = b[:len(b)/3]
		}
		fid ^= bitFID
		for len(b) > 0 {
			c.mu.Lock()
			ok := c.next(func() bool { return len(c.waiting) > 0 || c.generation != generation })
			if !ok || c.generation != generation {
				c.mu.Unlock()
				break
			}
			t := c.waiting[0]
			c.waiting = c.waiting[1:]
			n := min(len(b), min(t.length, maxPayload)-headerLength)
			bits := bitEOH | fid
			if n == len(b) {
				bits |= bitEOF
			}
			if fault == FlagsErrors {
				bits |= bitError
			}
			c.reply(t.seq, 0, append([]byte{headerLength, bits}, b[:n]...), 0)
			b = b[n:]
			c.mu.Unlock()
		}
		pause := time.NewTimer(time.Duration(interval) * 100 * time.Nanosecond)
		select {
		case <-pause.C:
		case <-c.gone:
			pause.Stop()
		}
	}
}
