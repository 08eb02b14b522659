package scanner_test

import (
	"testing"
	"time"

	"chot/scanner"
)

func TestRepeats(t *testing.T) {
	var r scanner.Repeats
	a, b := []byte("a"), []byte("b")
	for _, row := range []struct {
		code  []byte
		at    time.Duration
		fresh bool
	}{
		{a, 0, true},
		{a, 30 * time.Millisecond, false},
		{b, 40 * time.Millisecond, true},
		{a, 5 * time.Second, false}, // still in view: the window slides
		{a, 9 * time.Second, false},
		{a, 14 * time.Second, true}, // taken away for five seconds and shown again
		{b, 14 * time.Second, true},
	} {
		if got := r.Fresh(row.code, row.at); got != row.fresh {
			t.Errorf("%s at %v: fresh=%v, want %v", row.code, row.at, got, row.fresh)
		}
	}
}

func TestJudgeClock(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name                     string
		wall, highest, confirmed time.Time
		want                     scanner.ClockTrust
	}{
		{"1970", time.Unix(0, 0), time.Time{}, time.Time{}, scanner.Doubtful},
		{"behind what was seen", now.Add(-time.Hour), now, now, scanner.Doubtful},
		{"a little behind", now.Add(-time.Minute), now, time.Time{}, scanner.Plausible},
		{"never confirmed", now, now, time.Time{}, scanner.Plausible},
		{"confirmed", now, now, now, scanner.Confirmed},
		{"nothing known", now, time.Time{}, time.Time{}, scanner.Plausible},
	} {
		if got := scanner.JudgeClock(row.wall, row.highest, row.confirmed); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}
