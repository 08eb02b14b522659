package roster

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CanonicalName is the form of a name that tags compare: upper case, without
// diacritics (đ becomes D), words of letters and digits apart by one space. The
// same person's name printed "Nguyễn Thị Ví Dụ" and "NGUYEN THI VI DU" is one.
//
// Exactly: decompose (Unicode NFKD) and drop marks (category M); map letters (L) to
// upper case one by one, Đ and Ð to D, and keep decimal digits (Nd); put one space for
// each run of anything else between two that were kept. Where an upper-case letter
// decomposes further, do it all again.
func CanonicalName(name string) string {
	return string(canonicalName(new(norm.Iter), nil, name))
}

// canonicalName is CanonicalName into dst. The iterator, a kilobyte, is the
// caller's, so that lookups allocate none.
func canonicalName(it *norm.Iter, dst []byte, name string) []byte {
	dst, again := foldName(it, dst, name)
	for again {
		// An upper-case letter decomposed further: fold the result.
		dst, again = foldName(it, dst, string(dst))
	}
	return dst
}

// foldName is one pass over name into dst, and whether another would change it.
func foldName(it *norm.Iter, dst []byte, name string) (_ []byte, again bool) {
	dst = dst[:0]
	space := false // a separator since the last letter
	it.InitString(norm.NFKD, name)
	for !it.Done() {
		for segment := it.Next(); len(segment) > 0; {
			r, size := utf8.DecodeRune(segment)
			segment = segment[size:]
			switch {
			case unicode.Is(unicode.M, r):
				continue // a diacritic
			case r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r):
				space = true
				continue
			}
			switch r = unicode.ToUpper(r); r {
			case 'Đ', 'Ð': // U+00D0, eth, is often typed for U+0110
				r = 'D'
			}
			if space && len(dst) > 0 {
				dst = append(dst, ' ')
			}
			space = false
			before := len(dst)
			dst = utf8.AppendRune(dst, r)
			again = again || r >= utf8.RuneSelf && !norm.NFKD.IsNormal(dst[before:])
		}
	}
	return dst, again
}
