package serial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	tarm "github.com/tarm/serial"
	"golang.org/x/sys/unix"
)

// What tarm/serial does, found on a rig, and the guard against each:
//
//   - Close hangs while a Read without a timeout is blocked: there always is a
//     timeout, and Read is called only when poll says that it will not wait.
//   - An idle timeout and an unplug are both "0, io.EOF", the unplug at once
//     and for ever (a full core): an EOF that came sooner than the timeout is
//     an unplug as soon as the device node is gone or a few came in a row.
//   - It does not lock the port, so two programs would each get half of a scan:
//     TIOCEXCL is set.
//   - Its timeouts are tenths of a second, too coarse for 50 ms of silence:
//     silence is measured by poll.

const (
	readTimeout = 500 * time.Millisecond // before a Read that finds nothing returns
	beat        = 100 * time.Millisecond // between looks at the context
	again       = 2 * time.Second        // between start commands
	lost        = 500 * time.Millisecond // of silence, where a line must have a suffix
	// quickEOFs is how many reads in a row may find nothing at once.
	quickEOFs = 3
)

// Port is an open serial port.
type Port struct {
	path string
	spec Spec
	port *tarm.Port
	tty  *os.File // the same terminal once more: for poll, which tarm's Port has no descriptor for
}

// Open opens the port that spec names, as ParseSpec reads it, for this program
// alone.
func Open(spec string) (*Port, error) {
	s, err := ParseSpec(spec)
	if err != nil {
		return nil, err
	}
	path, baud := s.Path, s.Baud
	// O_NONBLOCK: opening must not wait for a modem's carrier.
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, openError(path, err)
	}
	tty := os.NewFile(uintptr(fd), path)
	if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
		tty.Close()
		return nil, openError(path, err)
	}
	port, err := tarm.OpenPort(&tarm.Config{Name: path, Baud: baud, ReadTimeout: readTimeout})
	if err != nil {
		tty.Close()
		return nil, openError(path, err)
	}
	if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
		port.Close()
		tty.Close()
		return nil, openError(path, err)
	}
	return &Port{path: path, spec: s, port: port, tty: tty}, nil
}

// Close closes the port, for those who opened it and do not run it.
func (p *Port) Close() error {
	// The lock ends with the last descriptor; a program that got in before it
	// would keep it alive.
	unix.IoctlSetInt(int(p.tty.Fd()), unix.TIOCNXCL, 0)
	return errors.Join(p.port.Close(), p.tty.Close())
}

// Send sends the reader a command, such as a Trigger's. It may be called while
// Run runs.
func (p *Port) Send(command []byte) error {
	if _, err := p.port.Write(command); err != nil {
		return fmt.Errorf("serial port %s: sending a command: %w", p.path, err)
	}
	return nil
}

// command is Send where there may be none.
func (p *Port) command(c []byte) error {
	if len(c) == 0 {
		return nil
	}
	return p.Send(c)
}

// Run calls fn with every line until the context ends, fn fails or the reader is
// unplugged, and closes the port. It returns the context's error, fn's error as
// it is, or one that wraps ErrUnplugged.
func (p *Port) Run(ctx context.Context, fn func(Line) error) error {
	defer p.Close()
	var framer Framer
	buf := make([]byte, 4096)
	quick := 0
	fds := []unix.PollFd{{Fd: int32(p.tty.Fd()), Events: unix.POLLIN}}
	given := fn
	var started time.Time // when the reader was told to read last; zero: do it now
	fn = func(l Line) error { started = time.Time{}; return given(l) }
	for {
		if err := ctx.Err(); err != nil {
			_ = p.command(p.spec.Trigger.Stop) // what does not arrive, the reader's own patience does
			return err
		}
		if time.Since(started) >= again && !framer.Open() {
			if err := p.command(p.spec.Trigger.Start); err != nil {
				return p.gone()
			}
			started = time.Now()
		}
		wait := beat
		if framer.Open() {
			wait = framer.Patience()
			if p.spec.Suffix {
				wait = lost
			}
		}
		n, err := unix.Poll(fds, int(wait.Milliseconds()))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("serial port %s: waiting: %w", p.path, err)
		case n == 0: // nothing came in all that time, however late this is seen
			if p.spec.Suffix {
				framer.Lose()
			}
			if err := framer.End(fn); err != nil {
				return err
			}
			continue
		case fds[0].Revents&unix.POLLIN == 0: // POLLHUP, POLLERR, POLLNVAL alone
			return p.gone()
		}
		began := time.Now()
		n, err = p.port.Read(buf)
		if n > 0 {
			quick = 0
			if err := framer.Feed(buf[:n], time.Now(), fn); err != nil {
				return err
			}
			continue
		}
		if err != nil && err != io.EOF { // EIO: the other side has hung up
			return p.gone()
		}
		if time.Since(began) >= readTimeout/2 {
			quick = 0
			continue
		}
		if quick++; quick >= quickEOFs || !p.exists() {
			return p.gone()
		}
	}
}

// gone says unplugged. A line that the unplug cut is dropped: half a number is
// another person's number.
func (p *Port) gone() error { return fmt.Errorf("serial port %s: %w", p.path, ErrUnplugged) }

// exists tells whether the device node still is the terminal that was opened.
func (p *Port) exists() bool {
	node, err := os.Stat(p.path)
	if err != nil {
		return false
	}
	open, err := p.tty.Stat()
	return err == nil && os.SameFile(node, open)
}

// openError gives an error of opening a port its sentence.
func openError(path string, err error) error {
	sentence := err
	switch {
	case errors.Is(err, unix.ENOENT):
		sentence = ErrNoPort
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		sentence = ErrPermission
	case errors.Is(err, unix.EBUSY):
		sentence = ErrBusy
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		sentence = ErrUnplugged // the node stays for a moment, or for ever (a UART that is not there)
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOTDIR):
		sentence = ErrNotPort
	case err.Error() == "Unrecognized baud rate": // tarm's own text, it has no value for it
		sentence = ErrBaud
	}
	return fmt.Errorf("serial port %s: %w", path, sentence)
}
