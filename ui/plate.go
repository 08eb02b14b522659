package ui

// plate sets a plate typed as letters and digits the way it is written:
// "29A12345" is "29A-123.45". What does not look like one stays as typed.
func plate(s string) string {
	series := 0
	for series < len(s) && series < 5 && (series < 2) == (s[series] >= '0' && s[series] <= '9') {
		series++
	}
	// Two digits of the province, one or two letters of the series; on
	// motorcycles a digit more, which the five digits after it tell apart.
	number := s[series:]
	if series < 3 || series > 4 || onlyDigits(number) != number {
		return s
	}
	switch len(number) {
	case 4:
		return s[:series] + "-" + number
	case 5:
		return s[:series] + "-" + number[:3] + "." + number[3:]
	case 6:
		return s[:series] + number[:1] + "-" + number[1:4] + "." + number[4:]
	}
	return s
}
