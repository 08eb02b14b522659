package camera

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math"
)

// Limits on a picture, checked before memory is taken for it.
const (
	// MaxPixels is the largest picture read: 50 megapixels, what a phone's
	// camera makes at most.
	MaxPixels = 50_000_000
	// maxBytes bounds a picture's file: MaxPixels of 16-bit PGM and a header.
	maxBytes = 2*MaxPixels + 1<<16
)

const pngSignature = "\x89PNG\r\n\x1a\n"

func isJPEG(b []byte) bool { return bytes.HasPrefix(b, []byte{0xff, markSOI, 0xff}) }
func isPNG(b []byte) bool  { return bytes.HasPrefix(b, []byte(pngSignature)) }
func isPGM(b []byte) bool {
	return len(b) >= 3 && b[0] == 'P' && b[1] == '5' && (space(b[2]) || b[2] == '#')
}

// DecodePicture reads a JPEG, PNG or binary PGM as luminance. What it is, its
// first bytes tell, not its name. The result may share b's memory. The error
// wraps ErrTooLarge, ErrTruncated, ErrBadPicture or ErrNotPicture.
func DecodePicture(b []byte) (*image.Gray, error) {
	switch {
	case isJPEG(b):
		return decodeJPEG(withHuffman(b, nil))
	case isPNG(b):
		// Read here, not by png.DecodeConfig: what does not fit the machine's int
		// that refuses in other words on 32 bits than on 64.
		if w, h, ok := pngSize(b); ok {
			if err := checkSize(w, h); err != nil {
				return nil, err
			}
		}
		m, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			return nil, pictureError(b, err)
		}
		return luminance(m), nil
	case isPGM(b):
		return decodePGM(b)
	}
	return nil, ErrNotPicture
}

// pngSize reads the size from a PNG's header chunk (PNG §11.2.1, 31 bits each),
// and false where the file does not begin with one.
func pngSize(b []byte) (w, h int, ok bool) {
	b = bytes.TrimPrefix(b, []byte(pngSignature))
	if len(b) < 16 || string(b[4:8]) != "IHDR" {
		return 0, 0, false
	}
	return int(binary.BigEndian.Uint32(b[8:]) & math.MaxInt32), int(binary.BigEndian.Uint32(b[12:]) & math.MaxInt32), true
}

// decodeJPEG reads a JPEG that has its Huffman tables. What is wrong with one is
// image/jpeg's to say, and so is what only that can read.
func decodeJPEG(b []byte) (*image.Gray, error) {
	d := new(jpegDecoder)
	if g, err := d.decode(b); err == nil && d.ended {
		return g, nil
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, pictureError(b, err)
	}
	if err := checkSize(c.Width, c.Height); err != nil {
		return nil, err
	}
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, pictureError(b, err)
	}
	return luminance(m), nil
}

func checkSize(w, h int) error {
	if w < 1 || h < 1 {
		return fmt.Errorf("%w (it has no pixels)", ErrBadPicture)
	}
	if n := int64(w) * int64(h); n > MaxPixels {
		return fmt.Errorf("%d megapixels, and %d are read at most: %w", n/1_000_000, MaxPixels/1_000_000, ErrTooLarge)
	}
	return nil
}

// pictureError gives a decoder's error on b a sentence for a person. The
// decoders call a picture cut in the middle of its coded data many things; that
// its end is missing shows in its structure. Their texts name the format's parts
// and never its content.
func pictureError(b []byte, err error) error {
	if _, cut := newStream(bytes.NewReader(b)).next(); errors.Is(cut, ErrTruncated) {
		return ErrTruncated
	}
	return fmt.Errorf("%w (%w)", ErrBadPicture, err)
}
