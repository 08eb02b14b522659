package qr

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// charset is the character set of an ECI assignment number (AIM ITS/04-023).
// It returns nil for UTF-8, ASCII and numbers that name no character set.
func charset(eci int) encoding.Encoding {
	switch eci {
	case 0, 2:
		return charmap.CodePage437
	case 1, 3:
		return charmap.ISO8859_1
	case 4:
		return charmap.ISO8859_2
	case 5:
		return charmap.ISO8859_3
	case 6:
		return charmap.ISO8859_4
	case 7:
		return charmap.ISO8859_5
	case 8:
		return charmap.ISO8859_6
	case 9:
		return charmap.ISO8859_7
	case 10:
		return charmap.ISO8859_8
	case 11:
		return charmap.ISO8859_9
	case 12:
		return charmap.ISO8859_10
	case 13:
		return charmap.Windows874 // ISO 8859-11 is a part of it
	case 15:
		return charmap.ISO8859_13
	case 16:
		return charmap.ISO8859_14
	case 17:
		return charmap.ISO8859_15
	case 18:
		return charmap.ISO8859_16
	case 20, setKanji:
		return japanese.ShiftJIS
	case 21:
		return charmap.Windows1250
	case 22:
		return charmap.Windows1251
	case 23:
		return charmap.Windows1252
	case 24:
		return charmap.Windows1256
	case 25:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case 28:
		return traditionalchinese.Big5
	case 29, 31, 32, setHanzi:
		return simplifiedchinese.GB18030 // GB 2312 and GBK are parts of it
	case 30:
		return korean.EUCKR
	case 33:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	}
	return nil
}

// Text reads Bytes as text: each run by its ECI or mode, and the byte segments
// without one by one guess over all of them. It is empty when Err is not nil. It
// is not what credentials are read from, and a program that does not call it is
// half a megabyte of tables smaller.
func (s *Symbol) Text() string {
	var unnamed []byte
	for _, r := range s.runs {
		if r.set == setGuess {
			unnamed = append(unnamed, s.Bytes[r.start:r.end]...)
		}
	}
	guessed := guess(unnamed)
	var out strings.Builder
	for _, r := range s.runs {
		set := charset(r.set)
		if r.set == setGuess {
			set = guessed
		}
		out.WriteString(decodeText(set, s.Bytes[r.start:r.end]))
	}
	return out.String()
}

func decodeText(set encoding.Encoding, raw []byte) string {
	if set != nil {
		if s, err := set.NewDecoder().Bytes(raw); err == nil {
			return string(s)
		}
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}

// guess chooses a character set for bytes that name none. nil stands for UTF-8.
// ISO/IEC 18004 says Latin-1, makers say UTF-8, and old Japanese and Chinese
// ones their own sets: a set is taken if the bytes are valid in it, the likely
// first.
func guess(raw []byte) encoding.Encoding {
	if utf8.Valid(raw) {
		return nil
	}
	wide := func(set encoding.Encoding) bool {
		s, err := set.NewDecoder().Bytes(raw)
		return err == nil && !bytes.ContainsRune(s, utf8.RuneError)
	}
	if lonely(raw) {
		return charmap.ISO8859_1
	}
	if shiftJIS(raw) && wide(japanese.ShiftJIS) {
		return japanese.ShiftJIS
	}
	if wide(simplifiedchinese.GB18030) {
		return simplifiedchinese.GB18030
	}
	if wide(japanese.ShiftJIS) {
		return japanese.ShiftJIS
	}
	return charmap.ISO8859_1
}

// lonely reports whether most high bytes have ASCII on both sides, as accented
// letters in Latin-1 do: in the wide sets high bytes come in pairs.
func lonely(raw []byte) bool {
	alone, all := 0, 0
	for i, c := range raw {
		if c < 0x80 {
			continue
		}
		all++
		if (i == 0 || raw[i-1] < 0x80) && (i+1 == len(raw) || raw[i+1] < 0x80) {
			alone++
		}
	}
	return 2*alone > all
}

// shiftJIS reports whether the bytes look more like Shift JIS than like the GB
// sets: lead bytes in 0x81-0x9F, where GB 2312 has none, or half-width katakana,
// told from Hanzi by an odd length or by a voicing mark behind a kana that takes
// one.
func shiftJIS(raw []byte) bool {
	low, high, kana, voiced := 0, 0, 0, 0
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c >= 0x81 && c <= 0x9F:
			low++
			i++
		case c >= 0xE0 && c <= 0xFC:
			high++
			i++
		case c >= 0xA1 && c <= 0xDF:
			kana++
			if c >= 0xDE && i > 0 && (raw[i-1] >= 0xB6 && raw[i-1] <= 0xC4 || raw[i-1] >= 0xCA && raw[i-1] <= 0xCE) {
				voiced++
			}
		}
	}
	if low > 0 {
		return low >= high
	}
	return high == 0 && (kana%2 == 1 || voiced > 0)
}
