package credential

import (
	"slices"
	"strconv"
)

// The 12-digit number is PPP S YY RRRRRR: province or country where the birth
// was registered, century with sex, last two digits of the birth year, and a
// random part. There is no check digit.

// provinces are the 63 codes in use before the merger of 2025, which changed no
// number that had been issued. People born abroad have country codes instead.
var provinces = []int{
	1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45,
	46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92,
	93, 94, 95, 96,
}

// weigh compares the number, of 12 digits, with the sex and birth year that c
// already has.
func (c *Credential) weigh(number string) {
	province, _ := strconv.Atoi(number[:3])
	if _, known := slices.BinarySearch(provinces, province); !known {
		c.doubt(DoubtProvince)
	}
	if sex := numberSex(number); c.sex != SexUnknown && sex != c.sex {
		c.doubt(DoubtSex)
	}
	year, _ := strconv.Atoi(number[4:6])
	if c.birth.Year != 0 && c.birth.Year != numberCentury(number)+year {
		c.doubt(DoubtBirthYear)
	}
}

// numberSex: even is male, odd female.
func numberSex(number string) Sex {
	if (number[3]-'0')%2 == 0 {
		return Male
	}
	return Female
}

// numberCentury: 0 and 1 are births of the 1900s, 2 and 3 of the 2000s, and so on.
func numberCentury(number string) int { return 1900 + 100*int((number[3]-'0')/2) }
