package ui

import "time"

// A Date is what a typed birth date is so far.
type Date uint8

const (
	DateNone       Date = iota // nothing typed: it may stay so
	DateShort                  // neither a year nor a whole date yet
	DateYear                   // a year alone, as on some papers
	DateWhole                  // day, month and year
	DateImpossible             // no such day
	DateFuture                 // not yet born, or older than anybody is
	DateDoubted                // a possible date, but not the year in the number
)

// Usable reports whether the number may be submitted beside it. A doubted one
// may: numbers that do not fit their holder exist.
func (d Date) Usable() bool {
	return d == DateNone || d == DateYear || d == DateWhole || d == DateDoubted
}

// MaxBirth is how many digits a birth date has: day, month, year.
const MaxBirth = 8

// oldest is more years than anybody has lived.
const oldest = 125

// CheckBirth says what the digits of a birth date typed so far are, on the
// day of now, beside a number typed.
func CheckBirth(digits, number string, now time.Time) Date {
	day, month, year := 1, 1, 0
	switch len(digits) {
	case 0:
		return DateNone
	case 4:
		if year = figures(digits); year > now.Year() || year < now.Year()-oldest {
			return DateShort // "1501" begins the fifteenth of January
		}
	case MaxBirth:
		day, month, year = figures(digits[:2]), figures(digits[2:4]), figures(digits[4:])
	default:
		return DateShort
	}
	born := time.Date(year, time.Month(month), day, 0, 0, 0, 0, now.Location())
	switch {
	case len(digits) == MaxBirth && (born.Day() != day || int(born.Month()) != month):
		return DateImpossible
	case born.After(now) || year < now.Year()-oldest:
		return DateFuture
	}
	switch {
	case len(number) == MaxDigits && year != numberYear(number):
		return DateDoubted
	case len(digits) == 4:
		return DateYear
	}
	return DateWhole
}

func figures(s string) (n int) {
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}

// dated sets the digits of a birth date as they are typed: "15/01/1990".
func dated(digits string) string {
	if len(digits) == 4 && figures(digits) > 1231 || len(digits) <= 2 {
		return digits // a year alone, or the day
	}
	if len(digits) <= 4 {
		return digits[:2] + "/" + digits[2:]
	}
	return digits[:2] + "/" + digits[2:4] + "/" + digits[4:]
}
