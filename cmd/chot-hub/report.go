package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	_ "time/tzdata" // time zones on machines that have none
	"unicode"

	"chot/cmd/internal/command"
	"chot/sync/hub"
)

// report counts scans between two times. It works while the hub serves.
func report(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	from := fs.String("from", "", "the first `day`, 2026-03-01, or a time, 2026-03-01T06:00:00+07:00; default today")
	to := fs.String("to", "", "the last `day`, that day included, or a time, before which; default now")
	by := fs.String("by", string(hub.ByCheckpoint), "count by checkpoint, zone (or ward), day or outcome")
	silent := fs.Float64("silent", 24, "list devices not heard of for more than so many `hours`; 0: none")
	repository := fs.String("repository", "", "the authority's published `folder`: a list is out of date when a newer one is there; without, when another device has a newer one")
	level := fs.Int("level", 0, "sum zones written as city/district/ward by their first so many `parts`; 0: each ward for itself")
	timeZone := fs.String("time-zone", "Local", "whose `days` these are, such as Asia/Ho_Chi_Minh; default this machine's")
	asCSV := fs.Bool("csv", false, "print CSV, one table")
	table := fs.String("table", "counts", "which `table` as CSV: counts, refusals, silent, lists, wards, idle or missing")
	asJSON := fs.Bool("json", false, "print JSON, everything")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	place, err := time.LoadLocation(*timeZone)
	if err != nil {
		return fmt.Errorf("%w: there is no time zone %q: name one such as Asia/Ho_Chi_Minh", command.ErrUsage, *timeZone)
	}
	now := time.Now().In(place)
	q := hub.Query{To: now, By: hub.By(*by), Zone: place, Level: *level, Silent: time.Duration(*silent * float64(time.Hour))}
	if *by == "ward" {
		q.By = hub.ByZone
	}
	if *from == "" {
		*from = now.Format(time.DateOnly)
	}
	if q.From, err = moment(*from, 0, place); err == nil && *to != "" {
		q.To, err = moment(*to, 1, place)
	}
	switch {
	case err != nil:
		return err
	case !q.From.Before(q.To):
		return fmt.Errorf("%w: --from is not before --to", command.ErrUsage)
	case *level < 0:
		return fmt.Errorf("%w: --level is a number of parts", command.ErrUsage)
	case *silent < 0:
		return fmt.Errorf("%w: --silent is a number of hours", command.ErrUsage)
	case *asCSV && *asJSON:
		return fmt.Errorf("%w: --csv or --json, not both", command.ErrUsage)
	}
	switch q.By {
	case hub.ByCheckpoint, hub.ByZone, hub.ByDay, hub.ByOutcome:
	default:
		return fmt.Errorf("%w: --by checkpoint, zone, day or outcome", command.ErrUsage)
	}
	h, err := at.openWith(hub.Options{Lists: *repository})
	if err != nil {
		return err
	}
	defer h.Close()
	r, err := h.Report(ctx, q)
	if err != nil {
		return err
	}
	switch {
	case *asJSON:
		return json.NewEncoder(os.Stdout).Encode(r)
	case *asCSV:
		return reportCSV(os.Stdout, r, *table)
	}
	return printReport(os.Stdout, r, place)
}

// moment reads a day or a time; a day is its beginning and so many days more.
func moment(s string, days int, place *time.Location) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, s, place); err == nil {
		return t.AddDate(0, 0, days), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%w: %q is neither a day such as 2026-03-01 nor a time such as 2026-03-01T06:00:00+07:00", command.ErrUsage, s)
	}
	return t, nil
}

func printReport(w io.Writer, r hub.Report, place *time.Location) error {
	fmt.Fprintf(w, "%s to %s, by %s\n\n", r.From.In(place).Format(time.DateTime), r.To.In(place).Format(time.DateTime), r.By)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(tw, "scans\tin\tout\tadmitted in\tadmitted out\treferred\trefused\t %s\n", r.By)
	total := r.Total
	total.Key = "all"
	for _, row := range append(r.Rows, total) {
		fmt.Fprintf(tw, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t %s\n", row.Scans, row.In, row.Out, row.AdmittedIn, row.AdmittedOut, row.Referred, row.Refused, plain(row.Key))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	section := func(title string, n int, row func(i int) string) {
		if n == 0 {
			return
		}
		fmt.Fprintf(w, "\n%s\n", title)
		for i := range n {
			fmt.Fprintf(w, "  %s\n", row(i))
		}
	}
	section("refused, by reason", len(r.Refusals), func(i int) string { return fmt.Sprintf("%7d  %s", r.Refusals[i].Scans, r.Refusals[i].Reason) })
	section("not heard of", len(r.Silent), func(i int) string {
		s := r.Silent[i]
		return plain(fmt.Sprintf("%s  %s %s, since %s", s.Device, s.Checkpoint, s.Lane, s.Since.In(place).Format(time.DateTime)))
	})
	section("list out of date when last used", len(r.Outdated), func(i int) string {
		o := r.Outdated[i]
		return plain(fmt.Sprintf("%s  %s: %s version %d, there is %d (%s)", o.Device, o.Checkpoint, o.List, o.Version, o.Newest, o.At.In(place).Format(time.DateTime)))
	})
	section("not here, and no longer offered by the device", len(r.Missing), func(i int) string { return plain(missingLine(r.Missing[i], place)) })
	section("places with a device, of which scanned, by zone", len(r.Wards), func(i int) string {
		x := r.Wards[i]
		return plain(fmt.Sprintf("%5d %5d  %s", x.Places, x.Scanning, x.Zone))
	})
	if r.Quarantined > 0 {
		fmt.Fprintf(w, "\n%d entries this version cannot read are not counted; see: chot-hub quarantine list\n", r.Quarantined)
	}
	return nil
}

// missingLine says what a hub restored from a backup has not.
func missingLine(m hub.Missing, place *time.Location) string {
	line := fmt.Sprintf("%s  %s: scans %d to %d, since %s", m.Device, m.Checkpoint, m.From, m.To-1, m.Since.In(place).Format(time.DateTime))
	if m.Final {
		line += "; purged there, what follows is here"
	}
	return line
}

// plain makes a name that came from a device harmless to a terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, s)
}

// cell makes a name harmless to a spreadsheet, which would take some for
// formulas.
func cell(s string) string {
	s = plain(s)
	// A spreadsheet skips white space before a formula, and some take the
	// full-width signs for the others.
	if first := strings.TrimLeftFunc(s, unicode.IsSpace); first != "" && strings.ContainsAny(string([]rune(first)[0]), "=+-@＝＋－＠|%\uFFFD") {
		return "'" + s
	}
	return s
}

func reportCSV(w io.Writer, r hub.Report, table string) error {
	c := csv.NewWriter(w)
	count := func(n uint64) string { return strconv.FormatUint(n, 10) }
	switch table {
	case "counts":
		_ = c.Write([]string{string(r.By), "scans", "in", "out", "admitted_in", "admitted_out", "referred", "refused"}) // Error tells
		for _, row := range r.Rows {
			_ = c.Write([]string{cell(row.Key), count(row.Scans), count(row.In), count(row.Out), count(row.AdmittedIn), count(row.AdmittedOut), count(row.Referred), count(row.Refused)})
		}
	case "refusals":
		_ = c.Write([]string{"reason", "scans"})
		for _, x := range r.Refusals {
			_ = c.Write([]string{x.Reason, count(x.Scans)})
		}
	case "silent":
		_ = c.Write([]string{"device", "checkpoint", "lane", "zone", "since"})
		for _, x := range r.Silent {
			_ = c.Write([]string{x.Device, cell(x.Checkpoint), cell(x.Lane), cell(x.Zone), x.Since.Format(time.RFC3339)})
		}
	case "lists":
		_ = c.Write([]string{"device", "checkpoint", "list", "version", "newest", "at"})
		for _, x := range r.Outdated {
			_ = c.Write([]string{x.Device, cell(x.Checkpoint), cell(x.List), count(x.Version), count(x.Newest), x.At.Format(time.RFC3339)})
		}
	case "wards":
		_ = c.Write([]string{"zone", "places", "scanning", "idle"})
		for _, x := range r.Wards {
			_ = c.Write([]string{cell(x.Zone), strconv.Itoa(x.Places), strconv.Itoa(x.Scanning), strconv.Itoa(x.Places - x.Scanning)})
		}
	case "idle":
		_ = c.Write([]string{"zone", "checkpoint"})
		for _, x := range r.Wards {
			for _, place := range x.Idle {
				_ = c.Write([]string{cell(x.Zone), cell(place)})
			}
		}
	case "missing":
		_ = c.Write([]string{"device", "checkpoint", "from", "to", "since", "seen"})
		for _, x := range r.Missing {
			_ = c.Write([]string{x.Device, cell(x.Checkpoint), count(x.From), count(x.To - 1), x.Since.Format(time.RFC3339), x.Seen.Format(time.RFC3339)})
		}
	default:
		return fmt.Errorf("%w: --table counts, refusals, silent, lists, wards, idle or missing", command.ErrUsage)
	}
	c.Flush()
	return c.Error()
}
