//go:build linux && !android

package uvc

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// Units of the video function, as numbered in the configuration.
const (
	cameraTerminal = 1
	outputTerminal = 2
	processingUnit = 3
)

// A Setting is one of the camera's controls, by unit and selector (UVC A.9.4,
// A.9.5).
type Setting uint16

// The controls the camera has (UVC 4.2.2.1, 4.2.2.3).
const (
	AutoExposure     Setting = cameraTerminal<<8 | 0x02 // 1 manual, 8 aperture priority
	ExposurePriority Setting = cameraTerminal<<8 | 0x03 // 1: the frame rate may fall in the dark
	Exposure         Setting = cameraTerminal<<8 | 0x04 // in 100 µs
	Focus            Setting = cameraTerminal<<8 | 0x06
	AutoFocus        Setting = cameraTerminal<<8 | 0x08
	Backlight        Setting = processingUnit<<8 | 0x01
	PowerLine        Setting = processingUnit<<8 | 0x05 // 0 off, 1 50 Hz, 2 60 Hz
)

// Bits of the controls in their units' descriptors (UVC 3.7.2.3, 3.7.2.5).
const (
	cameraControls     = 1<<1 | 1<<2 | 1<<3 | 1<<5 | 1<<17
	processingControls = 1<<8 | 1<<10
)

// setting is what a control can be and is.
type setting struct{ size, min, max, step, initial int }

var settings = map[Setting]setting{
	AutoExposure:     {1, 0, 0, 1 | 8, 8}, // step is the bitmap of modes (UVC table 4-10)
	ExposurePriority: {1, 0, 1, 1, 1},
	Exposure:         {4, 1, 5000, 1, 156},
	Focus:            {2, 0, 250, 5, 0},
	AutoFocus:        {1, 0, 1, 1, 1},
	Backlight:        {2, 0, 2, 1, 1},
	PowerLine:        {1, 0, 2, 1, 2},
}

// Set is what the host has set a control to, or its initial value.
func (c *Camera) Set(s Setting) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value(s)
}

func (c *Camera) value(s Setting) int {
	if v, ok := c.set[s]; ok {
		return v
	}
	return settings[s].initial
}

// adjust answers a request about a control; one the camera has not stalls.
func (c *Camera) adjust(s Setting, request byte, out []byte) (status int, answer []byte) {
	is, ok := settings[s]
	if !ok || c.model.Plain {
		return -int(unix.EPIPE), nil
	}
	number := func(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n))[:is.size] }
	switch request {
	case setCur:
		b := append(append([]byte(nil), out...), 0, 0, 0, 0)
		c.set[s] = int(binary.LittleEndian.Uint32(b) & (1<<(8*is.size) - 1))
		return 0, nil
	case getCur:
		return 0, number(c.value(s))
	case getMin:
		return 0, number(is.min)
	case getMax:
		return 0, number(is.max)
	case getRes:
		return 0, number(is.step)
	case getDef:
		return 0, number(is.initial)
	case getLen:
		return 0, []byte{byte(is.size), 0}
	case getInfo:
		return 0, []byte{3} // GET and SET
	}
	return -int(unix.EPIPE), nil
}
