package roster

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a list and of a row's texts, in bytes.
const (
	MaxRows    = 100_000_000
	MaxSubject = 200
	MaxName    = 500
)

// ErrRow is a row that cannot be listed.
var ErrRow = errors.New("the row cannot be listed")

// A Row is one subject as the authority gives it, before hashing.
type Row struct {
	Subject string // canonical, "vn.id:001190123456"
	Name    string // as printed; "" gives no tag, and then altered cards do not show
	Birth   string // "1990-01-15", "1990" or ""
	Profile Profile
	Line    int // where the row comes from, for messages; 0 when it has no line
}

// digits is how long the numbers of the namespaces are whose numbers are digits.
var digits = map[string]int{"vn.id": 12, "vn.cmnd": 9, "vn.bhxh": 10}

// check finds what is wrong with the row's texts. Its messages do not repeat
// them.
func (r Row) check() error {
	namespace, number, ok := strings.Cut(r.Subject, ":")
	switch {
	case r.Subject == "":
		return fmt.Errorf("subject: %w: it is empty", ErrRow)
	case !ok || namespace == "" || number == "":
		return fmt.Errorf("subject: %w: write the namespace and the number, like vn.id:001190123456", ErrRow)
	case len(r.Subject) > MaxSubject:
		return fmt.Errorf("subject: %w: %d bytes, the limit is %d", ErrRow, len(r.Subject), MaxSubject)
	case !utf8.ValidString(r.Subject) || strings.ContainsFunc(r.Subject, unicode.IsControl) || strings.TrimSpace(r.Subject) != r.Subject:
		return fmt.Errorf("subject: %w: it has control characters, outer spaces or is not UTF-8", ErrRow)
	}
	if want := digits[namespace]; want != 0 {
		if strings.Trim(number, "0123456789") != "" {
			return fmt.Errorf("subject: %w: a number of %s is %d digits, this has other characters", ErrRow, namespace, want)
		}
		if len(number) != want {
			return fmt.Errorf("subject: %w: a number of %s has %d digits, this has %d (spreadsheets drop leading zeros: format the column as text)", ErrRow, namespace, want, len(number))
		}
	}
	if len(r.Name) > MaxName {
		return fmt.Errorf("name: %w: %d bytes, the limit is %d", ErrRow, len(r.Name), MaxName)
	}
	if r.Name != "" && (!utf8.ValidString(r.Name) || !hasLatin(r.Name) && CanonicalName(r.Name) == "") {
		return fmt.Errorf("name: %w: it has no letters or is not UTF-8", ErrRow)
	}
	if _, ok := birthPrecision(r.Birth); !ok {
		return fmt.Errorf("birth: %w: write 1990-01-15, 1990 or nothing", ErrRow)
	}
	return nil
}

// hasLatin reports whether a name has a plain letter, as nearly all have: those are
// not empty in canonical form, and it need not be made to know.
func hasLatin(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' })
}

// precision is how much of a birth date is known.
type precision uint8

const (
	noBirth precision = iota
	yearOnly
	fullDate
)

// birthPrecision reports what kind of birth the text is, and whether it is one.
func birthPrecision(birth string) (precision, bool) {
	switch len(birth) {
	case 0:
		return noBirth, true
	case 4:
		return yearOnly, strings.Trim(birth, "0123456789") == ""
	}
	return fullDate, isDate(birth)
}

// isDate is whether time.Parse would read s as time.DateOnly, for lists of millions
// of rows.
func isDate(s string) bool {
	if len(s) != len(time.DateOnly) || s[4] != '-' || s[7] != '-' {
		return false
	}
	number := func(text string) (n int) {
		for i := range len(text) {
			if text[i] < '0' || text[i] > '9' {
				return -1
			}
			n = n*10 + int(text[i]-'0')
		}
		return n
	}
	year, month, day := number(s[:4]), number(s[5:7]), number(s[8:])
	switch {
	case year < 0 || month < 1 || month > 12 || day < 1:
		return false
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return day <= 29
	}
	return day <= [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
}
