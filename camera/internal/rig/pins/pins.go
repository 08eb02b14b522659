//go:build linux && !android

package pins

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Label is what the kernel calls the bank's chip.
const Label = "viperboard gpio b"

// Adapter is an adapter that is plugged in.
type Adapter struct {
	conn *os.File
	wg   sync.WaitGroup

	mu        sync.Mutex
	direction uint16 // 1: output
	output    uint16
	input     uint16
	switched  func(pins uint16) // told of every change of the outputs
}

// Plug plugs an adapter in. switched, when not nil, is told of every change of the
// outputs; it must not call the adapter.
func Plug(switched func(pins uint16)) (*Adapter, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	defer unix.Close(pair[0]) // the kernel keeps its own reference
	if err := unix.SetNonblock(pair[1], true); err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	a := &Adapter{conn: os.NewFile(uintptr(pair[1]), "usbip"), switched: switched}
	for port := range 8 {
		const device, fullSpeed = 1<<16 | 3, 2
		line := fmt.Sprintf("%d %d %d %d", port, pair[0], device, fullSpeed)
		if err = os.WriteFile("/sys/devices/platform/vhci_hcd.0/attach", []byte(line), 0); err == nil {
			break
		}
	}
	if err != nil {
		a.conn.Close()
		return nil, fmt.Errorf("attach to vhci_hcd: %w", err)
	}
	a.wg.Go(a.serve)
	return a, nil
}

// Put puts a voltage on a pin, or takes it off.
func (a *Adapter) Put(pin int, high bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.input &^= 1 << pin
	if high {
		a.input |= 1 << pin
	}
}

// Unplug pulls the cable.
func (a *Adapter) Unplug() {
	a.conn.Close()
	a.wg.Wait()
}

// serve answers the host's requests until the cable is pulled (the kernel's
// usbip_protocol.rst). All are on endpoint 0 and are answered at once.
func (a *Adapter) serve() {
	h := make([]byte, 48)
	for {
		if _, err := io.ReadFull(a.conn, h); err != nil {
			return
		}
		r := make([]byte, len(h))
		copy(r[4:8], h[4:8])
		var answer []byte
		if command := binary.BigEndian.Uint32(h); command == 2 { // unlink: too late
			binary.BigEndian.PutUint32(r, 4)
		} else {
			length := int(binary.BigEndian.Uint32(h[24:]))
			var out []byte
			if in := binary.BigEndian.Uint32(h[12:]) == 1; !in {
				out = make([]byte, length)
				if _, err := io.ReadFull(a.conn, out); err != nil {
					return
				}
			}
			status := 0
			if status, answer = a.control(h[40:48], out); len(answer) > length {
				answer = answer[:length]
			}
			binary.BigEndian.PutUint32(r, 3)
			binary.BigEndian.PutUint32(r[20:], uint32(int32(status)))
			binary.BigEndian.PutUint32(r[24:], uint32(max(len(answer), len(out))))
		}
		if _, err := a.conn.Write(append(r, answer...)); err != nil {
			return
		}
	}
}

var (
	deviceDescriptor = []byte{18, 1, 0, 2, 0xff, 0, 0, 64, 0x58, 0x20, 0x05, 0x10, 0, 1, 0, 0, 0, 1}
	configuration    = []byte{9, 2, 18, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0xff, 0, 0, 0}
)

// Requests of the adapter (the kernel's include/linux/mfd/viperboard.h).
const (
	gpioB  = 0xdd
	setDir = 0
)

func (a *Adapter) control(setup, out []byte) (status int, answer []byte) {
	kind, request := setup[0], setup[1]
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case kind == 0x80 && request == 6 && setup[3] == 1:
		return 0, deviceDescriptor
	case kind == 0x80 && request == 6 && setup[3] == 2:
		return 0, configuration
	case kind&0xe0 == 0x80 && request == 0:
		return 0, []byte{0, 0}
	case kind < 3: // SET_CONFIGURATION, SET_INTERFACE…
		return 0, nil
	case kind == 0xc0 && request == gpioB:
		b := binary.BigEndian.AppendUint16([]byte{0}, a.input&^a.direction|a.output&a.direction)
		return 0, append(b, 0, 0)
	case kind == 0x40 && request == gpioB && len(out) == 5:
		value, mask := binary.BigEndian.Uint16(out[1:]), binary.BigEndian.Uint16(out[3:])
		if out[0] == setDir {
			a.direction = a.direction&^mask | value&mask
			return 0, nil
		}
		a.output = a.output&^mask | value&mask
		if a.switched != nil {
			a.switched(a.output)
		}
		return 0, nil
	case kind&0x60 == 0x40: // the version, the other bank
		return 0, make([]byte, binary.LittleEndian.Uint16(setup[6:]))
	}
	return -int(unix.EPIPE), nil
}
