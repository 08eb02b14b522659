package credential

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The chip card's QR code, on the front since 2021 and on the back since
// 1 July 2024, is UTF-8 text in '|' separated fields, without signature or
// checksum, and without an expiry date:
//
//	0 number (12 digits)   1 old number (9 digits) or empty   2 name
//	3 birth ddmmyyyy       4 Nam or Nữ                        5 address
//	6 issued ddmmyyyy      7-10 only since 2024, mostly empty
//
// What the last four hold (a cancelled number, the parents' names) follows from
// Circular 16/2024/TT-BCA; their order is in no public source, so they are told
// apart by their shape and a card that has any is marked with a doubt. The names
// of other people are not kept.
const (
	cccdTokens    = 7
	cccdTokens24  = 11
	cccdTokensOff = 6 // hobby generators leave the old number out
)

func (c *Credential) readCCCD(tokens []string) error {
	switch n := len(tokens); {
	case n == cccdTokensOff && tokens[1] != "" && strings.Trim(tokens[1], "0123456789") != "":
		tokens = append([]string{tokens[0], ""}, tokens[1:]...)
		c.doubt(DoubtLayout)
	case n < cccdTokens:
		return malformed("too few fields")
	case n > cccdTokens24:
		return malformed("too many fields")
	case n != cccdTokens && n != cccdTokens24:
		c.doubt(DoubtLayout)
	}

	number := tokens[0]
	c.subject = Subject{NamespaceID, number}
	switch old := tokens[1]; {
	case isDigits(old, 9):
		c.aliases = append(c.aliases, Subject{NamespaceCMND, old})
	case old != "":
		c.doubt(DoubtLayout)
	}
	c.setName(tokens[2])

	birth, ok := dayFirst(tokens[3], "")
	if !ok {
		return malformed("the birth date is no date")
	}
	if birth.Month == 0 {
		c.doubt(DoubtLayout)
	}
	c.birth = birth

	switch sex := norm.NFC.String(tokens[4]); {
	case strings.EqualFold(sex, "Nam"):
		c.sex = Male
	case strings.EqualFold(sex, "Nữ"):
		c.sex = Female
	default:
		return malformed("the sex is neither of the two that cards carry")
	}

	if issued, ok := dayFirst(tokens[6], ""); !ok || issued.Month == 0 {
		return malformed("the issue date is no date")
	}
	for _, token := range tokens[cccdTokens:] {
		if token == "" {
			continue
		}
		c.doubt(DoubtUnverifiedFields)
		if isDigits(token, 12) && token != number {
			c.aliases = append(c.aliases, Subject{NamespaceID, token})
		}
	}
	c.weigh(number)
	return nil
}
