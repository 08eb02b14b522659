package qr

import (
	"encoding/binary"
	"image"
	"math/bits"

	"github.com/makiuchi-d/gozxing"
)

// bitmap is a frame in black and white: one bit a pixel, black set, 32 pixels a
// word with the leftmost in bit 0, as gozxing.BitMatrix has it.
type bitmap struct {
	width, height int
	stride        int // words a row
	words         []uint32
	matrix        *gozxing.BitMatrix // the same, for gozxing's eyes
	row           *gozxing.BitArray

	blocks []uint8 // black point of each 8 by 8 block
	lent   []byte  // source's matrix
}

func (b *bitmap) reset(w, h int) {
	b.stride = (w + 31) / 32
	b.words = grow(b.words, b.stride*h)
	clear(b.words)
	if b.matrix == nil || b.width != w || b.height != h {
		// The sides are positive: this cannot fail.
		b.matrix, _ = gozxing.NewBitMatrix(w, h)
		b.row = gozxing.NewBitArray(w)
	}
	b.width, b.height = w, h
}

// publish copies the words into the matrix.
func (b *bitmap) publish() {
	row := b.row.GetBitArray()
	for y := range b.height {
		copy(row, b.words[y*b.stride:][:b.stride])
		b.matrix.SetRow(y, b.row)
	}
}

// global sets every pixel darker than one threshold for the whole frame. It
// reports whether the frame has contrast enough to choose one.
func (b *bitmap) global(gray *image.Gray) bool {
	m, err := gozxing.NewGlobalHistgramBinarizer(newSource(gray, &b.lent)).GetBlackMatrix()
	if err != nil {
		return false
	}
	b.reset(gray.Rect.Dx(), gray.Rect.Dy())
	b.matrix = m
	row := b.row
	for y := range b.height {
		row = m.GetRow(y, row)
		copy(b.words[y*b.stride:][:b.stride], row.GetBitArray())
	}
	return true
}

const (
	block    = 8
	minSide  = 5 * block // below it the neighbourhood of 5 by 5 blocks has no place
	minRange = 24        // a block with less contrast than this is all one colour
	highBits = 0x8080808080808080
	lowBits  = 0x0101010101010101
)

// local thresholds each 8 by 8 block at the mean of the black points of the 5
// by 5 blocks around it. It computes what gozxing.HybridBinarizer computes, bit
// for bit (a test compares them), eight pixels at a time.
func (b *bitmap) local(gray *image.Gray) bool {
	w, h := gray.Rect.Dx(), gray.Rect.Dy()
	if w < minSide || h < minSide {
		return b.global(gray)
	}
	b.reset(w, h)
	cols, rows := (w+block-1)/block, (h+block-1)/block
	b.blocks = grow(b.blocks, cols*rows)
	b.blackPoints(gray, cols, rows)

	for by := range rows {
		top := min(by*block, h-block)
		cy := min(max(by, 2), rows-3)
		// Column sums of five rows of blocks slide along the row.
		column := func(x int) (sum int) {
			for dy := -2; dy <= 2; dy++ {
				sum += int(b.blocks[(cy+dy)*cols+x])
			}
			return sum
		}
		sum := 0
		for x := range 5 {
			sum += column(x)
		}
		for bx := range cols {
			if bx > 2 && bx <= cols-3 {
				sum += column(bx+2) - column(bx-3)
			}
			b.thresholdBlock(gray, min(bx*block, w-block), top, uint8(sum/25))
		}
	}
	b.publish()
	return true
}

// less compares eight bytes at once: the high bit of each byte of the result is
// set where a's byte is less than b's. It subtracts without borrow between bytes
// (Warren, Hacker's Delight §2-18).
func less(a, b uint64) uint64 {
	d := ((a | highBits) - (b &^ highBits)) ^ ((a ^ ^b) & highBits)
	return ((^a & b) | ((^a | b) & d)) & highBits
}

func (b *bitmap) thresholdBlock(gray *image.Gray, left, top int, threshold uint8) {
	t := uint64(threshold) * lowBits
	word, shift := left/32, uint(left%32)
	for y := top; y < top+block; y++ {
		p := binary.LittleEndian.Uint64(gray.Pix[y*gray.Stride+left:])
		// Gather the eight high bits into one byte, first pixel lowest.
		black := uint32(((^less(t, p) & highBits) >> 7) * 0x0102040810204080 >> 56)
		row := b.words[y*b.stride:]
		row[word] |= black << shift
		if shift > 24 {
			row[word+1] |= black >> (32 - shift)
		}
	}
}

func (b *bitmap) blackPoints(gray *image.Gray, cols, rows int) {
	w, h := gray.Rect.Dx(), gray.Rect.Dy()
	for by := range rows {
		top := min(by*block, h-block)
		for bx := range cols {
			left := min(bx*block, w-block)
			const even = 0x00FF00FF00FF00FF
			var sums, least, most uint64
			least = ^least
			for y := top; y < top+block; y++ {
				v := binary.LittleEndian.Uint64(gray.Pix[y*gray.Stride+left:])
				// Four sums of 16 bits hold 8 rows of 2 bytes.
				sums += v&even + v>>8&even
				least ^= (least ^ v) & (less(v, least) >> 7 * 255)
				most ^= (most ^ v) & (less(most, v) >> 7 * 255)
			}
			sum := sums&0xFFFF + sums>>16&0xFFFF + sums>>32&0xFFFF + sums>>48
			lo, hi := uint8(255), uint8(0)
			for shift := 0; shift < 64; shift += 8 {
				lo, hi = min(lo, uint8(least>>shift)), max(hi, uint8(most>>shift))
			}
			point := uint8(sum / (block * block))
			if hi-lo <= minRange {
				// One colour: take it for paper, unless its neighbours show
				// that it lies inside something dark.
				point = lo / 2
				if by > 0 && bx > 0 {
					up := b.blocks[(by-1)*cols+bx-1:]
					around := uint8((uint(up[1]) + 2*uint(b.blocks[by*cols+bx-1]) + uint(up[0])) / 4)
					if lo < around {
						point = around
					}
				}
			}
			b.blocks[by*cols+bx] = point
		}
	}
}

// runs appends the lengths of a row's runs of one colour to dst, beginning with
// a white one (which may have length zero).
func (b *bitmap) runs(y int, dst []int32) []int32 {
	row := b.words[y*b.stride:][:b.stride]
	var flip uint32 // all ones while inside black
	start := 0
	for i, word := range row {
		rest := word ^ flip
		base := i * 32
		for rest != 0 {
			at := bits.TrailingZeros32(rest)
			x := base + at
			if x >= b.width {
				break
			}
			dst = append(dst, int32(x-start))
			start = x
			flip = ^flip
			rest = (word ^ flip) &^ (1<<uint(at) - 1)
		}
	}
	return append(dst, int32(b.width-start))
}
