package serial

import "encoding/binary"

// Zebra's (Symbol's) Simple Serial Interface is packets:
//
//	length | opcode | source | status | data | checksum, 2 bytes big-endian
//
// The length counts all before the checksum, which is the negative of these
// bytes' sum. The source is 04 for the host and 00 for the reader, which answers
// each packet with ACK or NAK. A reader set to send scans as packets sends each
// again until it is acknowledged: ZebraRaw makes it send plain bytes.
const (
	zebraParameters = 0xC6
	zebraAck        = 0xD0
	zebraNak        = 0xD1
	zebraStart      = 0xE4
	zebraStop       = 0xE5
	zebraEnable     = 0xE9
	zebraDisable    = 0xEA

	zebraHost      = 0x04
	zebraReader    = 0x00
	zebraPermanent = 0x08 // bit of the status: the parameters survive a power cut
	zebraNoBeep    = 0xFF
	zebraFormat    = 0xEE // parameter: 0 sends scans raw, 1 as packets
)

func zebra(opcode, status byte, data ...byte) []byte {
	b := append([]byte{byte(4 + len(data)), opcode, zebraHost, status}, data...)
	return binary.BigEndian.AppendUint16(b, zebraSum(b))
}

// zebraSum is the two's complement of the sum.
func zebraSum(b []byte) (sum uint16) {
	for _, c := range b {
		sum -= uint16(c)
	}
	return sum
}

// ZebraStart starts a scan, in a reader set to be triggered by its host.
func ZebraStart() []byte { return zebra(zebraStart, 0) }

// ZebraStop stops it.
func ZebraStop() []byte { return zebra(zebraStop, 0) }

// ZebraEnable lets the reader scan.
func ZebraEnable() []byte { return zebra(zebraEnable, 0) }

// ZebraDisable keeps it from scanning, whatever its trigger does.
func ZebraDisable() []byte { return zebra(zebraDisable, 0) }

// ZebraAck acknowledges a packet.
func ZebraAck() []byte { return zebra(zebraAck, 0) }

// ZebraRaw makes the reader send scans as plain bytes, for good.
func ZebraRaw() []byte {
	return zebra(zebraParameters, zebraPermanent, zebraNoBeep, zebraFormat, 0)
}

// zebraAnswer tells whether a line is a reader's ACK or NAK, and so no scan.
func zebraAnswer(b []byte) bool {
	n := len(b) - 2
	return n >= 4 && int(b[0]) == n && (b[1] == zebraAck || b[1] == zebraNak) && b[2] == zebraReader &&
		zebraSum(b[:n]) == binary.BigEndian.Uint16(b[n:])
}
