package camera

import (
	"encoding/binary"
	"image"
)

// resize returns g with the given size and no more; the pixels are kept when
// the size already fits, so a stream of equal frames allocates once.
func resize(g *image.Gray, w, h int) *image.Gray {
	if g != nil && g.Rect == image.Rect(0, 0, w, h) && g.Stride == w {
		return g
	}
	return image.NewGray(image.Rect(0, 0, w, h))
}

// rowBytes tells the length of a line in a raw frame of n bytes, or false when
// n is no whole frame of that size. Drivers may pad lines, and v0.6.1 of the
// V4L2 library does not pass bytesperline on, so it follows from the length; a
// frame of another size than the one set is refused here.
func rowBytes(format string, n, w, h int) (int, bool) {
	if w <= 0 || h <= 0 || n <= 0 {
		return 0, false
	}
	var tight, lines2 int // bytes a line at least; lines of the frame, twice
	switch format {
	case "YUYV":
		tight, lines2 = 2*w, 2*h
	case "GREY":
		tight, lines2 = w, 2*h
	case "NV12": // the Y plane, then half as many lines of interleaved chroma
		tight, lines2 = w, 3*h
	default:
		return 0, false
	}
	row := 2 * n / lines2
	if 2*n%lines2 != 0 || row < tight || row >= 2*tight {
		return 0, false
	}
	return row, true
}

// yuyv takes every other byte of packed Y0 U Y1 V (V4L2 "YUYV"), eight pixels
// to a store. row is the length of a source line in bytes.
func yuyv(dst *image.Gray, src []byte, row int) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range h {
		s := src[y*row : y*row+2*w]
		d := dst.Pix[y*dst.Stride : y*dst.Stride+w]
		for len(s) >= 16 && len(d) >= 8 {
			low := even(binary.LittleEndian.Uint64(s))
			high := even(binary.LittleEndian.Uint64(s[8:]))
			binary.LittleEndian.PutUint64(d, low|high<<32)
			s, d = s[16:], d[8:]
		}
		for i := range d {
			d[i] = s[2*i]
		}
	}
}

// even is the bytes 0, 2, 4 and 6 of v, in its lower half.
func even(v uint64) uint64 {
	v &= 0x00ff00ff00ff00ff
	v = (v | v>>8) & 0x0000ffff0000ffff
	return (v | v>>16) & 0xffffffff
}

// plane copies a plane of luminance bytes (V4L2 "GREY", and the first plane of
// "NV12").
func plane(dst *image.Gray, src []byte, row int) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range h {
		copy(dst.Pix[y*dst.Stride:y*dst.Stride+w], src[y*row:])
	}
}

// luminance reduces a decoded picture to gray without converting what already
// is: a JPEG's Y plane and a gray PNG share their pixels with the result. Colour
// is weighted as in ITU-R BT.601; transparency lies on white paper, because that
// is what a printed code would lie on.
func luminance(m image.Image) *image.Gray {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	rect := image.Rect(0, 0, w, h)
	switch m := m.(type) {
	case *image.YCbCr:
		return &image.Gray{Pix: m.Y[m.YOffset(b.Min.X, b.Min.Y):], Stride: m.YStride, Rect: rect}
	case *image.Gray:
		return &image.Gray{Pix: m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], Stride: m.Stride, Rect: rect}
	}
	g := image.NewGray(rect)
	switch m := m.(type) {
	case *image.Gray16:
		for y := range h {
			s := m.Pix[y*m.Stride : y*m.Stride+2*w]
			d := g.Pix[y*g.Stride : y*g.Stride+w]
			for x := range d {
				d[x] = s[2*x]
			}
		}
	case *image.RGBA: // premultiplied: white shows through by what alpha lacks
		for y := range h {
			s := m.Pix[y*m.Stride : y*m.Stride+4*w]
			d := g.Pix[y*g.Stride : y*g.Stride+w]
			for x := range d {
				p := s[4*x : 4*x+4 : 4*x+4]
				rest := 255 - uint32(p[3])
				d[x] = luma(uint32(p[0])+rest, uint32(p[1])+rest, uint32(p[2])+rest)
			}
		}
	case *image.NRGBA:
		for y := range h {
			s := m.Pix[y*m.Stride : y*m.Stride+4*w]
			d := g.Pix[y*g.Stride : y*g.Stride+w]
			for x := range d {
				p := s[4*x : 4*x+4 : 4*x+4]
				a := uint32(p[3])
				white := (255 - a) * 255
				d[x] = luma((uint32(p[0])*a+white)/255, (uint32(p[1])*a+white)/255, (uint32(p[2])*a+white)/255)
			}
		}
	case *image.Paletted:
		var table [256]byte
		for i, c := range m.Palette {
			r, gr, bl, a := c.RGBA()
			table[i&255] = paper(r, gr, bl, a)
		}
		for y := range h {
			s := m.Pix[y*m.Stride : y*m.Stride+w]
			d := g.Pix[y*g.Stride : y*g.Stride+w]
			for x := range d {
				d[x] = table[s[x]]
			}
		}
	default: // rare: CMYK, 16-bit colour
		for y := range h {
			for x := range w {
				r, gr, bl, a := m.At(b.Min.X+x, b.Min.Y+y).RGBA()
				g.Pix[y*g.Stride+x] = paper(r, gr, bl, a)
			}
		}
	}
	return g
}

// paper weighs a premultiplied 16-bit colour over white.
func paper(r, g, b, a uint32) byte {
	rest := 0xffff - a
	return luma((r+rest)>>8, (g+rest)>>8, (b+rest)>>8)
}

// luma weighs 8-bit colour as ITU-R BT.601 does (0.299, 0.587, 0.114), in
// 16-bit fixed point.
func luma(r, g, b uint32) byte {
	return byte(min((19595*r+38470*g+7471*b+1<<15)>>16, 255))
}
