package qr

import "encoding/binary"

// sharpen adds to each pixel amount/4 times its difference from the mean of the
// square of 2*reach+1 pixels a side around it. Blurred modules that no longer
// cross the threshold cross it again.
func (p *plane) sharpen(src *plane, reach, amount int, work *filterWork, m *meter) bool {
	return p.against(src, reach, work, m, func(out, in []byte, sums []uint32, scale uint32) {
		for x, s := range sums {
			v := int32(in[x])
			v += (v - int32(s*scale>>16)) * int32(amount) / 4
			out[x] = byte(min(max(v, 0), 255))
		}
	})
}

// even makes each pixel a share of the mean around it: what lies in a shadow is
// as light as what does not.
func (p *plane) even(src *plane, reach int, work *filterWork, m *meter) bool {
	return p.against(src, reach, work, m, func(out, in []byte, sums []uint32, scale uint32) {
		for x, s := range sums {
			mean := min(s*scale>>16, 255)
			out[x] = byte(min(uint32(in[x])*shares[mean]>>8, 255))
		}
	})
}

// shares is 256 times what brings a mean to 128.
var shares = func() (s [256]uint32) {
	for i := range s {
		s[i] = uint32(128 * 256 / max(i, 4))
	}
	return s
}()

// against combines each row of a picture with the sums of the squares around its
// pixels; scale/65536 makes the sums means.
func (p *plane) against(src *plane, reach int, work *filterWork, m *meter, combine func(out, in []byte, sums []uint32, scale uint32)) bool {
	w, h := src.width, src.height
	p.resize(w, h)
	size := 2*reach + 1
	work.rows = grow(work.rows, w*size)
	work.sums = grow(work.sums, w)
	clear(work.sums)
	// Column sums of the rows blurred along x slide down the picture.
	blurred := func(y int) []uint16 { return work.rows[(y%size)*w:][:w] }
	for y := 0; y < reach && y < h; y++ {
		work.blurRow(blurred(y), src.row(y), reach)
		for x, v := range blurred(y) {
			work.sums[x] += uint32(v)
		}
	}
	count := min(reach, h)
	for y := range h {
		if !m.spend(5 * w) {
			return false
		}
		if next := y + reach; next < h {
			line := blurred(next)
			if old := next - size; old >= 0 {
				for x, v := range line {
					work.sums[x] -= uint32(v)
				}
				count--
			}
			work.blurRow(line, src.row(next), reach)
			for x, v := range line {
				work.sums[x] += uint32(v)
			}
			count++
		} else if old := y - reach - 1; old >= 0 {
			for x, v := range blurred(old) {
				work.sums[x] -= uint32(v)
			}
			count--
		}
		// The sums are 16 times a pixel for each row.
		scale := uint32(65536/(count*16)) + 1
		combine(p.row(y), src.row(y)[:w], work.sums[:w], scale)
	}
	return true
}

// filterWork is the memory of filters.
type filterWork struct {
	rows []uint16
	sums []uint32
	cols []uint16

	contrast []uint8 // of each block of pixels
	busy     []bool  // the blocks with something in them, and their neighbours
}

// blurRow averages a row over a box; dst is in sixteenths of a pixel's value.
func (work *filterWork) blurRow(dst []uint16, src []byte, reach int) {
	w := len(src)
	size := uint32(2*reach + 1)
	scale := 16*65536/size + 1
	var sum uint32
	sum = uint32(src[0]) * uint32(reach+1)
	for i := 1; i <= reach; i++ {
		sum += uint32(src[min(i, w-1)])
	}
	for x := range dst {
		dst[x] = uint16(sum * scale >> 16)
		sum += uint32(src[min(x+reach+1, w-1)]) - uint32(src[max(x-reach, 0)])
	}
}

// double interpolates twice the resolution with a cubic (Keys, a = -3/4: a sharp
// one) along both axes. Modules of two pixels or less need it, because the search
// walks in whole pixels. Where the same picture without its noise, guide, shows
// nothing, pixels are only repeated.
func (p *plane) double(src, guide *plane, work *filterWork, clock *meter) bool {
	w, h := src.width, src.height
	p.resize(2*w, 2*h)
	work.cols = grow(work.cols, w+4)
	if !work.survey(guide, clock) {
		return false
	}
	cols := (w + block - 1) / block
	for y := range 2 * h {
		busy := work.busy[y/2/block*cols:][:cols]
		out, same := p.row(y)[:2*w], src.row(y / 2)[:w]
		for from := 0; from < cols; {
			to := from + 1
			for to < cols && busy[to] == busy[from] {
				to++
			}
			left, right := from*block, min(to*block, w)
			if busy[from] {
				if !clock.spend(6 * (right - left)) {
					return false
				}
				p.doubleRow(src, work.cols, y, left, right)
			} else {
				for x, v := range same[left:right] {
					out[2*(left+x)], out[2*(left+x)+1] = v, v
				}
			}
			from = to
		}
	}
	return true
}

// doubleRow is one row of double, for the source pixels from left to right.
func (p *plane) doubleRow(src *plane, col []uint16, y, left, right int) {
	w, h := src.width, src.height
	// New pixels lie a quarter before and behind each old one. The cubic's
	// weights at distance 1/4, in 256ths, for a = -3/4.
	const far, near, next, last = -27, 226, 66, -9
	m := y / 2
	up := m - 1
	var r [4][]byte // weights last..far mirrored for the lower pixel
	if y&1 == 0 {
		r = [4][]byte{src.row(max(up-1, 0)), src.row(max(up, 0)), src.row(m), src.row(min(m+1, h-1))}
	} else {
		r = [4][]byte{src.row(min(m+2, h-1)), src.row(min(m+1, h-1)), src.row(m), src.row(max(up, 0))}
	}
	begin, end := max(left-2, 0), min(right+2, w)
	a, b, c, d := r[0][begin:end], r[1][begin:end], r[2][begin:end], r[3][begin:end]
	into := col[begin+2:][:len(a)]
	for x := range into {
		v := last*int32(a[x]) + next*int32(b[x]) + near*int32(c[x]) + far*int32(d[x])
		into[x] = uint16(min(max(v>>4, 0), 4080)) // sixteenths
	}
	if begin == 0 {
		col[0], col[1] = col[2], col[2]
	}
	if end == w {
		col[w+2], col[w+3] = col[w+1], col[w+1]
	}
	out := p.row(y)[:2*w]
	for x := left; x < right; x++ {
		q := col[x : x+5 : x+5]
		l2, l1, m, r1, r2 := int32(q[0]), int32(q[1]), int32(q[2]), int32(q[3]), int32(q[4])
		before := (last*l2 + next*l1 + near*m + far*r1 + 2048) >> 12
		behind := (far*l1 + near*m + next*r1 + last*r2 + 2048) >> 12
		out[2*x] = byte(min(max(before, 0), 255))
		out[2*x+1] = byte(min(max(behind, 0), 255))
	}
}

// plainBlock is the contrast below which a block of pixels and those around it
// hold nothing that a rung would look at.
const plainBlock = 8

// survey marks the blocks that hold something, and their neighbours.
func (work *filterWork) survey(src *plane, clock *meter) bool {
	w, h := src.width, src.height
	cols, rows := (w+block-1)/block, (h+block-1)/block
	work.busy, work.contrast = grow(work.busy, cols*rows), grow(work.contrast, cols*rows)
	if w < block || h < block {
		for i := range work.busy {
			work.busy[i] = true
		}
		return true
	}
	for by := range rows {
		if !clock.spend(w) {
			return false
		}
		top := min(by*block, h-block)
		for bx := range cols {
			lo, hi := src.range8(min(bx*block, w-block), top)
			work.contrast[by*cols+bx] = hi - lo
		}
	}
	clear(work.busy)
	for by := range rows {
		for bx := range cols {
			if work.contrast[by*cols+bx] < plainBlock {
				continue
			}
			for y := max(by-1, 0); y <= min(by+1, rows-1); y++ {
				for x := max(bx-1, 0); x <= min(bx+1, cols-1); x++ {
					work.busy[y*cols+x] = true
				}
			}
		}
	}
	return true
}

// range8 returns the least and the largest of a block's pixels.
func (p *plane) range8(left, top int) (lo, hi uint8) {
	at := top*p.stride + left
	least := binary.LittleEndian.Uint64(p.pix[at:])
	most := ^least // the largest byte is the smallest complement
	for y := 1; y < block; y++ {
		v := binary.LittleEndian.Uint64(p.pix[at+y*p.stride:])
		least, most = lower(v, least), lower(^v, most)
	}
	least, most = lower(least, least>>32|least<<32), lower(most, most>>32|most<<32)
	least, most = lower(least, least>>16), lower(most, most>>16)
	least, most = lower(least, least>>8), lower(most, most>>8)
	return uint8(least), ^uint8(most)
}
