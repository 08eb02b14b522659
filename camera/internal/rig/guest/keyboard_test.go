//go:build guest

package guest

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"chot/camera/internal/rig/typist"

	"golang.org/x/sys/unix"
)

// keyboard is a keyboard made of software, through the kernel's uinput: QEMU's
// own loses keys that come faster than every 30 ms.
type keyboard struct{ *os.File }

type inputEvent struct {
	at    unix.Timeval
	kind  uint16
	code  uint16
	value int32
}

const eventSize = int(unsafe.Sizeof(inputEvent{}))

func keyboardNamed(t *testing.T, name string) keyboard {
	t.Helper()
	load(t, "evdev", "")
	load(t, "uinput", "")
	f, err := os.OpenFile("/dev/uinput", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	set := func(number uintptr, value uintptr) {
		t.Helper()
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), number, value); errno != 0 {
			t.Fatalf("uinput %#x: %v", number, errno)
		}
	}
	// include/uapi/linux/uinput.h: UI_SET_EVBIT KEY, MSC, LED; UI_SET_KEYBIT…
	for _, kind := range []uintptr{1, 4, 0x11} {
		set(0x40045564, kind)
	}
	for key := range uintptr(128) {
		set(0x40045565, key)
	}
	set(0x40045568, 4) // UI_SET_MSCBIT MSC_SCAN
	set(0x40045569, 1) // UI_SET_LEDBIT LED_CAPSL
	setup := struct {
		bus, vendor, product, version uint16
		name                          [80]byte
		effects                       uint32
	}{bus: 3, vendor: 0x1234, product: 1}
	copy(setup.name[:], name)
	set(0x405c5503, uintptr(unsafe.Pointer(&setup))) // UI_DEV_SETUP
	set(0x5501, 0)                                   // UI_DEV_CREATE
	return keyboard{f}
}

// write writes events, and whatever they are the end of their report.
func (k keyboard) write(t *testing.T, events ...inputEvent) {
	t.Helper()
	events = append(events, inputEvent{})
	if _, err := k.File.Write(unsafe.Slice((*byte)(unsafe.Pointer(&events[0])), len(events)*eventSize)); err != nil {
		t.Fatal(err)
	}
}

// press presses keys, each so long after the one before and never sooner, with
// scan codes as USB keyboards send them. It waits by giving way, because a sleep
// of a millisecond takes several here. It returns the longest time between two
// keys.
func (k keyboard) press(t *testing.T, keys []typist.Key, apart time.Duration) (longest time.Duration) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	due, last := time.Now(), time.Now()
	for _, key := range keys {
		value := int32(0)
		if key.Down {
			value = 1
			for time.Now().Before(due) {
				unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
			}
			due = time.Now().Add(apart)
		}
		longest, last = max(longest, time.Since(last)), time.Now()
		k.write(t, inputEvent{kind: 4, code: 4, value: 0x70000 + int32(key.Code)}, inputEvent{kind: 1, code: key.Code, value: value})
	}
	return longest
}

// oneProcessor keeps this program to one of the machine's processors until the
// test ends. The host may stop one for longer than the kernel's 64 events last,
// and then it must not be the reader's alone.
func oneProcessor(t *testing.T) {
	t.Helper()
	keepTo := func(cpus ...int) {
		var set unix.CPUSet
		for _, cpu := range cpus {
			set.Set(cpu)
		}
		tasks, err := filepath.Glob("/proc/self/task/*")
		if err != nil || len(tasks) == 0 {
			t.Fatalf("%d threads, %v", len(tasks), err)
		}
		for _, task := range tasks {
			id, err := strconv.Atoi(filepath.Base(task))
			if err == nil {
				err = unix.SchedSetaffinity(id, &set)
			}
			if err != nil && err != unix.ESRCH { // a thread that has ended
				t.Fatal(err)
			}
		}
	}
	keepTo(0)
	t.Cleanup(func() { keepTo(0, 1) })
}

// light reads what the host last did to the Caps Lock light.
func (k keyboard) light(t *testing.T) (on bool) {
	t.Helper()
	b := make([]byte, eventSize)
	for {
		if _, err := k.File.Read(b); err != nil {
			t.Fatal(err)
		}
		var e inputEvent
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&e)), eventSize), bytes.Clone(b))
		if e.kind == 0x11 && e.code == 1 {
			return e.value != 0
		}
	}
}
