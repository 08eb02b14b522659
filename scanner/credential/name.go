package credential

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName bounds a name in characters; the longest known real ones have fewer
// than half as many.
const maxName = 128

// setName keeps a name as NFC on one line. The credential's author is not to be
// trusted with the operator's screen: control characters, direction overrides
// and the like are taken out.
func (c *Credential) setName(s string) {
	s = strings.ToValidUTF8(s, "\ufffd")
	if strings.Contains(s, "\ufffd") {
		c.doubt(DoubtText)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) }) {
		s = strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
				return -1
			}
			return r
		}, s)
		c.doubt(DoubtText)
	}
	s = norm.NFC.String(strings.Join(strings.Fields(s), " "))
	if utf8.RuneCountInString(s) > maxName {
		s = strings.TrimRight(string([]rune(s)[:maxName]), " ")
		c.doubt(DoubtName)
	}
	if s == "" {
		c.doubt(DoubtName)
	}
	c.name = s
}
