package roster

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestHoursText(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"  ", ""},
		{"Mon-Fri 06:00-18:00; Sat 07:00-12:00", "Mon-Fri 06:00-18:00; Sat 07:00-12:00"},
		{"Sat 07:00-12:00;Mon-Fri  06:00-18:00", "Mon-Fri 06:00-18:00; Sat 07:00-12:00"},
		{"06:00-18:00", "Mon-Sun 06:00-18:00"},
		{"Mon,Tue,Wed 08:00-09:00", "Mon-Wed 08:00-09:00"},
		{"Mon,Fri 08:00-09:00; Tue 08:00-09:00", "Mon,Tue,Fri 08:00-09:00"},
		{"Sat-Mon 22:00-06:00", "Mon,Sat,Sun 22:00-06:00"},
		{"Sun 00:00-24:00", "Sun 00:00-24:00"},
		{"Sun 22:00-00:00", "Sun 22:00-24:00"},
		{"Mon 06:00-11:00; Mon 13:00-17:00", "Mon 06:00-11:00; Mon 13:00-17:00"},
	} {
		h, err := ParseHours(test.in)
		if err != nil || h.String() != test.want || !h.canonical() {
			t.Errorf("ParseHours(%q) = %q, %v, want %q", test.in, h, err, test.want)
		}
	}
	for _, bad := range []string{
		"Mon", "Mon 06:00", "06:00-06:00", "00:00-00:00", "24:00-06:00", "06:00-24:01", "06:60-07:00", "6:00-07:00",
		"Mo 06:00-07:00", "mon 06:00-07:00", "Mon- 06:00-07:00", "-Mon 06:00-07:00", "Mon, 06:00-07:00", ";", "06:00-07:00;",
		"Mon Tue 06:00-07:00", "06:00-07:00-08:00", "+6:00-07:00", "06:00–07:00",
	} {
		if h, err := ParseHours(bad); !errors.Is(err, ErrHours) {
			t.Errorf("ParseHours(%q) = %q, %v", bad, h, err)
		}
	}
	var many []string
	for i := range MaxSpans + 1 {
		many = append(many, time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC).Format("15:04")+"-23:00")
	}
	if _, err := ParseHours(strings.Join(many, ";")); !errors.Is(err, ErrHours) {
		t.Errorf("too many spans: %v", err)
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("Mon-Fri 06:00-18:00; Sat 07:00-12:00")
	f.Add("Sat-Mon,Wed 22:00-06:00")
	f.Add("00:00-24:00")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHours(text)
		if err != nil {
			return
		}
		again, err := ParseHours(h.String())
		if err != nil || again.String() != h.String() || !h.canonical() {
			t.Fatalf("%q parses to %q, then to %q, %v", text, h, again, err)
		}
		encoded, err := appendProfile(nil, Profile{Hours: h})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := decodeProfile(encoded); err != nil || p.Hours.String() != h.String() {
			t.Fatalf("%q decodes to %q, %v", h, p.Hours, err)
		}
	})
}

func TestHoursContain(t *testing.T) {
	hanoi := time.FixedZone("+07", 7*60*60)
	at := func(text string) time.Time { // 2 March 2026 is a Monday
		when, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-03-"+text, hanoi)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, test := range []struct {
		hours, at string
		want      bool
	}{
		{"", "02 03:00:00", true},
		{"Mon-Fri 06:00-18:00", "02 06:00:00", true},
		{"Mon-Fri 06:00-18:00", "02 05:59:59", false},
		{"Mon-Fri 06:00-18:00", "02 17:59:59", true},
		{"Mon-Fri 06:00-18:00", "02 18:00:00", false},
		{"Mon-Fri 06:00-18:00", "07 12:00:00", false},
		{"Sun 00:00-24:00", "08 23:59:59", true},
		{"Sun 00:00-24:00", "09 00:00:00", false},
		// Past midnight: Friday's night ends on Saturday morning.
		{"Fri 22:00-06:00", "06 21:59:59", false},
		{"Fri 22:00-06:00", "06 22:00:00", true},
		{"Fri 22:00-06:00", "07 05:59:59", true},
		{"Fri 22:00-06:00", "07 06:00:00", false},
		{"Fri 22:00-06:00", "06 03:00:00", false},
		{"Fri 22:00-06:00", "07 23:00:00", false},
		// Past the end of the week.
		{"Sun 22:00-06:00", "09 05:00:00", true},
		{"Sun 22:00-06:00", "10 05:00:00", false},
	} {
		h := mustHours(test.hours)
		if got := h.Contain(at(test.at)); got != test.want {
			t.Errorf("%q at %s: %v", test.hours, test.at, got)
		}
	}
	// The same instant is Monday evening in Hanoi and noon in London.
	h, instant := mustHours("Mon 18:00-20:00"), at("02 19:00:00")
	if !h.Contain(instant) || h.Contain(instant.UTC()) || !h.Contain(instant.UTC().In(hanoi)) {
		t.Error("hours must follow the clock of the time's own zone")
	}
}
