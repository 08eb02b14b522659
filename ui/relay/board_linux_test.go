//go:build linux && !android

package relay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// board is the far end of a real terminal, where the relay board would be.
func board(t *testing.T) (far *os.File, path string) {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	if err := unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return far, fmt.Sprintf("/dev/pts/%d", n)
}

func expect(t *testing.T, far *os.File, want ...[]byte) {
	t.Helper()
	for _, w := range want {
		got := make([]byte, len(w))
		if _, err := io.ReadFull(far, got); err != nil || string(got) != string(w) {
			t.Fatalf("the board gets % X, %v, want % X", got, err, w)
		}
	}
}

func TestBoard(t *testing.T) {
	for _, c := range []struct {
		spec    string
		on, off []byte
	}{
		{",lcus1", LCUS(1, true), LCUS(1, false)},
		{"@115200,lcus2", LCUS(2, true), LCUS(2, false)},
		// Bytes that a terminal would swallow or change: XON, XOFF, CR, LF, EOF, ^C.
		{",11130d0a0403ff,7f1c15", []byte("\x11\x13\r\n\x04\x03\xff"), []byte("\x7f\x1c\x15")},
	} {
		far, path := board(t)
		out, err := OpenOutput("serial:" + path + c.spec)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, far, c.off) // from the beginning on
		if _, err := (Gate{Open: out, Pulse: time.Millisecond}).Admit(t.Context()); err != nil {
			t.Error(err)
		}
		expect(t, far, c.on, c.off)
		if err := out.Set(true); err != nil {
			t.Error(err)
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
		expect(t, far, c.on, c.off)
		if err := out.Set(true); !errors.Is(err, os.ErrClosed) {
			t.Errorf("a closed relay gives %v", err)
		}
	}
}

// Two relays of one board stand on one port, under whatever name: it is opened
// once, since it is opened for one program alone; each command arrives whole; and
// it is closed with the last relay.
func TestRelaysOfOneBoard(t *testing.T) {
	far, path := board(t)
	link := filepath.Join(t.TempDir(), "by-id")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	var ports Ports
	first, err := ports.Output("serial:" + link + ",lcus1")
	if err != nil {
		t.Fatal(err)
	}
	second, err := ports.Output("serial:" + path + ",lcus2")
	if err != nil {
		t.Fatal(err)
	}
	if n := holders(t, path); n != 1 {
		t.Errorf("the port is open %d times", n)
	}
	if _, err := ports.Output("serial:" + path + "@115200,lcus3"); !errors.Is(err, ErrSpec) {
		t.Errorf("two rates at once give %v", err)
	}
	expect(t, far, LCUS(1, false), LCUS(2, false))

	// Both at once, as an admission and a refusal may come.
	const times = 50
	told := map[string]int{}
	read := make(chan error, 1)
	go func() {
		for range 4 * times {
			command := make([]byte, 4)
			if _, err := io.ReadFull(far, command); err != nil {
				read <- err
				return
			}
			told[string(command)]++
		}
		read <- nil
	}()
	var both sync.WaitGroup
	for _, out := range []OutputCloser{first, second} {
		both.Go(func() {
			for range times {
				if err := errors.Join(out.Set(true), out.Set(false)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	for _, n := range []byte{1, 2} {
		if on, off := told[string(LCUS(n, true))], told[string(LCUS(n, false))]; on != times || off != times {
			t.Errorf("relay %d was switched on %d and off %d times, want %d", n, on, off, times)
		}
	}

	if err := first.Close(); err != nil {
		t.Error(err)
	}
	expect(t, far, LCUS(1, false))
	if err := errors.Join(second.Set(true), second.Close(), second.Close()); err != nil {
		t.Errorf("the other relay after the first was closed: %v", err)
	}
	expect(t, far, LCUS(2, true), LCUS(2, false))
	if n := holders(t, path); n != 0 {
		t.Errorf("closed, the port is open %d times", n)
	}
	again, err := ports.Output("serial:" + path + "@115200,lcus1")
	if err != nil {
		t.Fatalf("after all were closed: %v", err)
	}
	again.Close()
}

// holders counts how often this program has a device open.
func holders(t *testing.T, path string) (n int) {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range all {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && to == path {
			n++
		}
	}
	return n
}

func TestBoardUnplugged(t *testing.T) {
	link := filepath.Join(t.TempDir(), "relay") // as udev's /dev/serial/by-id
	far, path := board(t)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	out, err := OpenOutput("serial:" + link + ",lcus1")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, far, LCUS(1, false))
	far.Close()
	if err := out.Set(true); !errors.Is(err, ErrAway) && !errors.Is(err, ErrNoDevice) {
		t.Errorf("unplugged, it gives %v", err)
	}
	if p, err := (Gate{Open: out}).Admit(t.Context()); p != Unknown || err == nil {
		t.Errorf("admits with %v, %v", p, err)
	}
	far, path = board(t)
	os.Remove(link)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := out.Set(true); err != nil {
		t.Errorf("plugged in again, it gives %v", err)
	}
	expect(t, far, LCUS(1, true))
	far.Close()
	again, path := board(t) // unplugged and plugged in between two pulses
	os.Remove(link)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := out.Set(false); err != nil {
		t.Errorf("replugged unseen, it gives %v", err)
	}
	expect(t, again, LCUS(1, false))
	out.Close()
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for spec, want := range map[string]error{
		"serial:/dev/tty-that-is-not-there,lcus1": ErrNoDevice,
		"serial:" + file + ",lcus1":               ErrSpec,
		"serial:/dev/null,lcus1":                  ErrSpec,
		"serial:/dev/null@12345,lcus1":            ErrSpec,
		"serial:/dev/null":                        ErrSpec,
		"gpio:/dev/gpiochip-that-is-not-there,1":  ErrNoDevice,
		"gpio:/dev/null,1":                        ErrSpec,
	} {
		if out, err := OpenOutput(spec); out != nil || !errors.Is(err, want) {
			t.Errorf("%s gives %v, want %v", spec, err, want)
		}
	}
	if _, err := OpenInput("serial:/dev/null,lcus1"); !errors.Is(err, ErrSpec) {
		t.Errorf("a serial input gives %v", err)
	}
	if !errors.Is(openError("x", unix.EACCES), ErrPermission) || !errors.Is(openError("x", unix.EBUSY), ErrBusy) {
		t.Error("permission or another program's use has no sentence")
	}
	if !strings.Contains(ErrPermission.Error(), "group dialout") {
		t.Error("the sentence does not name the group")
	}
}
