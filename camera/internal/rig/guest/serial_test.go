//go:build guest

package guest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"chot/camera/internal/rig"
	"chot/camera/serial"

	"golang.org/x/sys/unix"
)

func TestUSBSerial(t *testing.T) {
	load(t, "xhci-pci", "")
	load(t, "ftdi_sio", "")
	await(t, "/dev/ttyUSB0", func() bool { return exists("/dev/ttyUSB0") })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	lines, states, ended := make(chan string, 2000), make(chan serial.State, 100), make(chan error, 1)
	go func() {
		ended <- serial.Keep(ctx, "/dev/ttyUSB0,115200", func(l serial.Line) error {
			if l.Err != nil {
				return l.Err
			}
			lines <- string(l.Bytes)
			return nil
		}, func(s serial.State) { states <- s })
	}()
	up := func() {
		t.Helper()
		for s := range states {
			if s.Up {
				return
			}
			t.Logf("down: %v", s.Err)
		}
	}
	expect := func(want string) {
		t.Helper()
		select {
		case got := <-lines:
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		case err := <-ended:
			t.Fatalf("ended with %v", err)
		}
	}
	up()
	host("send usb0 %q", "001190123456|one\r\n")
	expect("001190123456|one")
	host("send usb0 %q", "without a suffix")
	expect("without a suffix")
	host("send usb0 %q", "\x02framed\x03\r\n")
	expect("framed")
	var many strings.Builder
	for i := range 500 {
		fmt.Fprintf(&many, "%05d-ABCDEFGHIJ\r\n", i)
	}
	host("send usb0 %q", many.String())
	for i := range 500 {
		expect(fmt.Sprintf("%05d-ABCDEFGHIJ", i))
	}

	// An idle line is no unplug, and no processor spins on it.
	before, began := processorTime(t), time.Now()
	time.Sleep(3 * time.Second)
	rests(t, "an idle line", before, began)
	if len(lines) > 0 || len(states) > 0 {
		t.Errorf("an idle line gives %d lines and %d reports", len(lines), len(states))
	}
	host("send usb0 %q", "still there\r")
	expect("still there")

	for range 2 {
		before, began := processorTime(t), time.Now()
		host("unplug usb0")
		s := <-states
		if s.Up || !errors.Is(s.Err, serial.ErrUnplugged) {
			t.Fatalf("unplugged, reported %+v", s)
		}
		await(t, "the port to go", func() bool { return !exists("/dev/ttyUSB0") })
		nothingHeld(t, "/dev/ttyUSB")
		for range 3 {
			if s := <-states; s.Up || !errors.Is(s.Err, serial.ErrNoPort) {
				t.Errorf("without a port, reported %+v", s)
			}
		}
		rests(t, "an unplugged reader", before, began)
		host("plug usb0")
		up()
		host("send usb0 %q", "after\r")
		expect("after")
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	nothingHeld(t, "/dev/ttyUSB")
}

// serialLines is how many lines TestSerialLoses sends.
var serialLines = number("LINES", 10_000)

// Many lines at 115200 baud, and every now and then the reader is unplugged: each
// comes once, whole and in order. The host numbers them.
func TestSerialLoses(t *testing.T) {
	load(t, "xhci-pci", "")
	load(t, "ftdi_sio", "")
	await(t, "/dev/ttyUSB0", func() bool { return exists("/dev/ttyUSB0") })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines, states, ended := make(chan string, 1000), make(chan serial.State, 100), make(chan error, 1)
	go func() {
		ended <- serial.Keep(ctx, "/dev/ttyUSB0,115200", func(l serial.Line) error {
			if l.Err != nil {
				lines <- "! " + l.Err.Error()
			} else {
				lines <- string(l.Bytes)
			}
			return nil
		}, func(s serial.State) { states <- s })
	}()
	up := func() {
		for s := range states {
			if s.Up {
				return
			}
		}
	}
	up()
	// receive takes the lines from one number to another and counts those that
	// did not come as they were sent.
	receive := func(from, to int) (lost int) {
		t.Helper()
		for want := from; want < to; {
			patience := time.NewTimer(30 * time.Second)
			select {
			case got := <-lines:
				var n int
				if _, err := fmt.Sscanf(got, "%d", &n); err != nil || n < want || n >= to || got != fmt.Sprintf(rig.NumberedLine, n) {
					t.Logf("waiting for line %d, got %q", want, got)
					lost++
					continue
				}
				lost += n - want
				want = n + 1
			case err := <-ended:
				t.Fatalf("ended with %v", err)
			case <-patience.C:
				return lost + to - want
			}
			patience.Stop()
		}
		return lost
	}
	began, lost, unplugs := time.Now(), 0, 0
	const batch = 250
	for from := 0; from < serialLines; from += batch {
		host("lines usb0 %d %d", from, batch)
		lost += receive(from, from+batch)
		if from/batch%4 != 3 {
			continue
		}
		host("unplug usb0")
		if s := <-states; s.Up || !errors.Is(s.Err, serial.ErrUnplugged) {
			t.Fatalf("unplugged, reported %+v", s)
		}
		await(t, "the port to go", func() bool { return !exists("/dev/ttyUSB0") })
		host("plug usb0")
		unplugs++
		up()
	}
	t.Logf("%d lines with %d unplugs in between in %v: %d lost", serialLines, unplugs, time.Since(began).Round(time.Second), lost)
	if lost > 0 || len(lines) > 0 {
		t.Errorf("%d lines lost, %d too many", lost, len(lines))
	}
	// The control: of three lines the host leaves one out.
	host("lines usb0 0 1")
	host("lines usb0 2 1")
	if n := receive(0, 3); n != 1 {
		t.Errorf("one line was not sent, and %d count as lost", n)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	nothingHeld(t, "/dev/ttyUSB")
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// rests fails the test when the program has been busy for more than half of the
// time: a loop that spins is for all of it.
func rests(t *testing.T, what string, before time.Duration, began time.Time) {
	t.Helper()
	busy, took := processorTime(t)-before, time.Since(began)
	t.Logf("%s: %v of processor time in %v", what, busy, took)
	if busy > took/2 {
		t.Errorf("%s keeps a processor busy", what)
	}
}

// A UART on the board: it cannot be unplugged, and ports that have no chip
// behind them can be opened no more than a missing one.
func TestUART(t *testing.T) {
	if _, err := serial.Open("/dev/ttyS3"); !errors.Is(err, serial.ErrUnplugged) && !errors.Is(err, serial.ErrNoPort) {
		t.Errorf("a UART that is not there gives %v", err)
	}
	p, err := serial.Open("/dev/ttyS1,9600")
	if err != nil {
		t.Fatal(err)
	}
	host("send pci0 %q", "first\rsecond")
	var got []string
	err = p.Run(t.Context(), func(l serial.Line) error {
		if got = append(got, string(l.Bytes)); len(got) == 2 {
			return errEnough
		}
		return nil
	})
	if err != errEnough || strings.Join(got, " ") != "first second" {
		t.Errorf("got %q, ended with %v", got, err)
	}
}
