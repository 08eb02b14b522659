package credential

import (
	"fmt"
	"strconv"
	"time"
)

// Birth is a birth date. When Month is 0 only the year is known, as on cards of
// people whose papers never said more.
type Birth struct{ Year, Month, Day int }

// String is "1990-01-15", "1990" or, when nothing is known, "".
func (b Birth) String() string {
	switch {
	case b.Year == 0:
		return ""
	case b.Month == 0 || b.Day == 0:
		return fmt.Sprintf("%04d", b.Year)
	}
	return fmt.Sprintf("%04d-%02d-%02d", b.Year, b.Month, b.Day)
}

// IsZero reports whether nothing is known.
func (b Birth) IsZero() bool { return b == Birth{} }

// valid reports whether b is a day that exists, or a year without a day.
func (b Birth) valid() bool {
	if b.Year < 1800 || b.Year > 2199 {
		return false
	}
	if b.Month == 0 && b.Day == 0 {
		return true
	}
	t := time.Date(b.Year, time.Month(b.Month), b.Day, 0, 0, 0, 0, time.UTC)
	return t.Year() == b.Year && t.Month() == time.Month(b.Month) && t.Day() == b.Day
}

// dayFirst reads ddmmyyyy with the separator sep, which may be "".
func dayFirst(s, sep string) (Birth, bool) {
	n := len(sep)
	if len(s) != 8+2*n || s[2:2+n] != sep || s[4+n:4+2*n] != sep {
		return Birth{}, false
	}
	return date(s[4+2*n:], s[2+n:4+n], s[:2])
}

// yearFirst reads yyyymmdd with the separator sep, which may be "".
func yearFirst(s, sep string) (Birth, bool) {
	n := len(sep)
	if len(s) != 8+2*n || s[4:4+n] != sep || s[6+n:6+2*n] != sep {
		return Birth{}, false
	}
	return date(s[:4], s[4+n:6+n], s[6+2*n:])
}

// yearOnly reads yyyy.
func yearOnly(s string) (Birth, bool) {
	if !isDigits(s, 4) {
		return Birth{}, false
	}
	year, _ := strconv.Atoi(s)
	b := Birth{Year: year}
	return b, b.valid()
}

func date(yyyy, mm, dd string) (Birth, bool) {
	if !isDigits(yyyy, 4) || !isDigits(mm, 2) || !isDigits(dd, 2) {
		return Birth{}, false
	}
	year, _ := strconv.Atoi(yyyy)
	month, _ := strconv.Atoi(mm)
	day, _ := strconv.Atoi(dd)
	b := Birth{year, month, day}
	return b, b.valid()
}

// indochina is where every card read here is printed: UTC+7, no summer time. A
// device may not carry a time zone database.
var indochina = time.FixedZone("ICT", 7*60*60)

// dayAfter is the first instant after a printed last day of validity.
func (b Birth) dayAfter() time.Time {
	return time.Date(b.Year, time.Month(b.Month), b.Day+1, 0, 0, 0, 0, indochina)
}
