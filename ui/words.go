package ui

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"chot/assets"
	"chot/scanner"
)

// words turns what a snapshot holds into what the operator reads.
type words struct {
	*assets.Strings
	zone *time.Location
}

// longest is how many letters of a foreign text are shown.
const longest = 160

// printable makes a text that somebody else wrote fit to be shown in one
// line: a card can carry line ends, and marks that turn the reading direction
// and with it what is read.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return s
}

// plain is v with every foreign text made printable.
func (v VerdictView) plain() VerdictView {
	for _, s := range []*string{&v.MaskedID, &v.Name, &v.Birth, &v.Verdict.List, &v.Verdict.Authority, &v.Verdict.Issuer, &v.Verdict.Message} {
		*s = printable(*s)
	}
	return v
}

// outcome gives the one word of a verdict. An unknown outcome refuses.
func (w words) outcome(o scanner.Outcome) string {
	if word, ok := w.Outcome[o.String()]; ok {
		return word
	}
	return w.Outcome[scanner.Refuse.String()]
}

// reason gives the texts of a reason. An unknown one is a check that did not
// finish.
func (w words) reason(r scanner.Reason) assets.Text {
	if text, ok := w.Reason[r.String()]; ok {
		return text
	}
	return w.Reason[scanner.Undecided.String()]
}

// line gives the line under the verdict's word.
func (w words) line(v VerdictView) string {
	text := w.reason(v.Verdict.Reason)
	if text.Bare == "" {
		return text.Line
	}
	if v.Verdict.Limit.IsZero() {
		return text.Bare
	}
	return assets.Fill(text.Line, "limit", w.limit(v.Verdict.Limit, v.At))
}

// limit prints a bound: its date, and its time of day where that matters,
// which is when it is not midnight and within two days of the scan.
func (w words) limit(limit, at time.Time) string {
	limit = limit.In(w.zone)
	date := limit.Format("02/01/2006")
	h, m, _ := limit.Clock()
	if h == 0 && m == 0 || limit.Sub(at).Abs() > 48*time.Hour {
		return date
	}
	return limit.Format("15:04") + " " + date
}

// clock prints a time of day, moment a time with its date.
func (w words) clock(t time.Time) string  { return t.In(w.zone).Format("15:04") }
func (w words) moment(t time.Time) string { return t.In(w.zone).Format("15:04:05 02/01/2006") }

// born prints a birth date as it stands on a card.
func (w words) born(birth string) string {
	if birth == "" {
		return ""
	}
	if t, err := time.Parse(time.DateOnly, birth); err == nil {
		birth = t.Format("02/01/2006")
	}
	return assets.Fill(w.Label.Born, "birth", birth)
}

// fault gives the texts of a fault. An unknown one stops, so it says to call
// the supervisor, as a lost journal does.
func (w words) fault(f scanner.Fault) assets.Trouble {
	if t, ok := w.Fault[string(f)]; ok {
		return t
	}
	return w.Fault[string(scanner.FaultJournal)]
}

// age prints a duration in its largest unit.
func (w words) age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.Label.AgeNow
	case d < time.Hour:
		return assets.Fill(w.Label.AgeMinutes, "count", w.number(int(d/time.Minute)))
	case d < 48*time.Hour:
		return assets.Fill(w.Label.AgeHours, "count", w.number(int(d/time.Hour)))
	default:
		return assets.Fill(w.Label.AgeDays, "count", w.number(int(d/(24*time.Hour))))
	}
}

// list prints the signed list's state.
func (w words) list(l ListAge) string {
	text := w.Label.ListMissing
	switch l.State {
	case ListExpired:
		text = w.Label.ListExpired
	case ListStale:
		text = w.Label.ListStale
	case ListFresh:
		text = w.Label.ListFresh
	}
	return assets.Fill(text, "age", w.age(l.Age))
}

// unsent prints how many entries wait for the hub.
func (w words) unsent(n int) string {
	if n <= 0 {
		return w.Label.UnsentNone
	}
	return assets.Fill(w.Label.Unsent, "count", w.number(n))
}

// number sets thousands apart, with the sign each language uses.
func (w words) number(n int) string {
	s, mark := strconv.Itoa(n), ","
	if w.Language == "vi" {
		mark = "."
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + mark + s[i:]
	}
	return s
}

// direction prints in or out.
func (w words) direction(d scanner.Direction) string {
	if d == scanner.Out {
		return w.Label.Out
	}
	return w.Label.In
}

// hint prints what would help, or "".
func (w words) hint(h Hint) string {
	switch h {
	case Closer:
		return w.Hint.Closer
	case Still:
		return w.Hint.Still
	case Glare:
		return w.Hint.Glare
	}
	return ""
}

// typed says what the number typed so far is.
func (w words) typed(t Typing) string {
	switch t.Number {
	case OldCard:
		return w.Typed.OldCard
	case Insurance:
		return w.Typed.Insurance
	case IDCard:
		return w.Typed.IDCard
	case IDCardDoubted:
		return w.Typed.Province
	}
	if t.Text == "" {
		return w.Typed.Kinds
	}
	return assets.Fill(w.Typed.Count, "count", strconv.Itoa(len(t.Text)))
}

// place joins checkpoint and lane, leaving out what is not set.
func (w words) place(checkpoint, lane string) string {
	parts := make([]string, 0, 2)
	if checkpoint != "" {
		parts = append(parts, checkpoint)
	}
	if lane != "" {
		parts = append(parts, assets.Fill(w.Label.Lane, "lane", lane))
	}
	return strings.Join(parts, " · ")
}
