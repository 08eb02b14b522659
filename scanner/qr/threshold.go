package qr

import "encoding/binary"

const (
	block    = 8
	minSide  = 3 * block
	highBits = 0x8080808080808080
	lowBits  = 0x0101010101010101
)

// less compares eight bytes at once: the high bit of each byte of the result is
// set where a's byte is less than b's. It subtracts without borrow between bytes
// (Warren, Hacker's Delight §2-18).
func less(a, b uint64) uint64 {
	d := ((a | highBits) - (b &^ highBits)) ^ ((a ^ ^b) & highBits)
	return ((^a & b) | ((^a | b) & d)) & highBits
}

// lower is the bytewise minimum of two words.
func lower(a, b uint64) uint64 {
	m := less(a, b)
	m |= m - m>>7
	return b ^ (a^b)&m
}

// shades is a picture with a threshold for every 8 by 8 block: nothing is
// painted in black and white, a pixel is compared when somebody asks.
type shades struct {
	plane
	cols, rows int
	points     []uint8  // threshold of each block: below it a pixel is dark
	weighed    []uint32 // a block's own threshold and its count, 16 bits each
	sums       []uint32
}

// threshold places the thresholds. A block whose darkest and lightest pixel
// differ by contrast or more has its own, half-way between both; the result is
// the mean over the 5 by 5 blocks around it. Blocks with nothing of the kind near
// them go by the last one that had. step is how many rows of pixels are looked at:
// 1 for all, 2 for every second.
func (s *shades) threshold(src plane, contrast uint8, step int, m *meter) bool {
	s.plane = src
	w, h := src.width, src.height
	if w < minSide || h < minSide {
		return false
	}
	s.cols, s.rows = (w+block-1)/block, (h+block-1)/block
	s.points = grow(s.points, s.cols*s.rows)
	s.weighed = grow(s.weighed, s.cols*s.rows)
	for by := range s.rows {
		if !m.spend(3 * w / step) {
			return false
		}
		top := min(by*block, h-block)
		out := s.weighed[by*s.cols:][:s.cols]
		for bx := range out {
			left := min(bx*block, w-block)
			at := top*src.stride + left
			least := binary.LittleEndian.Uint64(src.pix[at:])
			most := ^least // the largest byte is the smallest complement
			for y := step; y < block; y += step {
				v := binary.LittleEndian.Uint64(src.pix[at+y*src.stride:])
				least, most = lower(v, least), lower(^v, most)
			}
			least, most = lower(least, least>>32|least<<32), lower(most, most>>32|most<<32)
			least, most = lower(least, least>>16), lower(most, most>>16)
			least, most = lower(least, least>>8), lower(most, most>>8)
			lo, hi := uint32(least&0xFF), uint32(^most&0xFF)
			out[bx] = 0
			if hi-lo >= uint32(contrast) {
				out[bx] = 1<<16 | (lo+hi+1)/2
			}
		}
	}
	s.spread()
	return true
}

// reciprocals divide by a count of up to 25 blocks.
var reciprocals = func() (r [26]uint32) {
	for i := range r {
		if i > 0 {
			r[i] = (1<<16 + uint32(i) - 1) / uint32(i)
		}
	}
	return r
}()

func (s *shades) spread() {
	const reach = 2
	cols, rows := s.cols, s.rows
	s.sums = grow(s.sums, cols)
	clear(s.sums)
	for y := 0; y < min(reach, rows); y++ {
		for x, v := range s.weighed[y*cols:][:cols] {
			s.sums[x] += v
		}
	}
	empty := -1 // rows above the first with any contrast
	for y := range rows {
		if y+reach < rows {
			for x, v := range s.weighed[(y+reach)*cols:][:cols] {
				s.sums[x] += v
			}
		}
		if y-reach-1 >= 0 {
			for x, v := range s.weighed[(y-reach-1)*cols:][:cols] {
				s.sums[x] -= v
			}
		}
		out := s.points[y*cols:][:cols]
		var sum uint32
		for x := 0; x < min(reach, cols); x++ {
			sum += s.sums[x]
		}
		last := -1
		for x := range out {
			if x+reach < cols {
				sum += s.sums[x+reach]
			}
			if x-reach-1 >= 0 {
				sum -= s.sums[x-reach-1]
			}
			if sum == 0 {
				continue
			}
			v := uint8((sum & 0xFFFF) * reciprocals[sum>>16] >> 16)
			out[x] = v
			// Fill the gap to the last block that had a threshold.
			if last < 0 {
				for k := range x {
					out[k] = v
				}
			} else if last+1 < x {
				mean := uint8((uint(out[last]) + uint(v)) / 2)
				for k := last + 1; k < x; k++ {
					out[k] = mean
				}
			}
			last = x
		}
		switch {
		case last >= 0:
			for k := last + 1; k < cols; k++ {
				out[k] = out[last]
			}
			for k := empty; k >= 0; k-- {
				copy(s.points[k*cols:][:cols], out)
			}
			empty = -2
		case empty == -2:
			copy(out, s.points[(y-1)*cols:][:cols])
		default:
			clear(out)
			empty = y
		}
	}
}

// level gives every block the same threshold.
func (s *shades) level(point uint8) {
	for i := range s.points {
		s.points[i] = point
	}
}

// dark reports whether a pixel is darker than its block's threshold.
func (s *shades) dark(x, y int) bool {
	return s.pix[y*s.stride+x] < s.points[(y>>3)*s.cols+x>>3]
}

// pack compares a row of pixels with their thresholds; bit x of the result is
// set where pixel x is dark. Bits beyond the row are clear.
func (s *shades) pack(y int, dst []uint64) {
	row := s.row(y)
	points := s.points[(y>>3)*s.cols:][:s.cols]
	whole := len(row) / 8
	clear(dst)
	for b := range whole {
		v := binary.LittleEndian.Uint64(row[8*b:])
		// Gather the eight high bits into one byte, first pixel lowest.
		dark := (less(v, uint64(points[b])*lowBits) >> 7) * 0x0102040810204080 >> 56
		dst[b>>3] |= dark << (8 * uint(b&7))
	}
	for x := 8 * whole; x < len(row); x++ {
		if row[x] < points[x>>3] {
			dst[x>>6] |= 1 << uint(x&63)
		}
	}
}
