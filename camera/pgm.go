package camera

import (
	"fmt"
	"image"
)

// pgmHeader reads the header of a binary graymap (netpbm "P5"): magic, width,
// height and largest value in decimal, parted by white space, with comments
// from # to the end of a line; one white-space byte ends it.
type pgmHeader struct {
	width, height, max int
	raster             int // offset of the first sample
}

// size is the raster's length in bytes: two to a sample above 255.
func (h pgmHeader) size() int64 {
	n := int64(h.width) * int64(h.height)
	if h.max > 255 {
		n *= 2
	}
	return n
}

func parsePGM(b []byte) (h pgmHeader, err error) {
	if len(b) < 2 || b[0] != 'P' || b[1] != '5' {
		return h, ErrNotPicture
	}
	i := 2
	number := func() (int, error) {
		spaced := false
		for i < len(b) {
			if b[i] == '#' {
				for i < len(b) && b[i] != '\n' && b[i] != '\r' {
					i++
				}
				continue
			}
			if !space(b[i]) {
				break
			}
			spaced = true
			i++
		}
		start, n := i, 0
		for i < len(b) && b[i] >= '0' && b[i] <= '9' && i-start < 8 {
			n = 10*n + int(b[i]-'0')
			i++
		}
		switch {
		case i == len(b):
			return 0, ErrTruncated
		case i == start || !spaced:
			return 0, fmt.Errorf("%w (its PGM header is wrong)", ErrBadPicture)
		}
		return n, nil
	}
	for _, field := range []*int{&h.width, &h.height, &h.max} {
		if *field, err = number(); err != nil {
			return h, err
		}
	}
	if !space(b[i]) || h.width < 1 || h.height < 1 || h.max < 1 || h.max > 65535 {
		return h, fmt.Errorf("%w (its PGM header is wrong)", ErrBadPicture)
	}
	h.raster = i + 1
	return h, nil
}

// decodePGM shares b's bytes where they already are 8-bit luminance.
func decodePGM(b []byte) (*image.Gray, error) {
	h, err := parsePGM(b)
	if err != nil {
		return nil, err
	}
	if err := checkSize(h.width, h.height); err != nil {
		return nil, err
	}
	b = b[h.raster:]
	if int64(len(b)) < h.size() {
		return nil, ErrTruncated
	}
	rect := image.Rect(0, 0, h.width, h.height)
	if h.max == 255 {
		return &image.Gray{Pix: b[:h.size():h.size()], Stride: h.width, Rect: rect}, nil
	}
	g := image.NewGray(rect)
	for i := range g.Pix {
		v := int(b[i])
		if h.max > 255 {
			v = int(b[2*i])<<8 | int(b[2*i+1])
		}
		if v > h.max {
			return nil, fmt.Errorf("%w (a PGM sample is above the largest value)", ErrBadPicture)
		}
		g.Pix[i] = byte((v*255 + h.max/2) / h.max)
	}
	return g, nil
}

func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
