package roster

import (
	"encoding/binary"
	"fmt"
)

const (
	magic       = "chotrst2"
	magicBefore = "chotrst1" // pages of 4096 bytes
	rowSize     = 10
	rowsPerPage = pageSize / rowSize
	rowsABucket = 48 // on average, at most
)

// A header is the file's first page; the package documentation has its layout.
type header struct {
	bucketBits   uint8
	epoch        uint32
	rows         uint32
	profiles     uint32
	profileBytes uint32
	keyCheck     [16]byte
}

func (h header) append(b []byte) []byte {
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint32(b, pageSize)
	b = append(b, h.bucketBits, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, h.epoch)
	b = binary.BigEndian.AppendUint32(b, h.rows)
	b = binary.BigEndian.AppendUint32(b, h.profiles)
	b = binary.BigEndian.AppendUint32(b, h.profileBytes)
	return append(b, h.keyCheck[:]...)
}

func parseHeader(b []byte) (header, error) {
	if string(b[:8]) == magicBefore {
		return header{}, fmt.Errorf("%w: %w, %s, and this program reads %s: ask the authority to build and publish it again", ErrFormat, ErrEarlier, magicBefore, magic)
	}
	if string(b[:8]) != magic {
		return header{}, fmt.Errorf("%w: it is not a list, or of a later version than this program: update the program", ErrFormat)
	}
	h := header{
		bucketBits:   b[12],
		epoch:        binary.BigEndian.Uint32(b[16:]),
		rows:         binary.BigEndian.Uint32(b[20:]),
		profiles:     binary.BigEndian.Uint32(b[24:]),
		profileBytes: binary.BigEndian.Uint32(b[28:]),
		keyCheck:     [16]byte(b[32:48]),
	}
	if again := h.append(nil); string(again) != string(b[:len(again)]) || !allZero(b[len(again):]) {
		return header{}, fmt.Errorf("%w: its header holds unknown fields: update the program", ErrFormat)
	}
	if h.bucketBits > maxBucketBits || h.rows > MaxRows || h.profiles > MaxProfiles || int64(h.profileBytes) < 4*(int64(h.profiles)+1) {
		return header{}, fmt.Errorf("%w: its header is beyond the limits: ask the authority to build it again", ErrFormat)
	}
	return h, nil
}

// Where the sections begin, in pages.
func (h header) firstRowPage() int { return 1 + pagesFor(4*(int64(1)<<h.bucketBits+1)) }
func (h header) firstProfilePage() int {
	return h.firstRowPage() + (int(h.rows)+rowsPerPage-1)/rowsPerPage
}
func (h header) pages() int { return h.firstProfilePage() + pagesFor(int64(h.profileBytes)) }

// size is the whole file's.
func (h header) size() int64 { return int64(h.pages()) * (pageSize + hashSize) }

func pagesFor(n int64) int { return int((n + pageSize - 1) / pageSize) }

// bucketBitsFor is the choice of b for a list of so many rows.
func bucketBitsFor(rows int) uint8 {
	bits := uint8(0)
	for bits < maxBucketBits && rows>>bits > rowsABucket {
		bits++
	}
	return bits
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
