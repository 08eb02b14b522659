package roster

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// MaxSpans is how many spans of opening hours a profile may have.
const MaxSpans = 32

// ErrHours is a text that names no opening hours.
var ErrHours = errors.New("not opening hours")

// Hours are weekly opening hours in local time. The zero value is always.
//
// As text: spans separated by semicolons, each a choice of days and a time from
// and to, "Mon-Fri 06:00-18:00; Sat 07:00-12:00". Days are Mon Tue Wed Thu Fri Sat
// Sun, single, as a run, or both with commas ("Mon-Wed,Fri"); without days a span
// is daily. The end is not included; 24:00 is a day's end. A span whose end is not
// after its begin runs past midnight and belongs to the day it begins on: "Fri
// 22:00-06:00" ends on Saturday morning.
type Hours struct{ spans []span }

// A span is a choice of weekdays with one opening time, in minutes of the day.
type span struct {
	days     weekdays
	from, to uint16
}

// weekdays is a set of days; bit 0 is Monday (ISO 8601 numbers them so).
type weekdays uint8

const (
	minutesADay = 24 * 60
	daily       = weekdays(1<<7 - 1)
)

var dayNames = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// IsZero reports whether the hours are always.
func (h Hours) IsZero() bool { return len(h.spans) == 0 }

// Contain reports whether t falls into the hours, by the clock of t's own
// location: pass t.In(zone) of the checkpoint.
func (h Hours) Contain(t time.Time) bool {
	if len(h.spans) == 0 {
		return true
	}
	today := (int(t.Weekday()) + 6) % 7
	yesterday := (today + 6) % 7
	minute := uint16(t.Hour()*60 + t.Minute())
	for _, s := range h.spans {
		switch begins, began := s.days&(1<<today) != 0, s.days&(1<<yesterday) != 0; {
		case s.from < s.to && begins && s.from <= minute && minute < s.to,
			s.from > s.to && begins && s.from <= minute,
			s.from > s.to && began && minute < s.to:
			return true
		}
	}
	return false
}

// String returns the hours as ParseHours reads them, in one canonical form; always
// is "".
func (h Hours) String() string {
	var b strings.Builder
	for i, s := range h.spans {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s %02d:%02d-%02d:%02d", s.days, s.from/60, s.from%60, s.to/60, s.to%60)
	}
	return b.String()
}

// String returns "Mon-Wed,Fri": runs of three and more days as runs.
func (d weekdays) String() string {
	var parts []string
	for day := 0; day < 7; {
		if d&(1<<day) == 0 {
			day++
			continue
		}
		run := bits.TrailingZeros8(^uint8(d >> day))
		switch run {
		case 1:
			parts = append(parts, dayNames[day])
		case 2:
			parts = append(parts, dayNames[day], dayNames[day+1])
		default:
			parts = append(parts, dayNames[day]+"-"+dayNames[day+run-1])
		}
		day += run
	}
	return strings.Join(parts, ",")
}

// ParseHours reads opening hours; "" is always.
func ParseHours(text string) (Hours, error) {
	if strings.TrimSpace(text) == "" {
		return Hours{}, nil
	}
	var spans []span
	for i, part := range strings.Split(text, ";") {
		s, ok := parseSpan(strings.Fields(part))
		if !ok {
			return Hours{}, fmt.Errorf("hours: %w: part %d: write them like \"Mon-Fri 06:00-18:00; Sat 07:00-12:00\"", ErrHours, i+1)
		}
		spans = append(spans, s)
	}
	h := newHours(spans)
	if len(h.spans) > MaxSpans {
		return Hours{}, fmt.Errorf("hours: %w: %d spans, the limit is %d", ErrHours, len(h.spans), MaxSpans)
	}
	return h, nil
}

// newHours puts spans into canonical form: one span for each opening time, in
// order of first day, then time.
func newHours(spans []span) Hours {
	var h Hours
	for _, s := range spans {
		i := slices.IndexFunc(h.spans, func(have span) bool { return have.from == s.from && have.to == s.to })
		if i < 0 {
			h.spans = append(h.spans, s)
		} else {
			h.spans[i].days |= s.days
		}
	}
	slices.SortFunc(h.spans, func(a, b span) int {
		return cmp.Or(
			cmp.Compare(bits.TrailingZeros8(uint8(a.days)), bits.TrailingZeros8(uint8(b.days))),
			cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return h
}

// canonical reports whether ParseHours could have made h.
func (h Hours) canonical() bool {
	if len(h.spans) > MaxSpans {
		return false
	}
	for _, s := range h.spans {
		if s.days == 0 || s.days&^daily != 0 || s.from >= minutesADay || s.to > minutesADay || s.to == 0 || s.from == s.to {
			return false
		}
	}
	return slices.Equal(newHours(h.spans).spans, h.spans)
}

func parseSpan(fields []string) (s span, ok bool) {
	s.days = daily
	switch len(fields) {
	case 2:
		if s.days, ok = parseDays(fields[0]); !ok {
			return s, false
		}
		fields = fields[1:]
	case 1:
	default:
		return s, false
	}
	from, to, _ := strings.Cut(fields[0], "-")
	if s.from, ok = parseClock(from); !ok || s.from == minutesADay {
		return s, false
	}
	if s.to, ok = parseClock(to); !ok || s.to == s.from {
		return s, false
	}
	if s.to == 0 { // until midnight: the same instant as 24:00, which is its one form
		s.to = minutesADay
	}
	return s, true
}

func parseDays(text string) (days weekdays, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, run := strings.Cut(part, "-")
		from := slices.Index(dayNames[:], first)
		to := from
		if run {
			to = slices.Index(dayNames[:], last)
		}
		if from < 0 || to < 0 {
			return 0, false
		}
		for day := from; ; day = (day + 1) % 7 { // "Sat-Mon" runs over the week's end
			days |= 1 << day
			if day == to {
				break
			}
		}
	}
	return days, true
}

// parseClock reads "00:00" to "24:00".
func parseClock(text string) (minute uint16, ok bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	for i, c := range []byte(text) {
		if i != 2 && (c < '0' || c > '9') {
			return 0, false
		}
	}
	hour, min := uint16(text[0]-'0')*10+uint16(text[1]-'0'), uint16(text[3]-'0')*10+uint16(text[4]-'0')
	if min > 59 || hour*60+min > minutesADay {
		return 0, false
	}
	return hour*60 + min, true
}

// MarshalText returns String.
func (h Hours) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is ParseHours.
func (h *Hours) UnmarshalText(text []byte) error {
	hours, err := ParseHours(string(text))
	if err != nil {
		return err
	}
	*h = hours
	return nil
}
