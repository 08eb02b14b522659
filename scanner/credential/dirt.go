package credential

import "bytes"

// ends are the bytes that readers put around a payload: frame and line ends
// (STX, ETX, CR, LF, TAB) and the NUL of a C string. SPACE is not among them: in
// Base45 it is a digit.
const ends = "\x00\x02\x03\t\n\r"

var (
	byteOrderMark = []byte("\ufeff")
	cccdPrefix    = []byte("CCCD:")
)

// clean takes the transport dirt off a payload: AIM symbology identifier
// (ISO/IEC 15424), byte order mark, frame and line ends, the prefix "CCCD:" that
// some readers are set up with, and a second copy of the same payload. It is
// idempotent, returns a part of its argument and leaves that unchanged.
func clean(payload []byte) []byte {
	for {
		before := len(payload)
		payload = once(strip(payload))
		if len(payload) == before {
			return payload
		}
	}
}

// strip takes everything off the ends that is not payload.
func strip(b []byte) []byte {
	for {
		before := len(b)
		b = bytes.Trim(b, ends)
		b = bytes.TrimPrefix(b, byteOrderMark)
		b = bytes.TrimSuffix(b, byteOrderMark)
		if len(b) >= 3 && b[0] == ']' && b[1] == 'Q' && isModifier(b[2]) {
			b = b[3:]
		}
		// "CCCD:" is itself valid Base45, hence the look at what follows.
		if rest, ok := bytes.CutPrefix(b, cccdPrefix); ok && len(rest) > 0 && '0' <= rest[0] && rest[0] <= '9' {
			b = rest
		}
		if len(b) == before {
			return b
		}
	}
}

func isModifier(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

const (
	minTwice = 6  // no payload that is recognised is shorter than "TKVT_1"
	maxSeam  = 16 // line ends, frame marks and an identifier
)

// once takes the second copy off a payload that a reader sent twice, with or
// without dirt at the seam. A bare number may well repeat itself and is left.
func once(b []byte) []byte {
	if len(b) < 2*minTwice || len(b) <= 16 && isTyped(string(bytes.Trim(b, " "))) {
		return b
	}
	for seam := len(b) % 2; seam <= maxSeam; seam += 2 {
		half := (len(b) - seam) / 2
		if half < minTwice {
			break
		}
		if bytes.Equal(b[:half], b[half+seam:]) && len(strip(b[half:half+seam])) == 0 {
			return b[:half]
		}
	}
	return b
}
