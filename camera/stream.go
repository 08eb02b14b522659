package camera

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// stream cuts a byte stream into its pictures: JPEGs, PNGs and binary PGMs one
// after another, in any mix, with white space allowed between them. JPEGs are
// followed marker by marker (ITU-T T.81 Annex B), so a thumbnail inside one
// does not end it.
//
// A damaged picture is an error value. The stream goes on at the next thing
// that looks like the beginning of a picture.
type stream struct {
	r   *bufio.Reader
	buf []byte // the picture being collected; reused
}

func newStream(r io.Reader) *stream { return &stream{r: bufio.NewReaderSize(r, 64<<10)} }

// next returns one picture's bytes, valid until the next call, or an error
// about one picture; io.EOF is the end, and a failure to read comes as it is.
// Every call consumes something.
func (s *stream) next() ([]byte, error) {
	s.buf = s.buf[:0]
	for {
		b, err := s.r.Peek(1)
		if err != nil {
			return nil, err
		}
		if !space(b[0]) {
			break
		}
		s.r.Discard(1)
	}
	head, err := s.r.Peek(len(pngSignature))
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case isJPEG(head):
		err = s.jpeg()
	case isPNG(head):
		err = s.png()
	case isPGM(head):
		err = s.pgm()
	default:
		err = s.skip()
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		s.r.Discard(s.r.Buffered()) // fewer bytes than a marker or a chunk header
		err = ErrTruncated
	}
	if err != nil {
		return nil, err
	}
	return s.buf, nil
}

// take moves n bytes from the stream into the picture.
func (s *stream) take(n int) error {
	if n < 0 || len(s.buf)+n > maxBytes {
		return fmt.Errorf("more than %d megabytes: %w", maxBytes/1_000_000, ErrTooLarge)
	}
	for n > 0 { // in steps, so that a length that lies takes no memory
		step := min(n, 64<<10)
		at := len(s.buf)
		s.buf = append(s.buf, make([]byte, step)...)
		if _, err := io.ReadFull(s.r, s.buf[at:]); err != nil {
			return err
		}
		n -= step
	}
	return nil
}

func (s *stream) jpeg() error {
	if err := s.take(2); err != nil {
		return err
	}
	for {
		b, err := s.r.Peek(2)
		switch {
		case err != nil:
			return err
		case b[0] != 0xff:
			return fmt.Errorf("%w (a JPEG marker is missing)", ErrBadPicture)
		case b[1] == 0xff: // fill byte
			s.r.Discard(1)
			continue
		case b[1] == markSOI: // the next picture, and this one had no end
			return ErrTruncated
		case bare(b[1]):
			if err := s.take(2); err != nil || b[1] == markEOI {
				return err
			}
			continue
		}
		scan := b[1] == markSOS
		if b, err = s.r.Peek(4); err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 {
			s.r.Discard(2)
			return fmt.Errorf("%w (a JPEG segment has no length)", ErrBadPicture)
		}
		if err := s.take(2 + n); err != nil {
			return err
		}
		if scan {
			if err := s.entropy(); err != nil {
				return err
			}
		}
	}
}

// entropy takes a scan's coded bytes up to the marker that ends them: FF 00 is
// a stuffed FF, FF D0…D7 restarts the coder (T.81 B.1.1.5, F.1.2.3).
func (s *stream) entropy() error {
	for {
		b, err := s.r.Peek(max(2, s.r.Buffered()))
		if len(b) < 2 {
			return err
		}
		n := bytes.IndexByte(b, 0xff)
		switch {
		case n < 0:
			n = len(b)
		case n == len(b)-1: // the FF's second byte is not here yet
		case b[n+1] == 0 || b[n+1] >= markRST0 && b[n+1] <= markRST7:
			n += 2
		case n == 0:
			return nil
		}
		if err := s.take(n); err != nil {
			return err
		}
	}
}

func (s *stream) png() error {
	if err := s.take(len(pngSignature)); err != nil {
		return err
	}
	for { // chunks: length, type, content, CRC (ISO/IEC 15948 §5.3)
		b, err := s.r.Peek(8)
		if err != nil {
			return err
		}
		n, end := binary.BigEndian.Uint32(b), string(b[4:8]) == "IEND"
		if n > maxBytes {
			s.r.Discard(8)
			return fmt.Errorf("%w (a PNG chunk has no end)", ErrBadPicture)
		}
		if err := s.take(12 + int(n)); err != nil || end {
			return err
		}
	}
}

func (s *stream) pgm() error {
	for size := 64; ; size *= 2 { // until the header, with its comments, fits
		b, peekErr := s.r.Peek(size)
		h, err := parsePGM(b)
		if err == nil {
			if err = checkSize(h.width, h.height); err == nil {
				return s.take(h.raster + int(h.size()))
			}
		}
		if errors.Is(err, ErrTruncated) && peekErr == nil {
			continue
		}
		s.r.Discard(min(3, len(b)))
		return err
	}
}

// skip drops bytes that begin no picture.
func (s *stream) skip() error {
	for n := 0; ; n++ {
		head, err := s.r.Peek(len(pngSignature))
		if len(head) == 0 || n > 0 && (isJPEG(head) || isPNG(head) || isPGM(head)) {
			if err == io.EOF || err == nil {
				return fmt.Errorf("%d bytes skipped: %w", n, ErrNotPicture)
			}
			return err
		}
		s.r.Discard(1)
	}
}
