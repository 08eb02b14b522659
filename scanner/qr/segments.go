package qr

// message is what a symbol's bit stream says.
type message struct {
	bytes []byte
	runs  []run
	fold  *Append
}

// run is a stretch of the message in one character set.
type run struct {
	start, end int
	set        int // ECI assignment number, or one of the sets below
}

const (
	setGuess = -1 // byte mode without ECI: whatever the maker liked
	setASCII = -2 // numeric and alphanumeric mode
	setKanji = -3 // Shift JIS, by definition of the mode
	setHanzi = -4 // GB 2312, by definition of the mode (GB/T 18284)
)

// Mode indicators (ISO/IEC 18004 table 2).
const (
	modeEnd          = 0b0000
	modeNumeric      = 0b0001
	modeAlphanumeric = 0b0010
	modeAppend       = 0b0011
	modeByte         = 0b0100
	modeFNC1First    = 0b0101
	modeECI          = 0b0111
	modeKanji        = 0b1000
	modeFNC1Second   = 0b1001
	modeHanzi        = 0b1101 // GB/T 18284, not in ISO/IEC 18004
)

// alphanumeric is table 5 of ISO/IEC 18004.
const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// separator stands for FNC1 inside a message (ISO/IEC 18004 §7.4.8).
const separator = 0x1D

// stream reads bits, highest first. Reading past the end yields zeros and sets
// short.
type stream struct {
	data  []byte
	at    int
	short bool
}

func (s *stream) left() int { return 8*len(s.data) - s.at }

func (s *stream) take(n int) (v int) {
	if n > s.left() {
		s.at, s.short = 8*len(s.data), true
		return 0
	}
	for range n {
		v = v<<1 | int(s.data[s.at/8]>>(7-s.at%8))&1
		s.at++
	}
	return v
}

// countBits is the width of the character count (ISO/IEC 18004 table 3).
func countBits(mode, version int) int {
	size := 0
	if version > 9 {
		size++
	}
	if version > 26 {
		size++
	}
	switch mode {
	case modeNumeric:
		return [...]int{10, 12, 14}[size]
	case modeAlphanumeric:
		return [...]int{9, 11, 13}[size]
	case modeByte:
		return [...]int{8, 16, 16}[size]
	}
	return [...]int{8, 10, 12}[size] // Kanji, Hanzi
}

// parseStream reads the segments of corrected data codewords
// (ISO/IEC 18004 §7.4). padded reports whether what follows the terminator is
// as §7.4.10 fills it, or is not there.
func parseStream(data []byte, version int) (m message, padded bool, err error) {
	s := &stream{data: data}
	m.bytes = []byte{}
	set := setGuess
	fnc1 := false
	for s.left() >= 4 { // fewer than four bits left stand for the terminator
		mode := s.take(4)
		if mode == modeEnd {
			break
		}
		start := len(m.bytes)
		good := true
		in := setASCII
		switch mode {
		case modeNumeric:
			good = m.numeric(s, s.take(countBits(mode, version)))
		case modeAlphanumeric:
			good = m.alphanumeric(s, s.take(countBits(mode, version)), fnc1)
		case modeByte:
			in = set
			n := s.take(countBits(mode, version))
			if good = 8*n <= s.left(); good {
				for range n {
					m.bytes = append(m.bytes, byte(s.take(8)))
				}
			}
		case modeKanji:
			in = setKanji
			good = m.wide(s, s.take(countBits(mode, version)), 0xC0, 0x1F00, 0x8140, 0xC140)
		case modeHanzi:
			in = setHanzi
			if good = s.take(4) == 1; good { // subset 1 is GB 2312
				good = m.wide(s, s.take(countBits(mode, version)), 0x60, 0x0A00, 0xA1A1, 0xA6A1)
			}
		case modeECI:
			set, good = assignment(s)
		case modeAppend:
			m.fold = &Append{Index: s.take(4), Total: s.take(4) + 1, Parity: byte(s.take(8))}
			good = m.fold.Index < m.fold.Total
		case modeFNC1First:
			fnc1 = true
		case modeFNC1Second:
			fnc1 = true
			good = m.application(s)
		default:
			good = false
		}
		if !good || s.short {
			return message{}, false, ErrContent
		}
		if len(m.bytes) > start {
			m.runs = append(m.runs, run{start: start, end: len(m.bytes), set: in})
		}
	}
	return m, s.padded(), nil
}

// padded reports whether the rest of the codewords alternates 11101100 and
// 00010001 (ISO/IEC 18004 §7.4.10).
func (s *stream) padded() bool {
	for i, want := (s.at+7)/8, byte(0xEC); i < len(s.data); i, want = i+1, want^0xEC^0x11 {
		if s.data[i] != want {
			return false
		}
	}
	return true
}

func (m *message) numeric(s *stream, count int) bool {
	for count > 0 && !s.short {
		n := min(count, 3)
		v := s.take([...]int{0, 4, 7, 10}[n])
		limit := [...]int{0, 10, 100, 1000}[n]
		if v >= limit {
			return false
		}
		for limit /= 10; limit > 0; limit /= 10 {
			m.bytes = append(m.bytes, byte('0'+v/limit%10))
		}
		count -= n
	}
	return true
}

func (m *message) alphanumeric(s *stream, count int, fnc1 bool) bool {
	start := len(m.bytes)
	for count > 0 && !s.short {
		if count == 1 {
			v := s.take(6)
			if v >= 45 {
				return false
			}
			m.bytes = append(m.bytes, alphanumeric[v])
			break
		}
		v := s.take(11)
		if v >= 45*45 {
			return false
		}
		m.bytes = append(m.bytes, alphanumeric[v/45], alphanumeric[v%45])
		count -= 2
	}
	if !fnc1 {
		return true
	}
	// Under FNC1 "%" is the separator and "%%" a percent sign (§7.4.8.2).
	out := m.bytes[:start]
	for i := start; i < len(m.bytes); i++ {
		c := m.bytes[i]
		if c == '%' {
			if i+1 < len(m.bytes) && m.bytes[i+1] == '%' {
				i++
			} else {
				c = separator
			}
		}
		out = append(out, c)
	}
	m.bytes = out
	return true
}

// wide reads 13-bit characters of two bytes: Kanji (§7.4.6) and Hanzi differ
// only in how the two ranges were folded.
func (m *message) wide(s *stream, count, base, split, low, high int) bool {
	if 13*count > s.left() {
		return false
	}
	for range count {
		v := s.take(13)
		v = v/base<<8 | v%base
		if v < split {
			v += low
		} else {
			v += high
		}
		m.bytes = append(m.bytes, byte(v>>8), byte(v))
	}
	return true
}

// application reads the application indicator that follows FNC1 in second
// position and puts it in front of the message (§7.4.8.3).
func (m *message) application(s *stream) bool {
	v := s.take(8)
	switch {
	case v < 100:
		m.bytes = append(m.bytes, byte('0'+v/10), byte('0'+v%10))
	case v-100 >= 'A' && v-100 <= 'Z', v-100 >= 'a' && v-100 <= 'z':
		m.bytes = append(m.bytes, byte(v-100))
	default:
		return false
	}
	return true
}

// assignment reads an ECI assignment number of one to three bytes (table 4).
func assignment(s *stream) (int, bool) {
	v := s.take(8)
	switch {
	case v&0x80 == 0:
		return v, true
	case v&0xC0 == 0x80:
		return v&0x3F<<8 | s.take(8), true
	case v&0xE0 == 0xC0:
		v = v&0x1F<<16 | s.take(16)
		return v, v <= 999999
	}
	return 0, false
}
