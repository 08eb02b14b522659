package qr

import (
	"bytes"
	"errors"
	"testing"

	"github.com/makiuchi-d/gozxing"
)

// alpha packs two characters of the alphanumeric set.
func alpha(a, b byte) int {
	return bytes.IndexByte([]byte(alphanumeric), a)*45 + bytes.IndexByte([]byte(alphanumeric), b)
}

func TestSegments(t *testing.T) {
	cases := []struct {
		name   string
		bits   *bitWriter
		bytes  string
		text   string
		append *Append
	}{
		{"empty", bitsOf(0, 4), "", "", nil},
		{"numeric", bitsOf(1, 4, 8, 10, 12, 10, 345, 10, 67, 7), "01234567", "01234567", nil},
		{"numeric, one left", bitsOf(1, 4, 4, 10, 999, 10, 0, 4), "9990", "9990", nil},
		{"alphanumeric", bitsOf(2, 4, 3, 9, alpha('A', ':'), 11, 36, 6), "A: ", "A: ", nil},
		{"byte", bitsOf(4, 4, 2, 8, 0xC3, 8, 0xA9, 8), "\xC3\xA9", "é", nil},
		{"byte, NUL", bitsOf(4, 4, 3, 8, 'a', 8, 0, 8, 'b', 8), "a\x00b", "a\x00b", nil},
		{"mixed", bitsOf(2, 4, 2, 9, alpha('H', 'C'), 11, 1, 4, 1, 10, 1, 4, 4, 4, 1, 8, ':', 8), "HC1:", "HC1:", nil},
		// ISO/IEC 18004 §7.4.6's own example: 935F is 0D9F, E4AA is 1AAA.
		{"kanji", bitsOf(8, 4, 2, 8, 0x0D9F, 13, 0x1AAA, 13), "\x93\x5F\xE4\xAA", "点茗", nil},
		// 中 is D6D0: (D6-A6)*60h + (D0-A1).
		{"hanzi", bitsOf(13, 4, 1, 4, 1, 8, 0x30*0x60+0x2F, 13), "\xD6\xD0", "中", nil},
		{"ECI 3, Latin-1", bitsOf(7, 4, 3, 8, 4, 4, 1, 8, 0xE9, 8), "\xE9", "é", nil},
		{"ECI 26, UTF-8", bitsOf(7, 4, 26, 8, 4, 4, 2, 8, 0xC4, 8, 0x90, 8), "\xC4\x90", "Đ", nil},
		{"ECI 20, Shift JIS", bitsOf(7, 4, 20, 8, 4, 4, 2, 8, 0x93, 8, 0x5F, 8), "\x93\x5F", "点", nil},
		{"ECI of two bytes", bitsOf(7, 4, 0b10, 2, 26, 14, 4, 4, 2, 8, 0xC4, 8, 0x90, 8), "\xC4\x90", "Đ", nil},
		{"ECI of three bytes, unknown", bitsOf(7, 4, 0b110, 3, 899999, 21, 4, 4, 1, 8, 'x', 8), "x", "x", nil},
		{"ECI changes", bitsOf(7, 4, 3, 8, 4, 4, 1, 8, 0xE9, 8, 7, 4, 26, 8, 4, 4, 2, 8, 0xC3, 8, 0xA9, 8), "\xE9\xC3\xA9", "éé", nil},
		{"FNC1 first", bitsOf(5, 4, 2, 4, 4, 9, alpha('1', '%'), 11, alpha('%', '%'), 11), "1%\x1D", "1%\x1D", nil},
		{"FNC1 separator", bitsOf(5, 4, 2, 4, 3, 9, alpha('1', '%'), 11, 2, 6), "1\x1D2", "1\x1D2", nil},
		{"percent without FNC1", bitsOf(2, 4, 2, 9, alpha('%', '%'), 11), "%%", "%%", nil},
		{"FNC1 second, digits", bitsOf(9, 4, 37, 8, 1, 4, 1, 10, 5, 4), "375", "375", nil},
		{"FNC1 second, letter", bitsOf(9, 4, 'a'+100, 8, 1, 4, 1, 10, 5, 4), "a5", "a5", nil},
		{"structured append", bitsOf(3, 4, 1, 4, 3, 4, 0xAB, 8, 4, 4, 1, 8, 'z', 8), "z", "z", &Append{Index: 1, Total: 4, Parity: 0xAB}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := one(t, framed(encodeBits(t, c.bits), 3))
			if string(s.Bytes) != c.bytes || s.Text() != c.text || s.Bytes == nil {
				t.Errorf("bytes %x, text %q; want %x, %q", s.Bytes, s.Text(), c.bytes, c.text)
			}
			if (s.Append == nil) != (c.append == nil) || s.Append != nil && *s.Append != *c.append {
				t.Errorf("append %+v, want %+v", s.Append, c.append)
			}
		})
	}
}

func TestMalformedStreams(t *testing.T) {
	cases := map[string][]byte{
		"unknown mode":          bitsOf(0b0110, 4).bytes(),
		"numeric too large":     bitsOf(1, 4, 3, 10, 1000, 10).bytes(),
		"two digits too large":  bitsOf(1, 4, 2, 10, 100, 7).bytes(),
		"one digit too large":   bitsOf(1, 4, 1, 10, 10, 4).bytes(),
		"numeric cut":           bitsOf(1, 4, 30, 10, 1, 10).bytes(),
		"alphanumeric large":    bitsOf(2, 4, 2, 9, 2025, 11).bytes(),
		"one character large":   bitsOf(2, 4, 1, 9, 45, 6).bytes(),
		"alphanumeric cut":      bitsOf(2, 4, 511, 9).bytes(),
		"byte cut":              bitsOf(4, 4, 200, 8, 1, 8).bytes(),
		"kanji cut":             bitsOf(8, 4, 200, 8, 1, 13).bytes(),
		"hanzi subset":          bitsOf(13, 4, 2, 4, 1, 8, 0, 13).bytes(),
		"ECI designator":        bitsOf(7, 4, 0xFF, 8).bytes(),
		"ECI too large":         bitsOf(7, 4, 0b110, 3, 1000000, 21).bytes(),
		"ECI cut":               bitsOf(7, 4, 0b1, 1).bytes(),
		"append past the total": bitsOf(3, 4, 5, 4, 2, 4, 0, 8).bytes(),
		"append cut":            bitsOf(3, 4, 0, 4, 1, 4).bytes(),
		"application indicator": bitsOf(9, 4, 120, 8).bytes(),
	}
	for name, stream := range cases {
		if m, _, err := parseStream(stream, 4); !errors.Is(err, ErrContent) {
			t.Errorf("%s: %v, %q", name, err, m.bytes)
		}
	}
}

// TestCountWidths reads the same message in a symbol of each of the three sizes
// of character counts.
func TestCountWidths(t *testing.T) {
	for version, width := range map[int]int{9: 8, 10: 16, 26: 16, 27: 16, 40: 16} {
		m, _, err := parseStream(bitsOf(4, 4, 1, width, 'x', 8).bytes(), version)
		if err != nil || string(m.bytes) != "x" {
			t.Errorf("version %d: %q, %v", version, m.bytes, err)
		}
	}
	for version, width := range map[int]int{9: 10, 10: 12, 26: 12, 27: 14} {
		m, _, err := parseStream(bitsOf(1, 4, 1, width, 7, 4).bytes(), version)
		if err != nil || string(m.bytes) != "7" {
			t.Errorf("version %d: %q, %v", version, m.bytes, err)
		}
	}
}

// TestEncoderModes reads what gozxing's encoder makes of other character sets.
func TestEncoderModes(t *testing.T) {
	for set, message := range map[string]string{"Shift_JIS": "点検所", "ISO-8859-1": "naïve café", "UTF-8": "chốt kiểm soát", "GB18030": "检查站"} {
		p := encode(t, message, levelM, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_CHARACTER_SET: set})
		if s := one(t, framed(p, 4)); s.Text() != message {
			t.Errorf("%s: %q, want %q", set, s.Text(), message)
		}
	}
}

func TestGuess(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"plain", "plain"},
		{"Nguyễn Thị Ví Dụ", "Nguyễn Thị Ví Dụ"},
		{"\x93\x5F\x8C\x9F\x8F\x8A", "点検所"},                   // Shift JIS
		{"\xC3\xDE\xBB\xDE\xB2\xDD", "ﾃﾞｻﾞｲﾝ"},                // half-width katakana
		{"\xD6\xD0\xCE\xC4", "中文"},                            // GB 2312
		{"caf\xE9 na\xEFve", "café naïve"},                    // Latin-1
		{"\xFF\xFF\xFF", "ÿÿÿ"},                               // nothing else fits
		{"Stra\xDFe 5, M\xFCnchen", "Straße 5, München"},      // Latin-1
		{"abc\xE9", "abcé"},                                   // at the end
		{"\x82\xB1\x82\xF1\x82\xC9\x82\xBF\x82\xCD", "こんにちは"}, // Shift JIS, hiragana
	} {
		s := Symbol{Bytes: []byte(c.raw), runs: []run{{0, len(c.raw), setGuess}}}
		if have := s.Text(); have != c.want {
			t.Errorf("% x: %q, want %q", c.raw, have, c.want)
		}
	}
}
