package wire

import (
	"errors"

	"github.com/klauspost/compress/zstd"
)

// unpacker is made at start-up, never inside a call: it keeps a channel, and a
// test's time bubble must not own it.
var unpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true),
	zstd.WithDecoderMaxWindow(MaxBundle), zstd.WithDecoderMaxMemory(MaxBundle)))

// pack makes its encoder anew: a device packs a bundle now and then, and need
// not hold the encoder's tables in between. A small window is enough; a
// bundle's entries resemble their neighbours.
func pack(plain []byte) []byte {
	packer := must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true)))
	return packer.EncodeAll(plain, nil)
}

var errPacked = errors.New("its content is not one whole Zstandard frame")

// unpack returns the content of exactly one frame. A frame that would grow
// beyond MaxBundle stops there, whatever its header promises.
func unpack(packed []byte) ([]byte, error) {
	if !oneFrame(packed) {
		return nil, errPacked
	}
	plain, err := unpacker.DecodeAll(packed, nil)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, ErrTooLarge
	case err != nil:
		return nil, errPacked
	case len(plain) > MaxBundle:
		return nil, ErrTooLarge
	}
	return plain, nil
}

// oneFrame reports whether b is one Zstandard frame and nothing else: the
// decoder would also take several, and skip frames that hold anything
// (RFC 8878 §3.1).
func oneFrame(b []byte) bool {
	var h zstd.Header
	if err := h.Decode(b); err != nil || h.Skippable || h.DictionaryID != 0 || h.HeaderSize > len(b) {
		return false
	}
	b = b[h.HeaderSize:]
	for {
		if len(b) < 3 {
			return false
		}
		// RFC 8878 §3.1.1.2: last-block flag, two bits of type, 21 of size.
		block := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
		size := int(block >> 3)
		if block>>1&3 == 1 { // run-length: one byte, repeated
			size = 1
		}
		if b = b[3:]; len(b) < size {
			return false
		}
		b = b[size:]
		if block&1 == 1 {
			break
		}
	}
	if h.HasCheckSum {
		return len(b) == 4
	}
	return len(b) == 0
}
