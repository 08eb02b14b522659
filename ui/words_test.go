package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chot/assets"
	"chot/scanner"
	"chot/scanner/credential"
)

func language(t testing.TB, l string) words {
	t.Helper()
	s, err := assets.Load(l)
	if err != nil {
		t.Fatal(err)
	}
	return words{Strings: s, zone: scanner.ICT}
}

// Every code the program knows has its texts in every language, and no text
// stands under a code it does not know.
func TestEveryCodeHasItsWords(t *testing.T) {
	for _, l := range assets.Languages() {
		w := language(t, l)
		var reasons, faults, outcomes, schemes []string
		for _, r := range scanner.Reasons() {
			reasons = append(reasons, r.String())
		}
		for _, f := range scanner.Faults() {
			faults = append(faults, string(f))
		}
		for _, o := range []scanner.Outcome{scanner.Refuse, scanner.Refer, scanner.Admit} {
			outcomes = append(outcomes, o.String())
		}
		for s := credential.Unrecognised; s <= credential.Typed; s++ {
			schemes = append(schemes, s.String())
		}
		same(t, l+" reason", reasons, w.Reason)
		same(t, l+" fault", faults, w.Fault)
		same(t, l+" outcome", outcomes, w.Outcome)
		same(t, l+" scheme", schemes, w.Scheme)
		var failures []string
		for _, f := range Failures() {
			failures = append(failures, string(f))
		}
		same(t, l+" failure", failures, w.Failure)
		for code, text := range w.Hand {
			if !slices.Contains(faults, code) || text == w.Fault[code] {
				t.Errorf("%s: a device in the hand has the text %q for %s, which is no fault or says the same elsewhere", l, text, code)
			}
		}
	}
}

func same[V any](t *testing.T, what string, codes []string, texts map[string]V) {
	t.Helper()
	for _, c := range codes {
		if _, ok := texts[c]; !ok {
			t.Errorf("%s: %s has no text", what, c)
		}
	}
	for c := range texts {
		if !slices.Contains(codes, c) {
			t.Errorf("%s: nothing has the code %s", what, c)
		}
	}
	if len(codes) == 0 {
		t.Errorf("%s: no code was compared", what)
	}
}

// Whatever is filled in, no argument is left over.
func TestNoArgumentIsLeftOver(t *testing.T) {
	for _, l := range assets.Languages() {
		w := language(t, l)
		said := map[string]string{}
		for _, r := range scanner.Reasons() {
			for name, limit := range map[string]time.Time{"with limit": noon.AddDate(0, 0, -2), "without": {}} {
				v := VerdictView{Verdict: scanner.Verdict{Reason: r, Limit: limit}, At: noon}
				said[r.String()+" "+name] = w.line(v)
			}
			said[r.String()+" why"] = w.reason(r).Why
			said[r.String()+" change"] = w.reason(r).Change
		}
		for _, f := range scanner.Faults() {
			said[string(f)] = w.fault(f).Title + w.fault(f).Do
			held := w
			held.held, held.queued = true, 3
			said[string(f)+" in the hand"] = held.fault(f).Title + held.fault(f).Do
		}
		for s := ListMissing; s <= ListFresh; s++ {
			for _, d := range []time.Duration{0, time.Minute, time.Hour, 72 * time.Hour} {
				said[string(rune('0'+s))+d.String()] = w.list(ListAge{State: s, Age: d})
			}
		}
		for _, text := range []string{"", "0", "123456789", "1234567890", "12345678901", "001190123456", "099190123456"} {
			said["typed "+text] = w.typed(Typing{Text: text, Number: CheckNumber(text)})
		}
		said["unsent"], said["none"] = w.unsent(2), w.unsent(0)
		said["place"] = w.place("A", "2")
		said["born"] = w.born("1990-01-15")
		for key, text := range said {
			if text == "" || strings.ContainsAny(text, "{}") {
				t.Errorf("%s: %s says %q", l, key, text)
			}
		}
	}
}

func TestWords(t *testing.T) {
	vi, en := language(t, "vi"), language(t, "en")
	day := func(h, m int) time.Time { return time.Date(2026, 8, 14, h, m, 0, 0, scanner.ICT) }
	for _, c := range []struct{ got, want string }{
		{vi.limit(day(0, 0), noon), "14/08/2026"},
		{vi.limit(day(14, 30), noon), "14:30 14/08/2026"},
		{vi.limit(day(14, 30).AddDate(0, 0, 9), noon), "23/08/2026"},
		{vi.limit(time.Date(2026, 8, 13, 17, 0, 0, 0, time.UTC), noon), "14/08/2026"}, // midnight in ICT
		{vi.born("1990-01-15"), "Sinh 15/01/1990"},
		{vi.born("1990"), "Sinh 1990"},
		{vi.born(""), ""},
		{vi.age(59 * time.Second), "vừa xong"},
		{vi.age(-time.Hour), "vừa xong"},
		{vi.age(47 * time.Hour), "47 giờ"},
		{vi.age(49 * time.Hour), "2 ngày"},
		{vi.number(1234567), "1.234.567"},
		{en.number(1234567), "1,234,567"},
		{en.number(-999), "-999"},
		{en.number(-1999), "-1,999"},
		{vi.place("", ""), ""},
		{vi.place("Cổng A", ""), "Cổng A"},
		{vi.outcome(scanner.Outcome(99)), "DỪNG LẠI"},
		{vi.reason(scanner.Reason(250)).Line, "Chưa kiểm tra xong"},
		{vi.fault("of-next-year").Title, "Không ghi được lượt quét"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestCheckNumber(t *testing.T) {
	for text, want := range map[string]Number{
		"": NumberShort, "12345678": NumberShort, "123456789": OldCard, "1234567890": Insurance, "12345678901": NumberShort,
		"001190123456": IDCard, "003190123456": IDCardDoubted, "000190123456": IDCardDoubted, "096190123456": IDCard, "101190123456": IDCard,
		"1234567890123": NumberShort,
	} {
		if got := CheckNumber(text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "1": "1", "123": "123", "1234": "1234", "12345": "123 45", "1234567890": "123 456 7890", "001190123456": "001 190 123 456",
		"••••••123456": "••• ••• 123 456", "••••••3456": "••• ••• 3456", "29A-12345": "29A-12345",
	} {
		if got := grouped(text); got != want {
			t.Errorf("%q is set as %q, want %q", text, got, want)
		}
	}
}

func TestPlate(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "29A12345": "29A-123.45", "51D02345": "51D-023.45", "30A1234": "30A-1234", "29LD12345": "29LD-123.45", "80A": "80A",
		"29B112345": "29B1-123.45", "TM1234": "TM1234", "29A123456789": "29A123456789", "29": "29", "29A": "29A", "9A12345": "9A12345",
	} {
		if got := plate(text); got != want {
			t.Errorf("%q is set as %q, want %q", text, got, want)
		}
	}
	if got := plateLetters("29a-123.45 đ"); got != "29A12345D" {
		t.Errorf("typed letters are %q", got)
	}
}

func TestDated(t *testing.T) {
	for digits, want := range map[string]string{
		"": "", "1": "1", "15": "15", "150": "15/0", "1501": "15/01", "1990": "1990", "15011": "15/01/1", "15011990": "15/01/1990", "2001": "2001",
	} {
		if got := dated(digits); got != want {
			t.Errorf("%q is set as %q, want %q", digits, got, want)
		}
	}
}

func TestQuantities(t *testing.T) {
	vi, en := language(t, "vi"), language(t, "en")
	for _, c := range []struct{ got, want string }{
		{vi.size(14_300_000_000), "14,3 GB"}, {en.size(14_300_000_000), "14.3 GB"}, {en.size(268_435_456), "268 MB"}, {en.size(0), "0 MB"},
		{vi.size(1_200_000), "1,2 MB"}, {en.size(2_000_000_000_000), "2,000 GB"},
		{countdown(899 * time.Second), "14:59"}, {countdown(30 * time.Second), "0:30"}, {countdown(1), "0:01"},
		{vi.vehicle(Vehicle{}), "chưa nhập"}, {vi.vehicle(Vehicle{Plate: "29A-123.45", HeadCount: 2}), "29A-123.45 · 2 người"},
		{vi.purpose(purposes(), "market-trip"), "Đi chợ"}, {en.purpose(purposes(), "vaccination"), "Vaccination"},
		{en.purpose([]Purpose{{Code: "delivery", EN: "Parcels"}}, "delivery"), "Parcels"}, {vi.purpose(nil, "new\u202ecode"), "newcode"},
		{vi.ago(0), "vừa xong"}, {vi.ago(26 * time.Hour), "26 giờ trước"},
		{vi.turned(NoBarrier), ""}, {vi.failure("of-next-year").Title, "Chưa đọc hết được sổ"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
