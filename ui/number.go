package ui

import (
	"strings"
	"time"
)

// A Number is what a typed number is so far.
type Number uint8

const (
	NumberShort   Number = iota // not yet one of the three lengths
	OldCard                     // 9 digits: the old identity card
	Insurance                   // 10 digits: social insurance
	IDCard                      // 12 digits: the citizen's card
	IDCardDoubted               // 12 digits, but no province has these first three
	IDCardUnborn                // 12 digits, but the birth year in them has not come
)

// Complete reports whether the number can be asked about. A doubted one can:
// the guard may have read it right.
func (n Number) Complete() bool { return n != NumberShort }

// MaxDigits is the longest number on a Vietnamese card.
const MaxDigits = 12

// provinces are the first three digits of a number issued to a person born
// in Vietnam (Circular 59/2021/TT-BCA, Annex I); codes from 100 on are
// countries of birth.
const provinces = "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045 046 048 " +
	"049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"

// CheckNumber says what the digits typed so far are.
func CheckNumber(digits string) Number {
	switch len(digits) {
	case 9:
		return OldCard
	case 10:
		return Insurance
	case 12:
		if digits[0] == '0' && !strings.Contains(provinces, digits[:3]) {
			return IDCardDoubted
		}
		return IDCard
	}
	return NumberShort
}

// checkNumber is CheckNumber on the day of now, which knows the births that
// have not come.
func checkNumber(digits string, now time.Time) Number {
	n := CheckNumber(digits)
	if n == IDCard && numberYear(digits) > now.Year() {
		return IDCardUnborn
	}
	return n
}

// onlyDigits drops everything else, so a number typed with the spaces or
// dots of a card is the same number.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// grouped sets a number in threes, "001 190 123 456", with a fourth digit
// staying in the last group: groups do not shift while the number is typed.
// The mask's dots count as digits; anything else is left alone.
func grouped(s string) string {
	runes := []rune(s)
	for _, r := range runes {
		if r != '•' && (r < '0' || r > '9') {
			return s
		}
	}
	var b strings.Builder
	for i, r := range runes {
		if left := len(runes) - i; i > 0 && i%3 == 0 && left > 1 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// numberYear is the birth year in a 12-digit number: the fourth digit tells
// century and sex, the next two the year (Decree 137/2015/ND-CP art. 13).
func numberYear(number string) int {
	return 1900 + 100*int((number[3]-'0')/2) + figures(number[4:6])
}

// numberFemale is the sex in a 12-digit number: odd is female.
func numberFemale(number string) bool { return (number[3]-'0')%2 == 1 }
