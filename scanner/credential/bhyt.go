package credential

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// The health insurance card's QR code is ASCII text in '|' separated fields that
// ends with a '$'. Names and addresses are hexadecimal UTF-8; '-' is empty. The
// fields that are read, the same on both cards:
//
//	0 old card: 2 letters, 13 digits; since 2021: 10 digits (social insurance number)
//	1 name, hexadecimal     2 birth dd/MM/yyyy or yyyy     3 sex, 1 male 2 female
//	6 valid from dd/MM/yyyy    7 valid to, or '-'    9 office (4 digits), social insurance number
//
// The old card has 14 fields before the '$', the new one 16. Field 13 is a check
// string whose algorithm is not public, so nothing here is proven.
const (
	bhytEnd    = "$"
	bhytOld    = 14
	bhytNew    = 16
	bhytFewest = 9 // cards with only these are in use
)

// isBHYTNumber reports whether s is a card number, old or new.
func isBHYTNumber(s string) bool {
	if len(s) == 15 {
		return isLetters(s[:2]) && isDigits(s[2:], 13)
	}
	return isDigits(s, 10)
}

func isLetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

func isHex(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// endsBHYT reports whether the last token that is not empty is the end mark.
func endsBHYT(tokens []string) bool { return bhytFields(tokens) >= 0 }

// bhytFields is the number of fields before the end mark, or -1 without one.
func bhytFields(tokens []string) int {
	for i := len(tokens) - 1; i >= 0; i-- {
		switch tokens[i] {
		case "":
		case bhytEnd:
			return i
		default:
			return -1
		}
	}
	return -1
}

func (c *Credential) readBHYT(tokens []string) error {
	n := bhytFields(tokens)
	if n < 0 {
		return malformed("the end mark is missing")
	}
	if n < bhytFewest {
		return malformed("too few fields")
	}
	number := tokens[0]
	if len(number) == 10 && n != bhytNew || len(number) == 15 && n != bhytOld {
		c.doubt(DoubtLayout)
	}
	insurance := number[len(number)-10:]
	c.subject = Subject{NamespaceBHXH, insurance}

	if name, err := hex.DecodeString(tokens[1]); err == nil && utf8.Valid(name) {
		c.setName(string(name))
	} else {
		c.doubt(DoubtName)
	}

	birth, ok := dayFirst(tokens[2], "/")
	if !ok {
		birth, ok = yearOnly(tokens[2])
	}
	if !ok {
		return malformed("the birth date is no date")
	}
	c.birth = birth

	switch tokens[3] {
	case "1":
		c.sex = Male
	case "2":
		c.sex = Female
	default:
		c.doubt(DoubtLayout)
	}
	if _, ok := bhytDate(tokens[6]); !ok {
		return malformed("the first day of validity is no date")
	}
	last, ok := bhytDate(tokens[7])
	if !ok {
		return malformed("the last day of validity is no date")
	}
	if !last.IsZero() {
		c.lapses = last.dayAfter()
	}
	if n > 9 && !strings.HasSuffix(tokens[9], insurance) {
		c.doubt(DoubtCrossCheck)
	}
	return nil
}

// bhytDate reads a date that may be left out.
func bhytDate(s string) (Birth, bool) {
	if s == "-" || s == "" {
		return Birth{}, true
	}
	day, ok := dayFirst(s, "/")
	return day, ok && day.Month != 0
}
