package camera

import "encoding/binary"

// lookBits is how long a Huffman code may be to be found in one step.
const lookBits = 10

// huffman is a Huffman table, made for decoding.
type huffman struct {
	made bool
	// look has, for the next lookBits bits, a symbol and the length of its code
	// in the lower half; 0 when the code is longer.
	look [1 << lookBits]uint16
	// beyond[n] is the first value, as the next 16 bits, that no code of up to n
	// bits begins; offset leads from a code of n bits to its symbol.
	beyond  [18]uint32
	offset  [17]int32
	symbols [256]byte
}

// make makes the table from the numbers of codes of each length (T.81 C.2). Codes
// that do not fit their length make none.
func (h *huffman) make(counts [16]byte, symbols []byte) bool {
	h.made = false
	clear(h.look[:])
	code, k := uint32(0), 0
	for n := 1; n <= 16; n++ {
		h.offset[n] = int32(k) - int32(code)
		for range counts[n-1] {
			if code >= 1<<n {
				return false
			}
			h.symbols[k] = symbols[k]
			if n <= lookBits {
				first := code << (lookBits - n)
				for i := range uint32(1) << (lookBits - n) {
					h.look[first+i] = uint16(symbols[k])<<8 | uint16(n)
				}
			}
			code++
			k++
		}
		h.beyond[n] = code << (16 - n)
		code <<= 1
	}
	h.made = true
	return true
}

// bitReader reads a scan's entropy-coded bits (T.81 F.2.2.5).
type bitReader struct {
	b    []byte // what was not yet taken into bits
	bits uint64 // the next ones first
	left int    // how many of them there are; negative when more were read
}

// fill makes sure of 32 bits, where there are as many before the next marker: as
// much as a code of 16 bits and a number of 15 take.
func (r *bitReader) fill() {
	if r.left >= 32 {
		return
	}
	if len(r.b) >= 8 {
		v := binary.BigEndian.Uint64(r.b)
		if (^v-0x0101010101010101)&v&0x8080808080808080 == 0 { // no byte is FF
			r.bits |= v >> max(r.left, 0)
			n := (63 - max(r.left, 0)) >> 3
			r.b = r.b[n:]
			r.left += 8 * n
			return
		}
	}
	r.fillSlowly()
}

func (r *bitReader) fillSlowly() {
	if r.left < 0 {
		return
	}
	r.bits &= ^uint64(0) << (64 - uint(r.left)) // what fill had in advance
	for r.left <= 56 && len(r.b) > 0 {
		c := r.b[0]
		n := 1
		if c == 0xff {
			if len(r.b) < 2 || r.b[1] != 0 {
				return // a marker
			}
			n = 2
		}
		r.bits |= uint64(c) << (56 - uint(r.left))
		r.left += 8
		r.b = r.b[n:]
	}
}

// symbol reads a Huffman code. After the end of the bits it gives whatever, and
// left is negative.
func (r *bitReader) symbol(h *huffman) byte {
	if e := h.look[r.bits>>(64-lookBits)]; e != 0 {
		n := uint(e & 0xff)
		r.bits <<= n
		r.left -= int(n)
		return byte(e >> 8)
	}
	next := uint32(r.bits >> 48)
	for n := lookBits + 1; n <= 16; n++ {
		if next < h.beyond[n] {
			r.bits <<= uint(n)
			r.left -= n
			return h.symbols[uint8(int32(next>>(16-n))+h.offset[n])]
		}
	}
	r.left = -1 << 20 // no such code
	return 0
}

// number reads a coefficient of a size (T.81 F.2.2.1, EXTEND).
func (r *bitReader) number(size byte) int32 {
	if size == 0 {
		return 0
	}
	s := uint(size & 15)
	v := int32(r.bits >> (64 - s))
	if int64(r.bits) >= 0 { // the first bit is 0: negative
		v += -1<<s + 1
	}
	r.bits <<= s
	r.left -= int(s)
	return v
}

// skipBlock passes over a block's coefficients.
func (r *bitReader) skipBlock(dc, ac *huffman) bool {
	r.fill()
	size := r.symbol(dc)
	if size > 15 {
		return false
	}
	r.skip(size)
	for k := 1; k < 64; k++ {
		r.fill()
		rs := r.symbol(ac)
		size := rs & 15
		switch {
		case size != 0:
			k += int(rs >> 4)
			r.skip(size)
		case rs == 0xf0:
			k += 15
			continue
		case rs != 0:
			return false
		default:
			return r.left >= 0
		}
		if k > 63 {
			return false
		}
	}
	return r.left >= 0
}

func (r *bitReader) skip(size byte) {
	r.bits <<= uint(size & 15)
	r.left -= int(size & 15)
}

// restart passes over the restart marker n, which must be next.
func (r *bitReader) restart(n byte) bool {
	r.settle()
	if len(r.b) < 2 || r.b[0] != 0xff || r.b[1] != markRST0+n {
		return false
	}
	*r = bitReader{b: r.b[2:]}
	return true
}

// end tells whether the end of the picture is next.
func (r *bitReader) end() bool {
	r.settle()
	for len(r.b) > 2 && r.b[0] == 0xff && r.b[1] == 0xff {
		r.b = r.b[1:]
	}
	return len(r.b) >= 2 && r.b[0] == 0xff && r.b[1] == markEOI
}

// settle drops the bits that fill up the last byte. Fewer than 8 may be left,
// and no byte can have been taken from beyond a marker.
func (r *bitReader) settle() {
	if r.left >= 8 {
		r.b = nil // data where a marker must be
	}
}
