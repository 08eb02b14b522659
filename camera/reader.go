package camera

import "image"

// reader turns raw frames of one mode into luminance in a buffer of its own.
type reader struct {
	mode    Mode
	gray    *image.Gray
	jpeg    jpegDecoder
	scratch []byte
}

func (r *reader) luminance(b []byte) (*image.Gray, error) {
	w, h := r.mode.Width, r.mode.Height
	if r.mode.Format == "MJPG" || r.mode.Format == "JPEG" {
		j := withHuffman(b, r.scratch)
		if len(j) > len(b) {
			r.scratch = j
		}
		g, err := r.jpeg.decode(j)
		if err == errOtherJPEG {
			return decodeJPEG(j)
		}
		return g, err
	}
	row, ok := rowBytes(r.mode.Format, len(b), w, h)
	if !ok {
		return nil, ErrTruncated
	}
	r.gray = resize(r.gray, w, h)
	if r.mode.Format == "YUYV" {
		yuyv(r.gray, b, row)
	} else {
		plane(r.gray, b, row)
	}
	return r.gray, nil
}
