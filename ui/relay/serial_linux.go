//go:build linux && !android

package relay

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a board may take to accept a command.
const patience = time.Second

var rates = map[int]uint32{
	1200: unix.B1200, 2400: unix.B2400, 4800: unix.B4800, 9600: unix.B9600, 19200: unix.B19200,
	38400: unix.B38400, 57600: unix.B57600, 115200: unix.B115200,
}

// Board is a relay on a serial port.
type Board struct {
	spec Spec

	mu     sync.Mutex
	file   *os.File // nil while it is away
	closed bool
}

// OpenOutput opens the output that text describes, and switches it off.
func OpenOutput(text string) (OutputCloser, error) {
	s, err := ParseSpec(text)
	if err != nil {
		return nil, err
	}
	if s.GPIO {
		l, err := openLine(s, true)
		if err != nil {
			return nil, err
		}
		return l, nil
	}
	b := &Board{spec: s}
	if err := b.Set(false); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Set switches the relay. After an unplug it opens the port again.
func (b *Board) Set(on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return fmt.Errorf("relay %s: %w", b.spec.Path, os.ErrClosed)
	}
	fresh := b.file == nil
	for {
		if b.file == nil {
			f, err := openPort(b.spec)
			if err != nil {
				return err
			}
			b.file = f
		}
		command := b.spec.Off
		if on {
			command = b.spec.On
		}
		err := b.file.SetWriteDeadline(time.Now().Add(patience))
		if err == nil {
			_, err = b.file.Write(command)
		}
		if err == nil {
			return nil
		}
		b.file.Close()
		b.file = nil
		if fresh {
			return fmt.Errorf("relay %s: %w", b.spec.Path, ErrAway)
		}
		fresh = true // it was unplugged since: once more, with the port as it is now
	}
}

// Close switches the relay off and closes the port.
func (b *Board) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.file == nil {
		return nil
	}
	_ = b.file.SetWriteDeadline(time.Now().Add(patience))
	_, err := b.file.Write(b.spec.Off)
	err = errors.Join(err, b.file.Close())
	b.file = nil
	return err
}

// openPort opens a port for this program alone: 8 bits, no parity, no flow
// control.
func openPort(s Spec) (*os.File, error) {
	rate, ok := rates[s.Baud]
	if !ok {
		return nil, fmt.Errorf("relay %s: %d baud: %w", s.Path, s.Baud, ErrSpec)
	}
	// O_NONBLOCK: opening must not wait for a modem's carrier, nor writing for
	// ever.
	fd, err := unix.Open(s.Path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, openError(s.Path, err)
	}
	t := unix.Termios{
		Cflag:  unix.CS8 | unix.CREAD | unix.CLOCAL | rate,
		Ispeed: rate, Ospeed: rate,
	}
	t.Cc[unix.VMIN] = 1
	err = unix.IoctlSetTermios(fd, unix.TCSETS, &t)
	if err == nil {
		err = unix.IoctlSetInt(fd, unix.TIOCEXCL, 0)
	}
	if err != nil {
		unix.Close(fd)
		return nil, openError(s.Path, err)
	}
	return os.NewFile(uintptr(fd), s.Path), nil
}

// openError gives an error of opening a relay its sentence.
func openError(path string, err error) error {
	sentence := err
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		sentence = ErrNoDevice
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		sentence = ErrPermission
	case errors.Is(err, unix.EBUSY):
		sentence = ErrBusy
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOTDIR):
		sentence = ErrSpec
	}
	return fmt.Errorf("relay %s: %w", path, sentence)
}
