//go:build linux && !android

package relay

import (
	"fmt"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Flags of a line (include/uapi/linux/gpio.h, enum gpio_v2_line_flag).
const (
	lineActiveLow = 1 << 1
	lineInput     = 1 << 2
	lineOutput    = 1 << 3
	linePullUp    = 1 << 8
)

// Line is one line of a GPIO chip. The kernel keeps it for this program until it
// is closed.
type Line struct {
	path string

	mu     sync.Mutex
	fd     int
	closed bool
}

// OpenInput opens the input that text describes.
func OpenInput(text string) (InputCloser, error) {
	s, err := ParseSpec(text)
	switch {
	case err != nil:
		return nil, err
	case !s.GPIO:
		return nil, fmt.Errorf("relay %s: no input: %w", s.Path, ErrSpec)
	}
	l, err := openLine(s, false)
	if err != nil {
		return nil, err
	}
	return l, nil
}

func openLine(s Spec, output bool) (*Line, error) {
	chip, err := unix.Open(s.Path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, openError(s.Path, err)
	}
	defer unix.Close(chip)
	r := unix.GPIOV2LineRequest{Num_lines: 1}
	r.Offsets[0] = s.Line
	copy(r.Consumer[:], "chot")
	r.Config.Flags = lineInput
	if output {
		r.Config.Flags = lineOutput
		// Off from the first moment on.
		r.Config.Num_attrs = 1
		r.Config.Attrs[0] = unix.GPIOV2LineConfigAttribute{Attr: unix.GPIOV2LineAttribute{Id: unix.GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES}, Mask: 1}
	}
	if s.Low {
		r.Config.Flags |= lineActiveLow
	}
	if s.PullUp {
		r.Config.Flags |= linePullUp
	}
	if err := ioctl(chip, unix.GPIO_V2_GET_LINE_IOCTL, unsafe.Pointer(&r)); err != nil {
		return nil, openError(s.Path, err)
	}
	return &Line{path: s.Path, fd: int(r.Fd)}, nil
}

// Set switches an output.
func (l *Line) Set(on bool) error {
	v := unix.GPIOV2LineValues{Mask: 1}
	if on {
		v.Bits = 1
	}
	return l.values(unix.GPIO_V2_LINE_SET_VALUES_IOCTL, &v)
}

// Get looks at an input, or at what an output was set to.
func (l *Line) Get() (bool, error) {
	v := unix.GPIOV2LineValues{Mask: 1}
	err := l.values(unix.GPIO_V2_LINE_GET_VALUES_IOCTL, &v)
	return v.Bits&1 != 0, err
}

func (l *Line) values(number uint, v *unix.GPIOV2LineValues) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("relay %s: %w", l.path, os.ErrClosed)
	}
	if err := ioctl(l.fd, number, unsafe.Pointer(v)); err != nil {
		return fmt.Errorf("relay %s: %w", l.path, ErrAway)
	}
	return nil
}

// Close switches an output off and gives the line back.
func (l *Line) Close() error {
	_ = l.Set(false) // an input cannot be set, and does not mind
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	return unix.Close(l.fd)
}

func ioctl(fd int, number uint, p unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(number), uintptr(p)); errno != 0 {
		return errno
	}
	return nil
}
