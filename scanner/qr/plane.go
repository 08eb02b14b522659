package qr

// plane is a picture of one byte a pixel; row y begins at pix[y*stride].
type plane struct {
	pix           []byte
	width, height int
	stride        int
}

func (p *plane) row(y int) []byte { return p.pix[y*p.stride:][:p.width] }

// at interpolates between the four nearest pixels; beyond the edge the last
// pixels go on. The middle of the first pixel is (0.5, 0.5).
func (p *plane) at(x, y float64) float64 {
	x, y = x-0.5, y-0.5
	if !(x > 0) {
		x = 0
	} else if x > float64(p.width-1) {
		x = float64(p.width - 1)
	}
	if !(y > 0) {
		y = 0
	} else if y > float64(p.height-1) {
		y = float64(p.height - 1)
	}
	ix, iy := int(x), int(y)
	fx, fy := x-float64(ix), y-float64(iy)
	at := iy*p.stride + ix
	right, down := 1, p.stride
	if ix+1 >= p.width {
		right = 0
	}
	if iy+1 >= p.height {
		down = 0
	}
	a, b := float64(p.pix[at]), float64(p.pix[at+right])
	c, d := float64(p.pix[at+down]), float64(p.pix[at+down+right])
	a += (b - a) * fx
	c += (d - c) * fx
	return a + (c-a)*fy
}

// grow returns a slice of n elements, reusing s where it is large enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// resize gives p a size, reusing its pixels.
func (p *plane) resize(w, h int) {
	p.pix = grow(p.pix, w*h)
	p.width, p.height, p.stride = w, h, w
}

// reduce averages factor by factor pixels into one. Filters report whether there
// was time for them.
func (p *plane) reduce(src *plane, factor int, m *meter) bool {
	w, h := max(1, src.width/factor), max(1, src.height/factor)
	p.resize(w, h)
	if src.width < factor || src.height < factor {
		clear(p.pix)
		return true
	}
	switch factor {
	case 2:
		for y := range h {
			if !m.spend(w) {
				return false
			}
			out := p.row(y)
			a, b := src.row(2 * y)[:2*w], src.row(2*y + 1)[:2*w]
			for x := range out {
				out[x] = byte((uint(a[2*x]) + uint(a[2*x+1]) + uint(b[2*x]) + uint(b[2*x+1]) + 2) / 4)
			}
		}
		return true
	case 3:
		for y := range h {
			if !m.spend(2 * w) {
				return false
			}
			out := p.row(y)
			a, b, c := src.row(3 * y)[:3*w], src.row(3*y + 1)[:3*w], src.row(3*y + 2)[:3*w]
			for x := range out {
				i := 3 * x
				s := uint32(a[i]) + uint32(a[i+1]) + uint32(a[i+2]) + uint32(b[i]) + uint32(b[i+1]) + uint32(b[i+2]) +
					uint32(c[i]) + uint32(c[i+1]) + uint32(c[i+2])
				out[x] = byte((s*57 + 228) >> 9)
			}
		}
		return true
	}
	area := uint32(factor * factor)
	for y := range h {
		if !m.spend(w * factor * factor) {
			return false
		}
		out := p.row(y)
		for x := range out {
			var sum uint32
			for dy := range factor {
				for _, v := range src.pix[(y*factor+dy)*src.stride+x*factor:][:factor] {
					sum += uint32(v)
				}
			}
			out[x] = byte((sum + area/2) / area)
		}
	}
	return true
}

// thin takes the mean of four pixels of each factor by factor: what a live frame
// of any size can pay for.
func (p *plane) thin(src *plane, factor int, m *meter) {
	w, h := max(1, src.width/factor), max(1, src.height/factor)
	p.resize(w, h)
	if src.width < factor || src.height < factor {
		clear(p.pix)
		return
	}
	near, far := factor/4, factor-1-factor/4
	for y := range h {
		m.spend(6 * w)
		out := p.row(y)
		a, b := src.row(y*factor+near), src.row(y*factor+far)
		for x := range out {
			i := x * factor
			out[x] = byte((uint(a[i+near]) + uint(a[i+far]) + uint(b[i+near]) + uint(b[i+far]) + 2) / 4)
		}
	}
}

// smooth averages each pixel with its eight neighbours: noise of one pixel
// falls to a third.
func (p *plane) smooth(src *plane, sums *[]uint16, m *meter) bool {
	w, h := src.width, src.height
	p.resize(w, h)
	*sums = grow(*sums, w)
	col := (*sums)[:w]
	for y := range h {
		if !m.spend(4 * w) {
			return false
		}
		a, b, c := src.row(max(y-1, 0))[:w], src.row(y)[:w], src.row(min(y+1, h-1))[:w]
		for x := range col {
			col[x] = uint16(a[x]) + uint16(b[x]) + uint16(c[x])
		}
		out := p.row(y)
		l, mid := uint32(col[0]), uint32(col[0])
		for x := range out {
			r := uint32(col[min(x+1, w-1)])
			out[x] = byte(((l+mid+r)*57 + 228) >> 9)
			l, mid = mid, r
		}
	}
	return true
}
