package serial

import "time"

const (
	// maxLine is the longest line, in bytes: more than a QR code can hold
	// (2,953 bytes, ISO/IEC 18004 Table 7) even in hexadecimal.
	maxLine = 8 << 10
	// silence ends a line that has no suffix. At 9600 baud a byte takes 1 ms,
	// and USB converters deliver every 16 ms.
	silence = 50 * time.Millisecond
	// hesitation ends a line of a reader that has a suffix: a computer that
	// stops for 50 ms in the middle of a line must not make two of it.
	hesitation = 500 * time.Millisecond
)

const (
	stx = 0x02
	etx = 0x03
)

// Framer cuts a reader's bytes into lines. It knows no clock and no port: the
// caller says when bytes came, and when the reader has been silent. The zero
// value is ready.
type Framer struct {
	buf    [maxLine]byte
	n      int
	at     time.Time
	over   bool // the line was too long: drop bytes until it ends
	cut    bool // the line lacks the suffix it must have
	head   bool // the line has begun, perhaps with no more than an STX
	suffix bool // the line before ended with a suffix

	answer bool // what comes is a GM65's answer to a command
	left   int  // how many of its bytes are to come; negative until its length
}

// Feed takes bytes that arrived at a time and calls emit with every line they
// end. It stops at emit's first error and drops the rest.
func (f *Framer) Feed(b []byte, at time.Time, emit func(Line) error) error {
	for _, c := range b {
		f.at = at
		switch {
		case f.answer:
			f.skip(c)
		case c == 0 && f.head && f.n == 0 && !f.over: // STX NUL: no text begins so
			f.answer, f.left = true, -2
		case c == '\r' || c == '\n' || c == '\t' || c == etx:
			suffix := f.suffix || f.n > 0
			err := f.End(emit)
			if f.suffix = suffix; err != nil {
				return err
			}
		case c == stx && !f.head:
			f.head = true
		case f.over:
		case f.n == len(f.buf):
			f.over = true
		default:
			f.buf[f.n] = c
			f.n++
			f.head = true
		}
	}
	return nil
}

// skip passes over a byte of an answer: a zero, a length, data and a CRC (see
// gm65).
func (f *Framer) skip(c byte) {
	switch f.left {
	case -2:
		f.left = -1
	case -1:
		f.left = int(c) + 2
	default:
		if f.left--; f.left == 0 {
			f.answer, f.head = false, false
		}
	}
}

// Open tells whether bytes of an unfinished line are held.
func (f *Framer) Open() bool { return f.head }

// Lose gives up the line that is held: it should have had a suffix.
func (f *Framer) Lose() { f.cut = f.head }

// Patience is how long the reader must be silent for End: 50 ms, or half a second
// when it ended the line before with a suffix.
func (f *Framer) Patience() time.Duration {
	if f.suffix {
		return hesitation
	}
	return silence
}

// End ends the line: a suffix came, or silence. An empty line, such as the one
// between CR and LF, is nothing.
func (f *Framer) End(emit func(Line) error) error {
	n, over, cut := f.n, f.over, f.cut
	f.suffix = f.suffix && n == 0
	f.n, f.over, f.cut, f.head, f.answer = 0, false, false, false, false
	switch {
	case over:
		return emit(Line{At: f.at, Err: ErrOverlong})
	case n == 0, zebraAnswer(f.buf[:n]):
		return nil
	case cut:
		return emit(Line{At: f.at, Err: ErrUnfinished})
	}
	return emit(Line{Bytes: f.buf[:n:n], At: f.at})
}
