//go:build linux && !android

package uvc

import (
	"encoding/binary"
	"slices"
)

const (
	// Between frames, in 100 ns: 20 frames a second, and 5.
	quick, slow = 500_000, 2_000_000

	maxPayload = 16 << 10

	formatYUYV = 1 // as numbered in the configuration
	formatMJPG = 2
)

// control is a video probe and commit control (UVC 4.3.1.1, version 1.0: 26
// bytes).
type control [controlLength]byte

const controlLength = 26

// interval is between a mode's frames.
func (m Model) interval(mode Mode) int {
	if m.SlowRaw && !mode.MJPG && mode.Width > 640 {
		return slow
	}
	return quick
}

// negotiate completes what the host asked for with what the camera does.
func (m Model) negotiate(ask []byte) (c control) {
	copy(c[:], ask)
	if c[2] != formatMJPG {
		c[2] = formatYUYV
	}
	if c[3] < 1 || int(c[3]) > len(Sizes) {
		c[3] = 1
	}
	mode := c.mode()
	binary.LittleEndian.PutUint32(c[4:], uint32(m.interval(mode)))
	binary.LittleEndian.PutUint32(c[18:], uint32(2*mode.Width*mode.Height))
	binary.LittleEndian.PutUint32(c[22:], maxPayload)
	return c
}

func (c control) mode() Mode {
	size := Sizes[c[3]-1]
	return Mode{MJPG: c[2] == formatMJPG, Width: size[0], Height: size[1]}
}

func u16(n int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(n)) }
func u32(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

// deviceDescriptor: USB 2.0, a miscellaneous device with interface associations.
var deviceDescriptor = []byte{18, 1, 0x00, 0x02, 0xef, 2, 1, 64, 0x09, 0x12, 0x01, 0x00, 0, 1, 1, 2, 3, 1}

func stringDescriptor(n int) []byte {
	if n == 0 {
		return []byte{4, 3, 0x09, 0x04} // English
	}
	text := []string{"Rig", "Rig camera", "1"}[(n-1)%3]
	b := []byte{byte(2 + 2*len(text)), 3}
	for _, c := range text {
		b = append(b, byte(c), 0)
	}
	return b
}

// classSpecific is a CS_INTERFACE descriptor (UVC 3.7, 3.9) with its length.
func classSpecific(subtype byte, fields ...[]byte) []byte {
	body := slices.Concat(fields...)
	return append([]byte{byte(3 + len(body)), 0x24, subtype}, body...)
}

// frames describes the sizes of one format (UVC Payload Uncompressed table 3-2,
// Payload MJPEG table 3-2: the same fields).
func (m Model) frames(subtype byte, mjpg bool) (b []byte) {
	for i, s := range Sizes {
		bytes := 2 * s[0] * s[1]
		interval := m.interval(Mode{mjpg, s[0], s[1]})
		rate := 10_000_000 / interval
		b = append(b, classSpecific(subtype, []byte{byte(i + 1), 0}, u16(s[0]), u16(s[1]),
			u32(8*bytes*rate), u32(8*bytes*rate), u32(bytes), u32(interval), []byte{1}, u32(interval))...)
	}
	return b
}

// configuration is one function of two interfaces: VideoControl with a camera
// terminal, a processing unit and an output terminal, VideoStreaming with two formats on a bulk
// endpoint.
func (m Model) configuration() []byte {
	yuy2 := []byte{'Y', 'U', 'Y', '2', 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71}
	colour := classSpecific(0x0d, []byte{1, 1, 4})
	formats := slices.Concat(
		classSpecific(0x04, []byte{formatYUYV, byte(len(Sizes))}, yuy2, []byte{16, 1, 0, 0, 0, 0}), m.frames(0x05, false), colour,
		classSpecific(0x06, []byte{formatMJPG, byte(len(Sizes)), 1, 1, 0, 0, 0, 0}), m.frames(0x07, true), colour,
	)
	const inputHeader = 15
	streaming := slices.Concat(
		classSpecific(0x01, []byte{2}, u16(inputHeader+len(formats)), []byte{0x81, 0, 2, 0, 0, 0, 1, 0, 0}), formats)

	terminal, processing := cameraControls, processingControls
	if m.Plain {
		terminal, processing = 0, 0
	}
	camera := classSpecific(0x02, []byte{cameraTerminal}, u16(0x0201), []byte{0, 0}, u16(0), u16(0), u16(0), []byte{3}, u32(terminal)[:3])
	unit := classSpecific(0x05, []byte{processingUnit, cameraTerminal}, u16(0), []byte{2}, u16(processing), []byte{0})
	output := classSpecific(0x03, []byte{outputTerminal}, u16(0x0101), []byte{0, processingUnit, 0})
	const controlHeader = 13
	controls := slices.Concat(
		classSpecific(0x01, u16(0x0100), u16(controlHeader+len(camera)+len(unit)+len(output)), u32(6_000_000), []byte{1, 1}), camera, unit, output)

	body := slices.Concat(
		[]byte{8, 11, 0, 2, 0x0e, 3, 0, 0}, // interface association: video interface collection
		[]byte{9, 4, 0, 0, 0, 0x0e, 1, 0, 0}, controls,
		[]byte{9, 4, 1, 0, 1, 0x0e, 2, 0, 0}, streaming,
		[]byte{7, 5, 0x81, 2, 0x00, 0x02, 0}, // bulk IN, 512 bytes
	)
	return slices.Concat([]byte{9, 2}, u16(9+len(body)), []byte{2, 1, 0, 0x80, 250}, body)
}
