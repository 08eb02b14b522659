//go:build linux && !android

package wedge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	beat = 100 * time.Millisecond // between looks at the context
	// quiet is how long the device must be still before it is taken, so that a
	// scan under way is not cut in two; after patience it is taken anyway.
	quiet    = 50 * time.Millisecond
	patience = time.Second
)

// Event types and codes (include/uapi/linux/input-event-codes.h).
const (
	evSyn, evKey, evMsc, evLED = 0, 1, 4, 0x11
	synReport, synDropped      = 0, 3
	ledCapsLock                = 1
)

// event is struct input_event; its time is two longs, so it differs by system.
type event struct {
	at    unix.Timeval
	kind  uint16
	code  uint16
	value int32
}

// noCodes is a mask with no bit set, where the kernel can find it: a stack moves.
var noCodes [1]byte

const eventSize = int(unsafe.Sizeof(event{}))

// evdev makes an ioctl's number (include/uapi/linux/input.h, type 'E').
func evdev(direction, number, size uint) uint { return direction<<30 | size<<16 | 'E'<<8 | number }

const (
	write = 1 // _IOC_WRITE: same on every processor this is built for
	read  = 2
)

// Reader is a keyboard-wedge reader that this program has for itself.
type Reader struct {
	path string
	spec Spec
	fd   int
	file *os.File // owns fd
}

// List returns the devices that can type. It needs no permission.
func List() ([]Device, error) { return list(sysInput, devInput), nil }

// Open opens the reader that spec names, as ParseSpec reads it, for this program
// alone. It waits until nothing has been typed for 50 ms, so that a scan under
// way goes where it began.
func Open(spec string) (*Reader, error) {
	s, err := ParseSpec(spec)
	if err != nil {
		return nil, err
	}
	path := s.Name
	if !strings.HasPrefix(path, "/") {
		d, err := find(list(sysInput, devInput), s.Name)
		if err != nil {
			return nil, fmt.Errorf("reader %s: %w", s.Name, err)
		}
		path = d.Path
		if d.ByID != "" {
			path = filepath.Join(devInput, "by-id", d.ByID)
		}
	}
	// For writing too, so that the Caps Lock light can be set; it works without.
	const flags = unix.O_NONBLOCK | unix.O_CLOEXEC | unix.O_NOCTTY
	fd, err := unix.Open(path, unix.O_RDWR|flags, 0)
	if errors.Is(err, unix.EACCES) {
		fd, err = unix.Open(path, unix.O_RDONLY|flags, 0)
	}
	if err != nil {
		return nil, openError(path, err)
	}
	r := &Reader{path: path, spec: s, fd: fd, file: os.NewFile(uintptr(fd), path)}
	if err := take(fd); err != nil {
		r.file.Close()
		return nil, openError(path, err)
	}
	return r, nil
}

// take makes the device this program's own.
func take(fd int) error {
	var keys [96]byte // KEY_MAX 0x2ff
	if err := ioctl(fd, evdev(read, 0x20+evKey, uint(len(keys))), unsafe.Pointer(&keys)); err != nil {
		return err // EVIOCGBIT(EV_KEY): ENOTTY where it is no input device
	}
	if !types(keys[:]) {
		return ErrNotReader
	}
	// Times that do not jump with the wall clock (EVIOCSCLOCKID).
	if err := unix.IoctlSetPointerInt(fd, evdev(write, 0xa0, 4), unix.CLOCK_MONOTONIC); err != nil {
		return err
	}
	// Without scan codes (EVIOCSMASK, Linux 4.4) the kernel's 64 events hold
	// twice the keys; where it fails nothing else changes.
	mask := struct {
		kind, size uint32
		codes      uint64
	}{evMsc, uint32(len(noCodes)), uint64(uintptr(unsafe.Pointer(&noCodes)))}
	_ = ioctl(fd, evdev(write, 0x93, uint(unsafe.Sizeof(mask))), unsafe.Pointer(&mask))

	buf := make([]byte, 64*eventSize)
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for end := time.Now().Add(patience); time.Now().Before(end); {
		n, err := unix.Poll(fds, int(quiet.Milliseconds()))
		if err != nil && err != unix.EINTR {
			return err
		}
		if err == nil && n == 0 {
			break
		}
		if _, err := unix.Read(fd, buf); err != nil && err != unix.EAGAIN {
			return err
		}
	}
	if err := unix.IoctlSetInt(fd, evdev(write, 0x90, 4), 1); err != nil { // EVIOCGRAB
		return err
	}
	// The reader may look at the light and type upside down to make up for it.
	light(fd, false)
	return nil
}

// Close gives the device back, for those who opened it and do not run it.
func (r *Reader) Close() error { return r.file.Close() }

// Run calls fn with every line until the context ends, fn fails or the reader is
// unplugged, and gives the device back. It returns the context's error, fn's
// error as it is, or one that wraps ErrUnplugged. A line that the unplug cut is
// dropped.
func (r *Reader) Run(ctx context.Context, fn func(Line) error) error {
	defer r.Close()
	defer hurry()()
	lines := &Assembler{Silence: r.spec.Silence, Charset: r.spec.Charset}
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}}
	buf := make([]byte, 64*eventSize)
	dropping, caps := false, false
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		wait := beat
		if lines.Open() {
			wait = lines.Patience()
		}
		n, err := unix.Poll(fds, int(wait.Milliseconds()))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("reader %s: waiting: %w", r.path, err)
		case n == 0: // nothing was typed in all that time, however late this is seen
			if err := lines.Pause(fn); err != nil {
				return err
			}
			continue
		}
		// At an unplug poll says POLLHUP, and what was typed before is still
		// there; then reading gives ENODEV.
		n, err = unix.Read(r.fd, buf)
		switch {
		case err == unix.EAGAIN || err == unix.EINTR:
			continue
		case err != nil || n < eventSize:
			return fmt.Errorf("reader %s: %w", r.path, ErrUnplugged)
		}
		now, since := time.Now(), monotonic()
		for b := buf[:n]; len(b) >= eventSize; b = b[eventSize:] {
			e := parse(b)
			at := now.Add(time.Duration(e.at.Nano()) - since)
			switch {
			case e.kind == evSyn && e.code == synDropped:
				lines.Dropped(at)
				dropping = true // up to the next report (kernel's event-codes.rst, SYN_DROPPED)
			case e.kind == evSyn && e.code == synReport:
				dropping = false
			case e.kind == evKey && !dropping:
				if err := lines.Feed(e.code, e.value, at, fn); err != nil {
					return err
				}
			}
		}
		if lines.Caps() != caps {
			caps = !caps
			light(r.fd, caps)
		}
	}
}

// hurry has this thread run before the program's others, the decoder's above all:
// the kernel keeps 64 events, which a fast reader types in 16 ms, and drops what
// comes then. Go makes a goroutine that comes back from a system call wait for up
// to 10 ms when as many others run as it has processors, so it is given one more;
// and the kernel is asked for priority, which it grants where the user may have
// it. Calling what hurry returns ends both.
func hurry() (calm func()) {
	const urgent = -10
	another(1)
	runtime.LockOSThread()
	was, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err == nil {
		err = unix.Setpriority(unix.PRIO_PROCESS, 0, urgent)
	}
	return func() {
		// The system call gives 20 minus the priority, so that none is negative.
		if err != nil || unix.Setpriority(unix.PRIO_PROCESS, 0, 20-was) == nil {
			runtime.UnlockOSThread() // else the thread ends with its goroutine
		}
		another(-1)
	}
}

// processors guards GOMAXPROCS against another reader's change.
var processors sync.Mutex

func another(n int) {
	processors.Lock()
	defer processors.Unlock()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
}

// light sets the Caps Lock light. A reader without one is as good.
func light(fd int, on bool) {
	both := [2]event{{kind: evLED, code: ledCapsLock}, {kind: evSyn, code: synReport}}
	if on {
		both[0].value = 1
	}
	_, _ = unix.Write(fd, unsafe.Slice((*byte)(unsafe.Pointer(&both)), 2*eventSize))
}

// parse reads one event as the kernel lays it out.
func parse(b []byte) (e event) {
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&e)), eventSize), b)
	return e
}

func monotonic() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // cannot fail with a clock that exists
	return time.Duration(t.Nano())
}

func ioctl(fd int, number uint, p unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(number), uintptr(p)); errno != 0 {
		return errno
	}
	return nil
}

// openError gives an error of opening a reader its sentence.
func openError(path string, err error) error {
	sentence := err
	switch {
	case errors.Is(err, unix.ENOENT):
		sentence = ErrNoReader
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		sentence = ErrPermission
	case errors.Is(err, unix.EBUSY):
		sentence = ErrBusy
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		sentence = ErrUnplugged // the node stays for a moment
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.EROFS):
		sentence = ErrNotReader
	}
	return fmt.Errorf("reader %s: %w", path, sentence)
}
