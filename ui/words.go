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
	zone   *time.Location
	held   bool // a device in the hand
	queued int  // entries no hub has
	listed ListAge
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

// reason gives the texts of a reason, with what would change it where the device
// is. An unknown one is a check that did not finish.
func (w words) reason(r scanner.Reason) assets.Text {
	code := r.String()
	text, ok := w.Reason[code]
	if !ok {
		return w.Reason[scanner.Undecided.String()]
	}
	if change, ok := w.HandChange[code]; ok && w.held {
		text.Change = change
	}
	return text
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

// fault gives the texts of a fault, those of a device in the hand where it is
// one and they differ. An unknown one stops, so it says to call the
// supervisor, as a lost journal does.
func (w words) fault(f scanner.Fault) assets.Trouble {
	t, ok := w.Hand[string(f)]
	if !ok || !w.held {
		t, ok = w.Fault[string(f)]
	}
	if !ok {
		return w.Fault[string(scanner.FaultJournal)]
	}
	t.Do = assets.Fill(t.Do, "unsent", w.unsent(w.queued), "list", w.list(w.listed))
	return t
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
	case Dark:
		return w.Hint.Dark
	case Bright:
		return w.Hint.Bright
	case Faint:
		return w.Hint.Faint
	case Hidden:
		return w.Hint.Hidden
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
		sex := w.Typed.Male
		if numberFemale(t.Text) {
			sex = w.Typed.Female
		}
		return w.Typed.IDCard + " · " + assets.Fill(sex, "year", strconv.Itoa(numberYear(t.Text)))
	case IDCardUnborn:
		return w.Typed.Unborn
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

// purpose gives a purpose's text: the policy's own, or the one assets has for
// its code.
func (w words) purpose(all []Purpose, code string) string {
	for _, p := range all {
		text := p.VI
		if w.Language == "en" {
			text = p.EN
		}
		if p.Code == code && text != "" {
			return printable(text)
		}
	}
	if text, ok := w.Purpose[code]; ok {
		return text
	}
	return printable(code)
}

// vehicle prints plate and head-count.
func (w words) vehicle(v Vehicle) string {
	var parts []string
	if v.Plate != "" {
		parts = append(parts, v.Plate)
	}
	if v.HeadCount > 0 {
		parts = append(parts, assets.Fill(w.Vehicle.People, "count", strconv.Itoa(v.HeadCount)))
	}
	if len(parts) == 0 {
		return w.Vehicle.None
	}
	return strings.Join(parts, " · ")
}

// turned says what the barrier did, or "".
func (w words) turned(t Turned) string {
	switch t {
	case TurnAwaited:
		return w.Label.TurnAwaited
	case TurnCompleted:
		return w.Label.TurnCompleted
	case TurnAnnulled:
		return w.Label.TurnAnnulled
	}
	return ""
}

// failure gives the texts of a failure. An unknown one of the stick's kind is
// as likely as any, so the texts that promise least are taken.
func (w words) failure(f Failure) assets.Trouble {
	if t, ok := w.Failure[string(f)]; ok {
		return t
	}
	return w.Failure[string(JournalUnread)]
}

// ago prints how long ago something was.
func (w words) ago(d time.Duration) string {
	if d < time.Minute {
		return w.Label.AgeNow
	}
	return assets.Fill(w.Label.Ago, "age", w.age(d))
}

// when prints a time of day with its date, second a time of day to the second,
// hour one of the day's hours.
func (w words) when(t time.Time) string   { return t.In(w.zone).Format("15:04 02/01/2006") }
func (w words) second(t time.Time) string { return t.In(w.zone).Format("15:04:05") }
func (w words) hour(h int) string         { return strconv.Itoa(h) + "h" }

// size prints bytes as drives are sold, in powers of ten.
func (w words) size(n int64) string {
	unit, div := "MB", int64(1e6)
	if n >= 1e9 {
		unit, div = "GB", 1e9
	}
	whole, tenth := n/div, n%div*10/div
	if whole >= 100 || tenth == 0 {
		return w.number(int(whole)) + " " + unit
	}
	comma := "."
	if w.Language == "vi" {
		comma = ","
	}
	return w.number(int(whole)) + comma + strconv.FormatInt(tenth, 10) + " " + unit
}

// date says what the birth date typed so far is, or "".
func (w words) date(d Date) string {
	switch d {
	case DateShort:
		return w.Typed.DateShort
	case DateYear:
		return w.Typed.DateYear
	case DateWhole:
		return w.Typed.DateWhole
	case DateImpossible:
		return w.Typed.DateImpossible
	case DateFuture:
		return w.Typed.DateFuture
	case DateDoubted:
		return w.Typed.DateDoubted
	}
	return w.Typed.BirthOptional
}

// countdown prints a wait in minutes and seconds, rounded up.
func countdown(d time.Duration) string {
	s := int((d + time.Second - 1) / time.Second)
	return strconv.Itoa(s/60) + ":" + string([]byte{'0' + byte(s%60/10), '0' + byte(s%10)})
}
