package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/stick"
	"chot/cmd/internal/tracing"
	"chot/scanner/credential"
	"chot/scanner/seal"
	"chot/sync/hub"
	"chot/sync/wire"
)

// trace opens sealed entries where the trace key is: where somebody was, and
// who was there too.
func trace(ctx context.Context, fs *flag.FlagSet, args []string) error {
	keyFile := fs.String("key", "", "the private trace key's `FILE`")
	subject := fs.String("subject", "", "say where this `ID` was; - reads it from standard input, so that no shell keeps it")
	with := fs.String("with", "", "say who was where this `ID` was, within the window; - reads standard input")
	window := fs.Duration("window", 30*time.Minute, "with --with: before and after")
	var at hubAt
	fs.StringVar(&at.folder, "hub", "", "the hub's `folder`; each use leaves an entry in its audit")
	fs.StringVar(&at.db, "db", os.Getenv("CHOT_HUB_DB"), "the hub's PostgreSQL database, a `URL`; default $CHOT_HUB_DB, else SQLite in the folder")
	var exports []string
	fs.Func("export", "a `FILE` that chotctl export wrote, or a folder of them; several", func(s string) error {
		exports = append(exports, s)
		return nil
	})
	reason := fs.String("reason", "", "why, as a `text` for the audit; sealed to the trace key")
	audit := fs.Bool("audit", false, "list who traced whom at this hub, instead of tracing")
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	switch {
	case *keyFile == "":
		return fmt.Errorf("%w: say with --key which file holds the private trace key", command.ErrUsage)
	case (at.folder == "") == (len(exports) == 0):
		return fmt.Errorf("%w: say with --hub or with --export where the entries are, one of the two", command.ErrUsage)
	case *audit && at.folder == "":
		return fmt.Errorf("%w: the audit is in a hub's folder: give --hub", command.ErrUsage)
	case !*audit && (*subject == "") == (*with == ""):
		return fmt.Errorf("%w: give --subject or --with, one of the two", command.ErrUsage)
	}
	key, err := readTraceKey(*keyFile)
	if err != nil {
		return err
	}
	if *audit {
		return printAudit(ctx, os.Stdout, at, key, *asJSON)
	}
	q := tracing.Question{With: *with != "", Window: *window}
	if q.Subject, err = subjectOf(*subject + *with); err != nil {
		return err
	}
	if err := q.Check(); err != nil {
		return fmt.Errorf("%w: %w", command.ErrUsage, err)
	}
	runs, done, err := openRuns(ctx, at, exports, key, q, *reason)
	if err != nil {
		return err
	}
	defer done()
	a, err := tracing.Trace(ctx, key, runs, q)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(a)
	}
	return printAnswer(os.Stdout, a, q)
}

func readTraceKey(file string) (seal.TraceKey, error) {
	b, err := stick.Read(file, 4096)
	if err != nil {
		return seal.TraceKey{}, err
	}
	key, err := seal.ParseTraceKey(strings.TrimSpace(string(b)))
	if err != nil {
		return key, fmt.Errorf("read %s: %w", file, err)
	}
	return key, nil
}

// subjectOf reads a number as a person types it, or in its canonical form. No
// error repeats it.
func subjectOf(text string) (string, error) {
	if text == "-" {
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 1024))
		if err != nil {
			return "", err
		}
		text = strings.TrimSpace(string(b))
	}
	if s, err := credential.ParseSubject(text); err == nil {
		return s.String(), nil
	}
	if c := credential.OpenTyped(text); c.Err() == nil && !c.Subject().IsZero() {
		return c.Subject().String(), nil
	}
	return "", fmt.Errorf("%w: that is no number Chốt knows: give 12, 10 or 9 digits, a plate, or a name space and a number (vn.id:…)", command.ErrUsage)
}

// openRuns opens the entries to trace in. On a hub the use is written down
// before the first of them is read.
func openRuns(ctx context.Context, at hubAt, exports []string, key seal.TraceKey, q tracing.Question, reason string) (iter.Seq2[hub.Run, error], func(), error) {
	if at.folder == "" {
		files, err := stick.Find(exports, wire.BundleExt)
		return bundleRuns(files), func() {}, err
	}
	h, err := at.open()
	if err != nil {
		return nil, nil, err
	}
	asked, kind := tracing.Asked{Subject: q.Subject, Reason: reason}, "subject"
	if q.With {
		asked.Window, kind = q.Window.String(), "with"
	}
	sealed, err := asked.Seal(key.Public())
	if err == nil {
		var t hub.Trace
		var runs iter.Seq2[hub.Run, error]
		if t, runs, err = h.Trace(ctx, hub.Trace{Who: whoAmI(), Key: key.Public().ID(), Kind: kind, Asked: sealed}); err == nil {
			fmt.Fprintf(os.Stderr, "audit entry %d at this hub, chain %x\n", t.N, t.Chain[:8])
			return runs, func() { h.Close() }, nil
		}
	}
	h.Close()
	return nil, nil, err
}

// A hubAt is where a hub keeps its things.
type hubAt struct{ folder, db string }

func (at hubAt) open() (*hub.Hub, error) {
	must := "hub.db" // of a hub with its database elsewhere: its keys
	if at.db != "" {
		must = "hub.key"
	}
	if _, err := os.Stat(filepath.Join(at.folder, must)); err != nil {
		return nil, fmt.Errorf("%w; name the hub's folder with --hub, and its PostgreSQL database, if it has one, with --db", err)
	}
	return hub.Open(at.folder, hub.Options{DB: at.db})
}

// bundleRuns reads export files one at a time, in the order given.
func bundleRuns(files []string) iter.Seq2[hub.Run, error] {
	return func(yield func(hub.Run, error) bool) {
		for _, file := range files {
			b, err := readBundle(file)
			if !yield(hub.Run{Device: b.Device, From: b.From, Entries: b.Entries}, err) || err != nil {
				return
			}
		}
	}
}

func readBundle(file string) (wire.Bundle, error) {
	packed, err := stick.Read(file, wire.MaxPacked)
	if err != nil {
		return wire.Bundle{}, err
	}
	b, err := wire.ParseBundle(packed)
	if err != nil {
		return b, fmt.Errorf("read %s: %w; give what chotctl export wrote", file, err)
	}
	return b, nil
}

func whoAmI() string {
	name := fmt.Sprintf("uid %d", os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	machine, err := os.Hostname()
	if err != nil {
		machine = "unknown machine"
	}
	return name + " on " + machine
}

func printAnswer(w io.Writer, a tracing.Answer, q tracing.Question) error {
	if len(a.Sightings) == 0 {
		fmt.Fprintln(w, "not seen")
	}
	printSightings(w, a.Sightings, false)
	if q.With && len(a.Sightings) > 0 {
		fmt.Fprintf(w, "\nthere within %v:\n", q.Window)
		printSightings(w, a.With, true)
		if len(a.With) == 0 {
			fmt.Fprintln(w, "nobody else")
		}
	}
	fmt.Fprintf(w, "\n%d entries, %d opened", a.Entries, a.Opened)
	if a.Refused > 0 {
		fmt.Fprintf(w, "; %d did not open: sealed to another key, or changed", a.Refused)
	}
	if a.Ahead > 0 {
		fmt.Fprintf(w, "; %d came ahead as alarms, with a segment key that does not open them: wait for the scans before them", a.Ahead)
	}
	if a.Headless > 0 {
		fmt.Fprintf(w, "; %d belong to segments that begin in an earlier export: give that too, or trace at the hub", a.Headless)
	}
	if a.Unread > 0 {
		fmt.Fprintf(w, "; %d cannot be read by this version", a.Unread)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func printSightings(w io.Writer, all []tracing.Sighting, apart bool) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range all {
		doubt := ""
		if s.Doubtful {
			doubt = " (clock doubtful)"
		}
		fmt.Fprintf(tw, "%s%s\t%s %s\t%s\t%s %s\t%s\t%s\t%s\t%s", s.At.Local().Format(time.DateTime), doubt, s.Checkpoint, s.Lane, s.Direction,
			s.Outcome, s.Reason, orDash(s.Subject), orDash(s.Name), orDash(s.Birth), orDash(s.Plate))
		if apart {
			fmt.Fprintf(tw, "\t%v apart", s.Apart.Round(time.Second))
		}
		fmt.Fprintln(tw)
	}
	tw.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// auditLine is one line of trace --audit --json.
type auditLine struct {
	N    uint64    `json:"n"`
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	Key  string    `json:"key"`
	Kind string    `json:"kind"`
	tracing.Asked
	Sealed bool `json:"sealed,omitempty"` // to another key than the one given
}

// printAudit lists the uses; what was asked shows where the key fits.
func printAudit(ctx context.Context, w io.Writer, at hubAt, key seal.TraceKey, asJSON bool) error {
	h, err := at.open()
	if err != nil {
		return err
	}
	defer h.Close()
	all, err := h.Traces(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		l := auditLine{N: t.N, At: t.At, Who: t.Who, Key: t.Key, Kind: t.Kind}
		if l.Asked, err = tracing.OpenAsked(key, t.Asked); err != nil {
			l.Sealed = true
		}
		switch {
		case asJSON:
			if err := json.NewEncoder(w).Encode(l); err != nil {
				return err
			}
		case l.Sealed:
			fmt.Fprintf(w, "%d  %s  %s  %s  sealed to key %s\n", l.N, l.At.Local().Format(time.DateTime), l.Who, l.Kind, l.Key)
		default:
			fmt.Fprintf(w, "%d  %s  %s  %s %s %s  %s\n", l.N, l.At.Local().Format(time.DateTime), l.Who, l.Kind, l.Subject, l.Window, l.Reason)
		}
	}
	return nil
}
