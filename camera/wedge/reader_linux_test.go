//go:build linux && !android

package wedge

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the kernel does with a device that is there is tested under a real one:
// camera/internal/rig.
func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		spec string
		want error
	}{
		{"/dev/input/that-is-not-there", ErrNoReader},
		{"a name that no device has", ErrNoReader},
		{"", ErrNoReader},
		{"auto,x", ErrSpec},
		{file, ErrNotReader},
		{t.TempDir(), ErrNotReader},
		{"/dev/null", ErrNotReader},
		{file + "/x", ErrNotReader},
	} {
		if r, err := Open(c.spec); r != nil || !errors.Is(err, c.want) {
			t.Errorf("%s gives %v, want %v", c.spec, err, c.want)
		}
	}
	for errno, want := range map[error]error{
		unix.EACCES: ErrPermission, unix.EPERM: ErrPermission, unix.EBUSY: ErrBusy,
		unix.ENODEV: ErrUnplugged, unix.ENXIO: ErrUnplugged, unix.EIO: unix.EIO,
	} {
		if err := openError("/dev/input/event9", errno); !errors.Is(err, want) {
			t.Errorf("%v gives %v", errno, err)
		}
	}
	if !strings.Contains(ErrPermission.Error(), "group input") {
		t.Error("the sentence does not name the group")
	}
}

func TestEventLayout(t *testing.T) {
	want := 16
	if unsafe.Sizeof(uintptr(0)) == 8 {
		want = 24
	}
	if eventSize != want {
		t.Errorf("an event has %d bytes, want %d", eventSize, want)
	}
	for number, want := range map[uint]uint{ // as the C headers give them
		evdev(write, 0x90, 4): 0x40044590, evdev(write, 0xa0, 4): 0x400445a0,
		evdev(write, 0x93, 16): 0x40104593, evdev(read, 0x21, 96): 0x80604521,
	} {
		if number != want {
			t.Errorf("ioctl %#x, want %#x", number, want)
		}
	}
}

// A thread's priority is its own again after Run, whether or not the user may
// raise it.
func TestHurry(t *testing.T) {
	type priorities struct{ before, during, after int }
	ended := make(chan priorities)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread dies here
		var p priorities
		p.before, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
		calm := hurry()
		p.during, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
		calm()
		p.after, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
		ended <- p
	}()
	p := <-ended
	if p.before != p.after || p.during != p.before && p.during != 30 { // 20 minus -10
		t.Errorf("priorities %+v", p)
	}
	t.Logf("%+v", p)
}
