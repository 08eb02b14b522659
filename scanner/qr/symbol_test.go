package qr

import (
	"image"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common/reedsolomon"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

// printed is a symbol as a grid of modules, true for dark.
type printed [][]bool

func encode(t testing.TB, message string, level decoder.ErrorCorrectionLevel, hints map[gozxing.EncodeHintType]any) printed {
	t.Helper()
	code, err := encoder.Encoder_encode(message, level, hints)
	if err != nil {
		t.Fatal(err)
	}
	return printedGrid(code.GetMatrix())
}

func printedGrid(m *encoder.ByteMatrix) printed {
	p := make(printed, m.GetHeight())
	for y := range p {
		p[y] = make([]bool, m.GetWidth())
		for x := range p[y] {
			p[y][x] = m.Get(x, y) == 1
		}
	}
	return p
}

// encodeBits makes a version 4-L symbol (one block: 80 data codewords and 20 of
// error correction, ISO/IEC 18004 table 9) of a bit stream.
func encodeBits(t testing.TB, w *bitWriter) printed {
	t.Helper()
	const data, check = 80, 20
	for i := 0; i < 4 && w.bits.GetSize() < 8*data; i++ {
		w.bits.AppendBit(false)
	}
	for w.bits.GetSize()%8 != 0 {
		w.bits.AppendBit(false)
	}
	for pad := 0xEC; w.bits.GetSize() < 8*data; pad ^= 0xEC ^ 0x11 {
		w.put(pad, 8)
	}
	words := make([]int, data+check)
	for i, b := range w.bytes()[:data] {
		words[i] = int(b)
	}
	if err := reedsolomon.NewReedSolomonEncoder(reedsolomon.GenericGF_QR_CODE_FIELD_256).Encode(words, check); err != nil {
		t.Fatal(err)
	}
	all := &bitWriter{bits: gozxing.NewEmptyBitArray()}
	for _, v := range words {
		all.put(v, 8)
	}
	version, err := decoder.Version_GetVersionForNumber(4)
	if err != nil {
		t.Fatal(err)
	}
	m := encoder.NewByteMatrix(33, 33)
	if err := encoder.MatrixUtil_buildMatrix(all.bits, decoder.ErrorCorrectionLevel_L, version, 2, m); err != nil {
		t.Fatal(err)
	}
	return printedGrid(m)
}

type bitWriter struct{ bits *gozxing.BitArray }

// stream writes pairs of a value and its width.
func bitsOf(pairs ...int) *bitWriter {
	w := &bitWriter{bits: gozxing.NewEmptyBitArray()}
	for i := 0; i < len(pairs); i += 2 {
		w.put(pairs[i], pairs[i+1])
	}
	return w
}

func (w *bitWriter) put(value, width int) {
	for i := width - 1; i >= 0; i-- {
		w.bits.AppendBit(value>>i&1 == 1)
	}
}

func (w *bitWriter) bytes() []byte {
	out := make([]byte, (w.bits.GetSize()+7)/8)
	for i := range w.bits.GetSize() {
		if w.bits.Get(i) {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}

// onto draws a symbol with its top left corner at (x, y).
func (p printed) onto(frame *image.Gray, x, y, module int) {
	for r, row := range p {
		for c, dark := range row {
			v := byte(235)
			if dark {
				v = 25
			}
			for dy := range module {
				line := frame.Pix[frame.PixOffset(x+c*module, y+r*module+dy):]
				for dx := range module {
					line[dx] = v
				}
			}
		}
	}
}

func (p printed) mirrored() printed {
	m := make(printed, len(p))
	for y := range p {
		m[y] = make([]bool, len(p))
		for x := range p {
			m[y][x] = p[y][len(p)-1-x]
		}
	}
	return m
}

// paper is an empty frame.
func paper(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 235
	}
	return g
}

// framed draws a symbol alone, with its quiet zone.
func framed(p printed, module int) *image.Gray {
	side := (len(p) + 8) * module
	g := paper(side, side)
	p.onto(g, 4*module, 4*module, module)
	return g
}
