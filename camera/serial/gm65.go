package serial

import (
	"bytes"
	"encoding/binary"
)

// The modules of the GM65 type (GROW GM65, GM805, GM812; sold by Waveshare and
// others) are set through bytes in a small memory, the "zones". A command is
//
//	7E 00 | kind | length | address, 2 bytes | data | CRC, 2 bytes
//
// and its answer 02 00 | 00 | length | data | CRC. Numbers are big-endian. Which
// address means what differs by model: those here are of the GM65; for another
// one see the manual that came with it, and use GM65Read and GM65Write.
const (
	gm65Read  = 0x07
	gm65Write = 0x08
	gm65Save  = 0x09
)

// Zones of the GM65.
const (
	gm65Settings = 0x0000 // bits 1–0: GM65Mode
	gm65Trigger  = 0x0002
	gm65Rate     = 0x002A
)

// GM65Mode is when a module reads.
type GM65Mode byte

// When a module reads.
const (
	GM65Manual     GM65Mode = iota // while its button is down
	GM65Command                    // from GM65Start on
	GM65Continuous                 // always
	GM65Induction                  // when something moves in front of it
)

func gm65(kind byte, address uint16, data ...byte) []byte {
	b := []byte{0x7E, 0x00, kind, byte(len(data))}
	b = binary.BigEndian.AppendUint16(b, address)
	b = append(b, data...)
	return binary.BigEndian.AppendUint16(b, xmodem(b[2:]))
}

// GM65Start starts a scan; the module stops by itself after one or after a time.
func GM65Start() []byte { return gm65(gm65Write, gm65Trigger, 1) }

// GM65Stop stops it before that.
func GM65Stop() []byte { return gm65(gm65Write, gm65Trigger, 0) }

// GM65Read asks for count bytes from an address on.
func GM65Read(address uint16, count byte) []byte { return gm65(gm65Read, address, count) }

// GM65Write sets bytes from an address on, until the power is cut; data has at
// most 255 bytes, more are not sent.
func GM65Write(address uint16, data ...byte) []byte {
	return gm65(gm65Write, address, data[:min(len(data), 255)]...)
}

// GM65Save keeps the settings through a power cut.
func GM65Save() []byte { return gm65(gm65Save, 0, 0) }

// GM65ReadMode asks for the byte that SetGM65Mode needs.
func GM65ReadMode() []byte { return GM65Read(gm65Settings, 1) }

// SetGM65Mode sets when the module reads. The same byte holds its light and its
// beep: settings is what the module answered to GM65ReadMode.
func SetGM65Mode(settings byte, mode GM65Mode) []byte {
	return GM65Write(gm65Settings, settings&^3|byte(mode&3))
}

// GM65ReadRate asks for the two bytes of the baud rate.
func GM65ReadRate() []byte { return GM65Read(gm65Rate, 2) }

// GM65Set9600 sets the baud rate to 9600.
func GM65Set9600() []byte { return GM65Write(gm65Rate, 0x39, 0x01) }

// GM65Answer returns the data of an answer, and false when it is none or damaged.
func GM65Answer(b []byte) (data []byte, ok bool) {
	rest, ok := bytes.CutPrefix(b, []byte{0x02, 0x00})
	if !ok || len(rest) < 4 || rest[0] != 0 || len(rest) != 4+int(rest[1]) {
		return nil, false
	}
	end := len(rest) - 2
	if xmodem(rest[:end]) != binary.BigEndian.Uint16(rest[end:]) {
		return nil, false
	}
	return rest[2:end], true
}

// xmodem is the CRC-16 with polynomial 0x1021 and start value 0 (ITU-T V.41, as
// XMODEM uses it).
func xmodem(b []byte) (crc uint16) {
	for _, c := range b {
		crc ^= uint16(c) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			crc <<= 1
			if carry {
				crc ^= 0x1021
			}
		}
	}
	return crc
}
