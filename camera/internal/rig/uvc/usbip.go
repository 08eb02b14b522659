//go:build linux && !android

package uvc

import (
	"encoding/binary"
	"io"

	"golang.org/x/sys/unix"
)

// USB/IP messages have a header of 48 bytes, big endian: command, sequence
// number, device, direction, endpoint, then what the command needs.
const (
	headerSize = 48
	cmdUnlink  = 2
	retSubmit  = 3
	retUnlink  = 4
)

// serve answers the host's requests until the cable is pulled.
func (c *Camera) serve() {
	defer c.hangUp()
	h := make([]byte, headerSize)
	for {
		if _, err := io.ReadFull(c.conn, h); err != nil {
			return
		}
		seq := binary.BigEndian.Uint32(h[4:])
		if binary.BigEndian.Uint32(h) == cmdUnlink {
			c.unlink(seq, binary.BigEndian.Uint32(h[20:]))
			continue
		}
		in := binary.BigEndian.Uint32(h[12:]) == 1
		length := int(binary.BigEndian.Uint32(h[24:]))
		var out []byte
		if !in && length > 0 {
			out = make([]byte, length)
			if _, err := io.ReadFull(c.conn, out); err != nil {
				return
			}
		}
		c.mu.Lock()
		if binary.BigEndian.Uint32(h[16:]) == 0 {
			status, answer := c.control(h[40:48], out)
			c.reply(seq, status, answer, len(out))
		} else {
			c.waiting = append(c.waiting, transfer{seq, length})
			c.change.Broadcast()
		}
		c.mu.Unlock()
	}
}

// unlink takes a transfer back: -ECONNRESET says it was not done, 0 that its
// answer is already on the way.
func (c *Camera) unlink(seq, victim uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	status := 0
	for i, t := range c.waiting {
		if t.seq == victim {
			c.waiting = append(c.waiting[:i:i], c.waiting[i+1:]...)
			status = -int(unix.ECONNRESET)
			break
		}
	}
	h := make([]byte, headerSize)
	binary.BigEndian.PutUint32(h, retUnlink)
	binary.BigEndian.PutUint32(h[4:], seq)
	binary.BigEndian.PutUint32(h[20:], uint32(int32(status)))
	c.conn.Write(h)
}

// reply finishes a transfer, with the bytes read or the number of bytes written.
// It is called with the lock held. A failed write shows as the end of serve.
func (c *Camera) reply(seq uint32, status int, read []byte, written int) {
	h := make([]byte, headerSize, headerSize+len(read))
	binary.BigEndian.PutUint32(h, retSubmit)
	binary.BigEndian.PutUint32(h[4:], seq)
	binary.BigEndian.PutUint32(h[20:], uint32(int32(status)))
	binary.BigEndian.PutUint32(h[24:], uint32(max(len(read), written)))
	c.conn.Write(append(h, read...))
}

// Standard and class requests (USB 2.0 §9.4, UVC A.8).
const (
	getStatus     = 0x00
	getDescriptor = 0x06
	setCur        = 0x01
	getCur        = 0x81
	getMin        = 0x82
	getMax        = 0x83
	getRes        = 0x84
	getLen        = 0x85
	getInfo       = 0x86
	getDef        = 0x87

	vsProbe  = 1
	vsCommit = 2
)

// control answers a transfer on endpoint 0; a request it does not know stalls.
func (c *Camera) control(setup, out []byte) (status int, answer []byte) {
	kind, request := setup[0], setup[1]
	value, index := binary.LittleEndian.Uint16(setup[2:]), setup[4]
	limit := func(b []byte) []byte { return b[:min(len(b), int(binary.LittleEndian.Uint16(setup[6:])))] }
	switch selector := value >> 8; {
	case kind == 0x80 && request == getDescriptor:
		switch selector {
		case 1:
			return 0, limit(deviceDescriptor)
		case 2:
			return 0, limit(c.model.configuration())
		case 3:
			return 0, limit(stringDescriptor(int(value & 0xff)))
		}
	case kind&0xe0 == 0x80 && request == getStatus:
		return 0, []byte{0, 0}
	case kind < 3: // SET_CONFIGURATION, SET_INTERFACE, CLEAR_FEATURE: the host starts or stops
		c.restart()
		return 0, nil
	case kind&0x60 == 0x20 && index == 0 && setup[5] != 0:
		status, answer = c.adjust(Setting(uint16(setup[5])<<8|selector), request, out)
		return status, limit(answer)
	case kind&0x60 == 0x20 && index == 1 && (selector == vsProbe || selector == vsCommit):
		switch request {
		case setCur:
			c.probed = c.model.negotiate(out)
			if selector == vsCommit {
				c.committed = c.probed
				c.restart()
			}
			return 0, nil
		case getCur, getMin, getMax, getDef:
			return 0, limit(c.probed[:])
		case getLen:
			return 0, []byte{controlLength, 0}
		case getInfo:
			return 0, []byte{3} // GET and SET
		}
	}
	return -int(unix.EPIPE), nil
}

func (c *Camera) restart() {
	c.generation++
	c.change.Broadcast()
}
