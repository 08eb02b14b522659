package qr

// counts is how often each shade appears in every fourth row.
func (p *plane) counts() (c [256]int, all int) {
	for y := 0; y < p.height; y += 4 {
		for _, v := range p.row(y) {
			c[v]++
		}
		all += p.width
	}
	return c, all
}

// valley is the shade that divides a picture best into a dark and a light part
// (Otsu's method).
func (p *plane) valley() uint8 {
	c, all := p.counts()
	var sum, below float64
	for v, n := range c {
		sum += float64(v) * float64(n)
	}
	best, point := -1.0, 128
	dark := 0
	for v, n := range c {
		dark += n
		below += float64(v) * float64(n)
		if dark == 0 || dark == all {
			continue
		}
		d := below/float64(dark) - (sum-below)/float64(all-dark)
		if s := d * d * float64(dark) * float64(all-dark); s > best {
			best, point = s, v+1
		}
	}
	return uint8(min(point, 255))
}

// nearlyWhite is a little darker than the lightest shades: for symbols printed
// in pale or many colours on white.
func (p *plane) nearlyWhite() uint8 {
	c, all := p.counts()
	left := all / 50
	for v := 255; v > 0; v-- {
		if left -= c[v]; left < 0 {
			return uint8(v * 7 / 8)
		}
	}
	return 1
}
