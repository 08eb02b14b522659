package credential

import (
	"strconv"
	"strings"
)

// The zone on the chip card's back is an ICAO 9303-5 TD1, three lines of 30:
//
//	IDVNM + last 9 digits of the number + check digit + number (12) + << + 1 character
//	birth yymmdd + check + sex + expiry yymmdd + check + VNM + 11 × < + composite check
//	FAMILY<<MIDDLE<GIVEN, filled up with <
//
// Readers send the lines with or without line ends. All four check digits must
// be right (ICAO 9303-3 §4.9: weights 7-3-1, modulo 10). The last character of
// line 1 is no check digit that anybody documents and is not looked at.
const (
	mrzMark = "IDVNM"
	mrzLine = 30
)

func isMRZ(s string) bool { return strings.HasPrefix(s, mrzMark) && strings.Contains(s, "<") }

func (c *Credential) readMRZ(text string) error {
	zone := strings.NewReplacer("\r", "", "\n", "").Replace(text)
	if len(zone) != 3*mrzLine {
		return malformed("the zone does not have three lines of thirty")
	}
	one, two, three := zone[:mrzLine], zone[mrzLine:2*mrzLine], zone[2*mrzLine:]

	number := one[15:27]
	if !isDigits(number, 12) || number[3:] != one[5:14] || one[27:29] != "<<" || two[15:18] != "VNM" {
		return malformed("the zone is not laid out as a chip card's")
	}
	birth, expiry := two[:6], two[8:14]
	if !isDigits(birth, 6) || !isDigits(expiry, 6) {
		return malformed("a date is no date")
	}
	for _, part := range []struct {
		of    string
		digit byte
	}{
		{one[5:14], one[14]},
		{birth, two[6]},
		{expiry, two[14]},
		{one[5:30] + two[:7] + two[8:15] + two[18:29], two[29]},
	} {
		if check, ok := checkDigit(part.of); !ok || check != part.digit {
			return malformed("a check digit is wrong")
		}
	}

	c.subject = Subject{NamespaceID, number}
	// Two digits do not say which century; the number's fourth does, as long as
	// numbers follow the old pattern.
	century := numberCentury(number)
	day, ok := yearFirst(strconv.Itoa(min(century, 2000)/100)+birth, "")
	if !ok || day.Month == 0 {
		return malformed("the birth date is no date")
	}
	if century <= 2000 {
		c.birth = day
	} else {
		c.doubt(DoubtBirthYear)
	}
	last, ok := yearFirst("20"+expiry, "")
	if !ok || last.Month == 0 {
		return malformed("the expiry date is no date")
	}
	c.lapses = last.dayAfter()
	switch two[7] {
	case 'M':
		c.sex = Male
	case 'F':
		c.sex = Female
	case '<':
	default:
		return malformed("the sex is none that the zone knows")
	}

	for i := range len(three) {
		if three[i] != '<' && (three[i] < 'A' || three[i] > 'Z') {
			return malformed("the name has a character that the zone does not know")
		}
	}
	c.setName(strings.ReplaceAll(three, "<", " "))
	if !strings.HasSuffix(three, "<") {
		c.doubt(DoubtName) // a name that fills the line may go on
	}
	c.weigh(number)
	return nil
}

// checkDigit is ICAO 9303-3 §4.9. Filler counts 0, letters 10 to 35.
func checkDigit(s string) (byte, bool) {
	sum := 0
	for i := range len(s) {
		value := 0
		switch ch := s[i]; {
		case '0' <= ch && ch <= '9':
			value = int(ch - '0')
		case 'A' <= ch && ch <= 'Z':
			value = int(ch-'A') + 10
		case ch != '<':
			return 0, false
		}
		sum += value * [...]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10), true
}
