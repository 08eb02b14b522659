package camera

import (
	"encoding/binary"
	"errors"
	"image"
)

// jpegDecoder reads the luminance of the JPEGs that cameras make: sequential,
// Huffman-coded, 8 bits, gray or Y'CbCr in one interleaved scan (ITU-T T.81
// processes of clause F with SOF0 and SOF1). Chrominance is passed over without
// being computed. Buffers are kept from frame to frame.
type jpegDecoder struct {
	quant      [4][64]int32 // in zigzag order
	dc, ac     [4]huffman
	components [3]component
	n          int // of components
	w, h       int
	interval   int // MCUs between restarts, 0: none

	bits   bitReader
	block  [64]int32
	gray   *image.Gray // as many whole MCUs as the picture needs
	header bool        // a frame header was read

	baseline bool // which may have two tables of each kind only (T.81 table B.5)
	ended    bool // the end marker followed the scan
	adobe    int  // the transform an Adobe marker gave, or -1
}

type component struct {
	id     byte
	h, v   int
	quant  byte
	dc, ac byte
	last   int32 // the DC coefficient before
}

// errOtherJPEG is of what is left to image/jpeg: progressive pictures, CMYK, RGB
// and what no camera makes.
var errOtherJPEG = errors.New("not a JPEG as cameras make them")

// Further marker codes (ITU-T T.81 Table B.1).
const (
	markSOF0  = 0xc0
	markSOF1  = 0xc1
	markDQT   = 0xdb
	markDRI   = 0xdd
	markAPP14 = 0xee
)

// decode reads a JPEG that has its Huffman tables. The picture is valid until the
// next call.
func (d *jpegDecoder) decode(b []byte) (*image.Gray, error) {
	if len(b) < 2 || b[0] != 0xff || b[1] != markSOI {
		return nil, ErrNotPicture
	}
	d.header, d.ended, d.interval, d.adobe = false, false, 0, -1
	for i := range d.dc {
		d.dc[i].made, d.ac[i].made = false, false
	}
	for b = b[2:]; len(b) >= 4; {
		mark := b[1]
		switch {
		case b[0] != 0xff:
			return nil, errOtherJPEG
		case mark == 0xff: // fill byte (T.81 B.1.1.2)
			b = b[1:]
			continue
		case bare(mark):
			return nil, errOtherJPEG
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || 2+n > len(b) {
			return nil, ErrTruncated
		}
		body := b[4 : 2+n]
		b = b[2+n:]
		var err error
		switch {
		case mark == markSOF0, mark == markSOF1:
			d.baseline = mark == markSOF0
			err = d.frame(body)
		case mark&0xf0 == 0xc0 && mark != markDHT && mark != 0xc8 && mark != 0xcc:
			err = errOtherJPEG
		case mark == markDHT:
			err = d.huffman(body)
		case mark == markDQT:
			err = d.quantization(body)
		case mark == markDRI && len(body) == 2:
			d.interval = int(binary.BigEndian.Uint16(body))
		case mark == markAPP14 && len(body) >= 12 && string(body[:5]) == "Adobe":
			d.adobe = int(body[11])
		case mark == markSOS:
			return d.scan(body, b)
		case mark < 0xe0 || mark > 0xef && mark != 0xfe:
			err = errOtherJPEG
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, ErrTruncated
}

// frame reads a frame header (T.81 B.2.2).
func (d *jpegDecoder) frame(b []byte) error {
	if d.header || len(b) != 9 && len(b) != 15 || b[0] != 8 || int(b[5]) != (len(b)-6)/3 {
		return errOtherJPEG
	}
	d.header = true
	d.h, d.w, d.n = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:])), int(b[5])
	if err := checkSize(d.w, d.h); err != nil {
		return err
	}
	for i := range d.n {
		c := component{id: b[6+3*i], h: int(b[7+3*i] >> 4), v: int(b[7+3*i] & 15), quant: b[8+3*i]}
		if c.quant > 3 || c.h < 1 || c.v < 1 || c.h > 4 || c.v > 2 || c.h == 3 {
			return errOtherJPEG
		}
		if d.n == 1 {
			c.h, c.v = 1, 1 // its only scan is not interleaved (T.81 A.2.2)
		}
		// Luminance must be the finest component, and the others alike.
		if y := d.components[0]; i > 0 && (y.h%c.h != 0 || y.v%c.v != 0 || c.id == y.id) {
			return errOtherJPEG
		}
		if p := d.components[max(i, 1)-1]; i == 2 && (c.h != p.h || c.v != p.v || c.id == p.id) {
			return errOtherJPEG
		}
		d.components[i] = c
	}
	if c := d.components; d.n == 3 && (d.adobe == 0 || c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B') {
		return errOtherJPEG
	}
	return nil
}

// quantization reads quantization tables (T.81 B.2.4.1).
func (d *jpegDecoder) quantization(b []byte) error {
	for len(b) > 0 {
		id, wide := b[0]&15, int(b[0]>>4)
		if id > 3 || wide > 1 || len(b) < 1+64<<wide {
			return errOtherJPEG
		}
		for i := range d.quant[id] {
			if wide == 1 {
				d.quant[id][i] = int32(binary.BigEndian.Uint16(b[1+2*i:]))
			} else {
				d.quant[id][i] = int32(b[1+i])
			}
		}
		b = b[1+64<<wide:]
	}
	return nil
}

// huffman reads Huffman tables (T.81 B.2.4.2).
func (d *jpegDecoder) huffman(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 || b[0]&15 > 3 || b[0]>>4 > 1 || d.baseline && b[0]&15 > 1 {
			return errOtherJPEG
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if n == 0 || n > 256 || len(b) < 17+n {
			return errOtherJPEG
		}
		table := &d.dc[b[0]&15]
		if b[0]>>4 == 1 {
			table = &d.ac[b[0]&15]
		}
		if !table.make([16]byte(b[1:17]), b[17:17+n]) {
			return errOtherJPEG
		}
		b = b[17+n:]
	}
	return nil
}

// scan reads the one scan (T.81 B.2.3, F.2.2).
func (d *jpegDecoder) scan(head, coded []byte) (*image.Gray, error) {
	if !d.header || len(head) != 4+2*d.n || int(head[0]) != d.n {
		return nil, errOtherJPEG
	}
	area := 0
	for i := range d.n {
		c := &d.components[i]
		area += c.h * c.v
		c.last, c.dc, c.ac = 0, head[2+2*i]>>4, head[2+2*i]&15
		if head[1+2*i] != c.id || c.dc > 3 || c.ac > 3 || !d.dc[c.dc].made || !d.ac[c.ac].made ||
			d.baseline && (c.dc > 1 || c.ac > 1) {
			return nil, errOtherJPEG
		}
	}
	if area > 10 { // T.81 B.2.3
		return nil, errOtherJPEG
	}
	y := &d.components[0]
	across, down := (d.w+8*y.h-1)/(8*y.h), (d.h+8*y.v-1)/(8*y.v)
	d.gray = resize(d.gray, across*8*y.h, down*8*y.v)
	d.bits = bitReader{b: coded}
	for mcu := range across * down {
		if d.interval > 0 && mcu > 0 && mcu%d.interval == 0 {
			if !d.bits.restart(byte(mcu/d.interval-1) & 7) {
				return nil, ErrBadPicture
			}
			for i := range d.n {
				d.components[i].last = 0
			}
		}
		for i := range d.n {
			c := &d.components[i]
			dc, ac := &d.dc[c.dc], &d.ac[c.ac]
			for j := range c.h * c.v {
				if i > 0 {
					if !d.bits.skipBlock(dc, ac) {
						return nil, ErrBadPicture
					}
					continue
				}
				rows, ok := d.lumaBlock(c, dc, ac)
				if !ok {
					return nil, ErrBadPicture
				}
				x, y := 8*(mcu%across*c.h+j%c.h), 8*(mcu/across*c.v+j/c.h)
				inverse(d.gray.Pix[y*d.gray.Stride+x:], d.gray.Stride, &d.block, rows)
			}
		}
	}
	d.ended = d.bits.end()
	return &image.Gray{Pix: d.gray.Pix, Stride: d.gray.Stride, Rect: image.Rect(0, 0, d.w, d.h)}, nil
}

// unzigzag is the place of each coefficient in its block (T.81 figure 5).
var unzigzag = [64]byte{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

// lumaBlock reads a block's coefficients, dequantized. rows has a bit for each of
// its rows that holds any besides the DC coefficient.
func (d *jpegDecoder) lumaBlock(c *component, dc, ac *huffman) (rows uint, ok bool) {
	quant := &d.quant[c.quant&3]
	d.block = [64]int32{}
	r := &d.bits
	r.fill()
	size := r.symbol(dc)
	if size > 15 {
		return 0, false
	}
	c.last += r.number(size)
	d.block[0] = c.last * quant[0]
	for k := 1; k < 64; k++ {
		r.fill()
		rs := r.symbol(ac)
		run, size := int(rs>>4), rs&15
		if size == 0 {
			if run == 15 {
				k += 15
				continue
			}
			if run != 0 {
				return 0, false
			}
			break
		}
		k += run
		if k > 63 {
			return 0, false
		}
		at := unzigzag[k&63]
		d.block[at&63] = r.number(size) * quant[k&63]
		rows |= 1 << (at >> 3)
	}
	return rows, r.left >= 0
}
