package qr

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
// walks in whole pixels.
func (p *plane) double(src *plane, work *filterWork, clock *meter) bool {
	w, h := src.width, src.height
	p.resize(2*w, 2*h)
	work.cols = grow(work.cols, w+4)
	// New pixels lie a quarter before and behind each old one. The cubic's
	// weights at distance 1/4, in 256ths, for a = -3/4.
	const far, near, next, last = -27, 226, 66, -9
	col := work.cols
	for y := range 2 * h {
		if !clock.spend(6 * w) {
			return false
		}
		m := y / 2
		up := m - 1
		var r [4][]byte // weights last..far mirrored for the lower pixel
		if y&1 == 0 {
			r = [4][]byte{src.row(max(up-1, 0)), src.row(max(up, 0)), src.row(m), src.row(min(m+1, h-1))}
		} else {
			r = [4][]byte{src.row(min(m+2, h-1)), src.row(min(m+1, h-1)), src.row(m), src.row(max(up, 0))}
		}
		a, b, c, d := r[0][:w], r[1][:w], r[2][:w], r[3][:w]
		for x := range w {
			v := last*int32(a[x]) + next*int32(b[x]) + near*int32(c[x]) + far*int32(d[x])
			col[x+2] = uint16(min(max(v>>4, 0), 4080)) // sixteenths
		}
		col[0], col[1] = col[2], col[2]
		col[w+2], col[w+3] = col[w+1], col[w+1]
		out := p.row(y)[:2*w]
		for x := range w {
			q := col[x : x+5 : x+5]
			l2, l1, m, r1, r2 := int32(q[0]), int32(q[1]), int32(q[2]), int32(q[3]), int32(q[4])
			left := (last*l2 + next*l1 + near*m + far*r1 + 2048) >> 12
			right := (far*l1 + near*m + next*r1 + last*r2 + 2048) >> 12
			out[2*x] = byte(min(max(left, 0), 255))
			out[2*x+1] = byte(min(max(right, 0), 255))
		}
	}
	return true
}
