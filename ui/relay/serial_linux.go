//go:build linux && !android

package relay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// Ports opens outputs. Several relays of one board stand on one serial port, which
// is opened once, for this program alone, and closed with the last of them. The
// zero value is ready to use.
type Ports struct {
	mu   sync.Mutex
	open map[string]*port // by the device's path
}

// Output opens the output that text describes, and switches it off.
func (p *Ports) Output(text string) (OutputCloser, error) {
	s, err := ParseSpec(text)
	if err != nil {
		return nil, err
	}
	if s.GPIO {
		l, err := openLine(s, true) // a chip's lines are requested one by one
		if err != nil {
			return nil, err
		}
		return l, nil
	}
	shared, err := p.port(s)
	if err != nil {
		return nil, err
	}
	b := &Board{spec: s, ports: p, port: shared}
	if err := b.Set(false); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// OpenOutput opens an output alone on its port, and switches it off.
func OpenOutput(text string) (OutputCloser, error) { return new(Ports).Output(text) }

// port returns the port that a relay stands on, one user more.
func (p *Ports) port(s Spec) (*port, error) {
	device := s.Path
	if real, err := filepath.EvalSymlinks(device); err == nil {
		device = real // /dev/serial/by-id names it, too
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	shared := p.open[device]
	switch {
	case shared == nil:
		if p.open == nil {
			p.open = map[string]*port{}
		}
		shared = &port{device: device, path: s.Path, baud: s.Baud}
		p.open[device] = shared
	case shared.baud != s.Baud:
		return nil, fmt.Errorf("relay %s: at %d baud for one output and %d for another: %w", s.Path, shared.baud, s.Baud, ErrSpec)
	}
	shared.users++
	return shared, nil
}

// release takes a user off a port and closes it after the last.
func (p *Ports) release(shared *port) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if shared.users--; shared.users > 0 {
		return nil
	}
	delete(p.open, shared.device)
	return shared.close()
}

// Board is a relay on a serial port.
type Board struct {
	spec  Spec
	ports *Ports

	mu   sync.Mutex
	port *port // nil once it is closed
}

// Set switches the relay. After an unplug it opens the port again.
func (b *Board) Set(on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.port == nil {
		return fmt.Errorf("relay %s: %w", b.spec.Path, os.ErrClosed)
	}
	if on {
		return b.port.send(b.spec.On)
	}
	return b.port.send(b.spec.Off)
}

// Close switches the relay off, and closes the port if no other relay stands on
// it.
func (b *Board) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.port == nil {
		return nil
	}
	shared := b.port
	b.port = nil
	return errors.Join(shared.last(b.spec.Off), b.ports.release(shared))
}

// A port is a serial port that is held open, through unplugs.
type port struct {
	device, path string
	baud         int
	users        int // guarded by Ports.mu

	mu   sync.Mutex
	file *os.File // nil while it is away
}

// send writes one command, whole: whoever shares the port waits.
func (p *port) send(command []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	fresh := p.file == nil
	for {
		if p.file == nil {
			f, err := openPort(p.path, p.baud)
			if err != nil {
				return err
			}
			p.file = f
		}
		if p.write(command) == nil {
			return nil
		}
		p.file.Close()
		p.file = nil
		if fresh {
			return fmt.Errorf("relay %s: %w", p.path, ErrAway)
		}
		fresh = true // it was unplugged since: once more, with the port as it is now
	}
}

// last writes a command if the port is there; for one that is away it is not
// opened again.
func (p *port) last(command []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil {
		return nil
	}
	return p.write(command)
}

func (p *port) write(command []byte) error {
	err := p.file.SetWriteDeadline(time.Now().Add(patience))
	if err == nil {
		_, err = p.file.Write(command)
	}
	return err
}

func (p *port) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil {
		return nil
	}
	err := p.file.Close()
	p.file = nil
	return err
}

// openPort opens a port for this program alone: 8 bits, no parity, no flow
// control.
func openPort(path string, baud int) (*os.File, error) {
	rate, ok := rates[baud]
	if !ok {
		return nil, fmt.Errorf("relay %s: %d baud: %w", path, baud, ErrSpec)
	}
	// O_NONBLOCK: opening must not wait for a modem's carrier, nor writing for
	// ever.
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, openError(path, err)
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
		return nil, openError(path, err)
	}
	return os.NewFile(uintptr(fd), path), nil
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
