//go:build guest

package guest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"chot/camera/internal/rig/typist"
	"chot/camera/wedge"

	"golang.org/x/sys/unix"
)

// wedged keeps a reader; the channels give its lines and what is reported.
func wedged(ctx context.Context, spec string) (lines chan string, states chan wedge.State, ended chan error) {
	lines, states, ended = make(chan string, 2000), make(chan wedge.State, 100), make(chan error, 1)
	go func() {
		ended <- wedge.Keep(ctx, spec, func(l wedge.Line) error {
			if l.Err != nil {
				lines <- "! " + l.Err.Error()
			} else {
				lines <- string(l.Bytes)
			}
			return nil
		}, func(s wedge.State) { states <- s })
	}()
	return lines, states, ended
}

// A USB keyboard, with the kernel's own USB and HID drivers.
func TestWedge(t *testing.T) {
	for _, module := range []string{"xhci-pci", "usbhid", "hid-generic", "evdev"} {
		load(t, module, "")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines, states, ended := wedged(ctx, "QEMU USB keyboard")
	if s := <-states; s.Up || !errors.Is(s.Err, wedge.ErrNoReader) {
		t.Errorf("without a reader, reported %+v", s)
	}
	for round := range 2 {
		host("plug kbd0")
		for s := range states {
			if s.Up {
				break
			}
		}
		found, err := wedge.List()
		if err != nil || !strings.Contains(fmt.Sprintf("%+v", found), "QEMU USB Keyboard") {
			t.Errorf("found %+v, %v", found, err)
		}
		path := ""
		for _, d := range found {
			if strings.Contains(d.Name, "QEMU") {
				path = d.Path
			}
			if d.Reader {
				t.Errorf("a person's keyboard passes for a reader: %+v", d)
			}
		}
		if _, err := wedge.Open(path); !errors.Is(err, wedge.ErrBusy) {
			t.Errorf("a second program gets %v", err)
		}
		got := "!"
		for strings.HasPrefix(got, "!") { // the host may be too busy to type
			host("type kbd0 ret shift-a b 1 shift-backslash shift-4 ret")
			got = <-lines
		}
		if got != "Ab1|$" {
			t.Errorf("got %q", got)
		}
		if round > 0 {
			break
		}
		host("type kbd0 h a l f")
		host("unplug kbd0")
		s := <-states
		if s.Up || !errors.Is(s.Err, wedge.ErrUnplugged) {
			t.Errorf("unplugged, reported %+v", s)
		}
		nothingHeld(t, "/dev/input")
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	nothingHeld(t, "/dev/input")
	host("unplug kbd0")
	for len(lines) > 0 {
		t.Errorf("and %q", <-lines) // half a line
	}
}

// scan is as long as a health insurance card's code.
var scan = strings.Repeat("DN4010112345678|4e677579e1bb85|$~", 6)[:177]

// bursts is how many scans of 178 keys are typed, a millisecond a key.
var bursts = number("BURSTS", 50)

// stall is a pause between two keys after which the virtual machine, not the
// typist, is what is seen: half of what a reader may pause.
const stall = 250 * time.Millisecond

func TestWedgeBursts(t *testing.T) {
	oneProcessor(t)
	k := keyboardNamed(t, "Chot Barcode Scanner")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines, states, ended := wedged(ctx, "auto")
	for s := range states {
		if s.Up {
			break
		}
	}
	// Each scan comes exactly, or is said to be lost: never a part of one.
	lost, took := 0, time.Duration(0)
	scanned := func(keys []typist.Key, want string) (whole, inPace bool) {
		t.Helper()
		began := time.Now()
		inPace = k.press(t, keys, time.Millisecond) < stall
		took += time.Since(began)
		got := <-lines
		for got == "in step" {
			got = <-lines
		}
		if got == want {
			return true, inPace
		}
		t.Logf("got %.200q", got)
		for got != "in step" { // more may come of what was lost
			if !strings.HasPrefix(got, "! ") {
				t.Errorf("got %q, want %q", got, want)
			}
			k.press(t, typist.ASCII("\rin step\r", nil), 5*time.Millisecond)
			got = <-lines
		}
		return false, inPace
	}
	stalled := 0
	for i := 0; i < bursts; i++ {
		want := fmt.Sprintf("%d%s", i%10, scan)
		whole, inPace := scanned(typist.ASCII(want+"\r", nil), want)
		switch {
		case !inPace && stalled < bursts: // these were no keys a millisecond apart: once more
			stalled++
			i--
		case !whole:
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d bursts lost", lost, bursts)
	}
	t.Logf("%d bursts of %d characters, %v a key, %d lost; %d more in which the machine stood still", bursts, len(scan)+1, took/time.Duration((bursts+stalled)*(len(scan)+1)), lost, stalled)

	// Vietnamese, by ALT codes; and the light follows.
	const name = "Nguyễn Thị Ví Dụ, Đường Ơ"
	for _, other := range []func(rune) []typist.Key{typist.Unicode, typist.UTF8} {
		for whole := false; !whole; {
			whole, _ = scanned(typist.ASCII(name+"\r", other), name)
		}
	}
	for whole := false; !whole; { // in step
		whole, _ = scanned(typist.ASCII("plain\r", nil), "plain")
	}
	k.press(t, append(typist.Press(typist.CapsLock), typist.ASCII("ab1\r", nil)...), 5*time.Millisecond)
	if got := <-lines; got != "AB1" && !strings.HasPrefix(got, "! ") {
		t.Errorf("got %q", got)
	}
	await(t, "the Caps Lock light", func() bool { return k.light(t) })
	k.press(t, typist.ASCII("\rno end", nil), 5*time.Millisecond)
	if got := <-lines; !strings.HasPrefix(got, "! ") {
		t.Errorf("got %q", got)
	}
	k.Close() // unplugged
	for s := range states {
		if errors.Is(s.Err, wedge.ErrUnplugged) {
			break
		}
		t.Errorf("reported %+v", s)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	nothingHeld(t, "/dev/input")
}

// A program that does not come to read in time loses keys: it must know.
func TestWedgeDrops(t *testing.T) {
	k := keyboardNamed(t, "Chot Barcode Scanner")
	defer k.Close()
	await(t, "the keyboard's node", func() bool {
		found, err := wedge.List()
		return err == nil && len(found) > 0 && found[len(found)-1].Reader && exists(found[len(found)-1].Path)
	})
	found, _ := wedge.List()
	path := found[len(found)-1].Path
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	denied := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread dies here
		unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534)
		_, err := wedge.Open(path)
		denied <- err
	}()
	if err := <-denied; !errors.Is(err, wedge.ErrPermission) {
		t.Errorf("another user gets %v", err)
	}

	r, err := wedge.Open(path + ",silence")
	if err != nil {
		t.Fatal(err)
	}
	k.press(t, typist.ASCII(scan+"\r", nil), 0) // nobody reads
	var got []string
	err = r.Run(t.Context(), func(l wedge.Line) error {
		if l.Err != nil {
			got = append(got, "!"+l.Err.Error())
			k.press(t, typist.ASCII("\rnext", nil), time.Millisecond)
			return nil
		}
		got = append(got, string(l.Bytes))
		return errEnough
	})
	if err != errEnough || len(got) != 2 || got[0] != "!"+wedge.ErrDropped.Error() || got[1] != "next" {
		t.Errorf("got %q, ended with %v", got, err)
	}
	nothingHeld(t, "/dev/input")
}
