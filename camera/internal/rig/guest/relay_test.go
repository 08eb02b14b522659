//go:build guest

package guest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"chot/camera/internal/rig/pins"
	"chot/ui/relay"

	"golang.org/x/sys/unix"
)

// chip finds the adapter's second bank.
func chip() string {
	nodes, _ := filepath.Glob("/dev/gpiochip*")
	for _, node := range nodes {
		f, err := os.Open(node)
		if err != nil {
			continue
		}
		var info unix.GPIOChipInfo
		const getChipInfo = 0x8044b401
		unix.Syscall(unix.SYS_IOCTL, f.Fd(), getChipInfo, uintptr(unsafe.Pointer(&info)))
		f.Close()
		if strings.HasPrefix(string(info.Label[:]), pins.Label) {
			return node
		}
	}
	return ""
}

// A relay board on a USB serial converter, and one on a UART: the host reads what
// the board would get.
func TestRelayBoard(t *testing.T) {
	load(t, "xhci-pci", "")
	load(t, "ftdi_sio", "")
	await(t, "/dev/ttyUSB0", func() bool { return exists("/dev/ttyUSB0") })
	for line, spec := range map[string]string{"usb0": "serial:/dev/ttyUSB0@9600,lcus1", "pci0": "serial:/dev/ttyS1@9600,lcus1"} {
		out, err := relay.OpenOutput(spec)
		if err != nil {
			t.Fatal(err)
		}
		host("expect %s %q", line, relay.LCUS(1, false)) // off from the first moment on
		if _, err := (relay.Gate{Open: out, Pulse: 50 * time.Millisecond}).Admit(t.Context()); err != nil {
			t.Error(err)
		}
		host("expect %s %q", line, append(relay.LCUS(1, true), relay.LCUS(1, false)...))
		if line == "usb0" { // unplugged and plugged in again
			host("unplug usb0")
			await(t, "the board to go", func() bool { return !exists("/dev/ttyUSB0") })
			if err := out.Set(true); !errors.Is(err, relay.ErrAway) && !errors.Is(err, relay.ErrNoDevice) {
				t.Errorf("unplugged, it gives %v", err)
			}
			host("plug usb0")
			await(t, "the board to come back", func() bool { return exists("/dev/ttyUSB0") })
			if err := out.Set(true); err != nil {
				t.Errorf("plugged in again, it gives %v", err)
			}
			host("expect usb0 %q", relay.LCUS(1, true))
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
		host("expect %s %q", line, relay.LCUS(1, false)) // closing switches off
	}
	nothingHeld(t, "/dev/tty")
}

func TestGPIO(t *testing.T) {
	for _, module := range []string{"vhci-hcd", "viperboard", "gpio-viperboard"} {
		load(t, module, "")
	}
	changes := make(chan uint16, 100)
	adapter, err := pins.Plug(func(all uint16) { changes <- all })
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the GPIO chip", func() bool { return chip() != "" })
	spec := "gpio:" + chip()
	expect := func(want ...uint16) {
		t.Helper()
		got := []uint16{}
		for range want {
			got = append(got, <-changes)
		}
		if !slices.Equal(got, want) || len(changes) > 0 {
			t.Errorf("the pins were %b, want %b", got, want)
		}
	}

	open, err := relay.OpenOutput(spec + ",3")
	if err != nil {
		t.Fatal(err)
	}
	expect(0) // off from the first moment on
	shut, err := relay.OpenOutput(spec + ",5,low")
	if err != nil {
		t.Fatal(err)
	}
	expect(1 << 5) // off is high
	adapter.Put(7, true)
	arm, err := relay.OpenInput(spec + ",7,low")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := relay.OpenOutput(spec + ",3"); !errors.Is(err, relay.ErrBusy) {
		t.Errorf("a line in use gives %v", err)
	}
	if _, err := relay.OpenOutput(spec + ",16"); !errors.Is(err, relay.ErrSpec) {
		t.Errorf("a line that is not there gives %v", err)
	}

	gate := relay.Gate{Open: open, Shut: shut, Pulse: 100 * time.Millisecond, Arm: arm, Within: time.Minute}
	passed := make(chan string)
	go func() {
		p, err := gate.Admit(t.Context())
		passed <- fmt.Sprint(p, err)
	}()
	expect(1<<5|1<<3, 1<<5)
	adapter.Put(7, false) // to ground: the arm turns
	if got := <-passed; got != "turned <nil>" {
		t.Errorf("somebody passed: %s", got)
	}
	adapter.Put(7, true)
	gate.Within = 200 * time.Millisecond
	if p, err := gate.Admit(t.Context()); p != relay.NotTurned || err != nil {
		t.Errorf("nobody passed: %v, %v", p, err)
	}
	expect(1<<5|1<<3, 1<<5)
	if err := gate.Refuse(t.Context()); err != nil {
		t.Error(err)
	}
	expect(0, 1<<5)

	if err := open.Set(true); err != nil {
		t.Error(err)
	}
	expect(1<<5 | 1<<3)
	if err := open.Close(); err != nil {
		t.Error(err)
	}
	expect(1 << 5) // closing switches off
	again, err := relay.OpenOutput(spec + ",3")
	if err != nil {
		t.Fatal(err)
	}
	expect(1 << 5)
	adapter.Unplug()
	await(t, "the chip to go", func() bool { return chip() == "" })
	if err := again.Set(true); !errors.Is(err, relay.ErrAway) {
		t.Errorf("unplugged, it gives %v", err)
	}
	for _, l := range []interface{ Close() error }{again, shut, arm} {
		l.Close()
	}
	nothingHeld(t, "/dev/gpiochip")
	if _, err := relay.OpenOutput(spec + ",3"); !errors.Is(err, relay.ErrNoDevice) {
		t.Errorf("opening what is gone gives %v", err)
	}
}
