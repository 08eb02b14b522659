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
