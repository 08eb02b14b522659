package roster

import (
	"fmt"
	"testing"
	"time"
)

func TestIsDate(t *testing.T) {
	texts := []string{"", "1990", "1990-1-15", "1990-01-15 ", "1990/01/15", "199x-01-15", "1990-0x-15", "1990-01-1x", "+990-01-15", "19900-1-15", "１990-01-1"}
	for _, year := range []int{0, 1600, 1700, 1900, 1990, 2000, 2024, 2100, 9999} {
		for month := range 14 {
			for day := range 33 {
				texts = append(texts, fmt.Sprintf("%04d-%02d-%02d", year, month, day))
			}
		}
	}
	dates := 0
	for _, text := range texts {
		_, err := time.Parse(time.DateOnly, text)
		if got := isDate(text); got != (err == nil) {
			t.Errorf("%q: %v, time.Parse says %v", text, got, err)
		} else if got {
			dates++
		}
	}
	if dates != 9*365+4 { // 0, 1600, 2000 and 2024 are leap years
		t.Errorf("%d dates", dates)
	}
}
