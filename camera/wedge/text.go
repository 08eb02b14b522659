package wedge

import "unicode/utf8"

// write writes a line's characters as UTF-8; what its ALT codes mean is decided
// by all of them together (see the package's comment).
func (a *Assembler) write(line []unit) []byte {
	text := a.text[:0]
	asUnicode, asUTF8 := false, true
	var run [utf8.UTFMax]byte
	n := 0
	for _, u := range line {
		if u&altCode == 0 {
			asUTF8 = asUTF8 && n == 0 // a character may not be cut off
			continue
		}
		code := u &^ altCode
		if code > 0xFF {
			asUnicode = true
			break
		}
		if !asUTF8 {
			continue
		}
		run[n] = byte(code)
		n++
		if utf8.FullRune(run[:n]) {
			_, size := utf8.DecodeRune(run[:n])
			asUTF8 = size == n && size > 1
			n = 0
		}
	}
	asUTF8 = asUTF8 && n == 0
	for _, u := range line {
		code := u &^ altCode
		switch {
		case u&altCode == 0:
			text = append(text, byte(code))
		case asUnicode:
			text = utf8.AppendRune(text, rune(code))
		case asUTF8:
			text = append(text, byte(code))
		default:
			text = utf8.AppendRune(text, a.Charset.decode(byte(code)))
		}
	}
	return text
}
