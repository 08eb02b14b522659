//go:build linux && !android

package wedge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"chot/camera/internal/rig/typist"

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
	procs := runtime.GOMAXPROCS(0)
	ended := make(chan priorities)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread dies here
		var p priorities
		p.before, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
		calm := hurry()
		p.during, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
		if n := runtime.GOMAXPROCS(0); n != procs+1 {
			t.Errorf("%d processors, before %d", n, procs)
		}
		calm()
		p.after, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
		ended <- p
	}()
	p := <-ended
	if p.before != p.after || p.during != p.before && p.during != 30 { // 20 minus -10
		t.Errorf("priorities %+v", p)
	}
	if n := runtime.GOMAXPROCS(0); n != procs {
		t.Errorf("%d processors are left, before %d", n, procs)
	}
	t.Logf("%+v", p)
}

// A thousand bursts without any pause, through the same reading as a device's: all
// arrive, each exactly. One whose key is left out is seen to differ.
func TestBurstsBackToBack(t *testing.T) {
	// Of a device one reads whole events; so it is with a socket of this type.
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	far := os.NewFile(uintptr(ends[1]), "keys")
	r := &Reader{path: "socket", fd: ends[0], file: os.NewFile(uintptr(ends[0]), "socket")}
	const bursts = 1000
	text := func(i int) string {
		return fmt.Sprintf("%04d%s", i, strings.Repeat("DN4010112345678|4e677579e1bb85|$~", 6)[:173])
	}
	written := make(chan error, 1)
	go func() {
		defer far.Close()
		for i := range bursts + 1 {
			var report []event
			keys := typist.ASCII(text(i)+"\r", nil)
			if i == bursts {
				keys = append(keys[:4], keys[6:]...) // the control
			}
			for _, k := range keys {
				e := event{kind: evKey, code: k.Code}
				if k.Down {
					e.value = keyDown
				}
				e.at = unix.NsecToTimeval(int64(monotonic()))
				report = append(report, e, event{at: e.at, kind: evSyn, code: synReport})
			}
			for part := range slices.Chunk(report, 64) { // what the kernel holds
				if _, err := far.Write(unsafe.Slice((*byte)(unsafe.Pointer(&part[0])), len(part)*eventSize)); err != nil {
					written <- err
					return
				}
			}
		}
		written <- nil
	}()
	n, differ := 0, 0
	err = r.Run(t.Context(), func(l Line) error {
		if l.Err != nil || string(l.Bytes) != text(n) {
			differ++
			if n < bursts {
				t.Errorf("burst %d is %q, %v", n, l.Bytes, l.Err)
			}
		}
		n++
		return nil
	})
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, ErrUnplugged) || n != bursts+1 || differ != 1 {
		t.Errorf("%d bursts, %d differ, ended with %v", n, differ, err)
	}
}
