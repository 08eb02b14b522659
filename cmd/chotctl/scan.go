package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
	"chot/cmd/internal/watchdog"
	"chot/scanner"
	"chot/scanner/qr"
)

// scan is the scanner without a window: a turnstile, a test, a pipe.
func scan(ctx context.Context, fs *flag.FlagSet, args []string) error {
	site := fs.String("site", "site/device", "the device's `folder`")
	asJSON := fs.Bool("json", false, "print one JSON object a line")
	offline := fs.Bool("offline", false, "send and fetch nothing")
	drain := fs.Duration("drain", 30*time.Second, "after the last picture, go on sending for at most this long")
	verbose := fs.Bool("v", false, "log what happens to standard error")
	var direction *scanner.Direction
	fs.Func("direction", "`in|out`: which way the gate lets people; default from chot.toml", func(s string) error {
		d, err := scanner.ParseDirection(s)
		direction = &d
		return err
	})
	bench := fs.Bool("bench", false, "scan --frames again and again on a copy of the device's folder, and print how long each stage takes")
	times := fs.Int("times", 20, "with --bench: how often each frame is scanned")
	o := station.Options{}
	o.Sources.Flags(fs)
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if *bench {
		return scanBench(ctx, *site, o.Sources.Frames, *times, *asJSON)
	}
	if o.Sources.Empty() {
		config, err := station.LoadConfig(*site)
		if err != nil {
			return err
		}
		if o.Sources, err = station.ParseSources(config.Sources); err != nil {
			return err
		}
		if o.Sources.Empty() {
			return fmt.Errorf("%w: nothing to scan from: give --camera, --frames, --serial, --wedge or --typed, or name sources in chot.toml", command.ErrUsage)
		}
		// A gate opens with what is plugged in, and with the rest when it comes:
		// nobody stands there to start it again.
		o.Patient = true
	}
	o.Offline, o.Drain = *offline, *drain
	level := slog.LevelError
	if *verbose {
		level = slog.LevelDebug
	}
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	troubles, err := newWatch(os.Stderr)
	if err != nil {
		return err
	}
	p := &printer{out: os.Stdout, json: *asJSON, troubles: troubles}
	o.Observe = p.event
	s, err := station.Open(*site, o)
	if err != nil {
		return err
	}
	if direction != nil {
		s.SetDirection(*direction)
	}
	watched, stop := context.WithCancel(ctx)
	watch := make(chan error, 1)
	// A station that answers what its state is holds none of its locks for ever.
	go func() { watch <- watchdog.Run(watched, func(context.Context) bool { s.State(); return true }) }()
	err = s.Run(ctx)
	stop()
	if err := <-watch; err != nil {
		o.Log.Warn("nobody watches the program", "err", err)
	}
	end := s.State()
	err = errors.Join(err, s.Close())
	if err == nil && !*asJSON {
		p.summary(end, *offline)
	}
	if err == nil && p.unreadable > 0 {
		err = fmt.Errorf("%d of the pictures could not be read; see the lines above", p.unreadable)
	}
	if err == nil {
		err = troubles.end(end.Faults)
	}
	return err
}

// A printer turns a station's events into lines.
type printer struct {
	out        io.Writer
	json       bool
	troubles   *watch
	scans      int
	unreadable int
}

// scanLine is one line of --json.
type scanLine struct {
	File    string  `json:"file,omitempty"`
	Codes   *int    `json:"codes,omitempty"`   // 0: a picture without a readable code
	Located int     `json:"located,omitempty"` // codes seen but not readable
	Error   string  `json:"error,omitempty"`   // a picture that could not be read
	Input   string  `json:"input,omitempty"`
	Index   *int    `json:"index,omitempty"` // which code of the picture
	Outcome string  `json:"outcome,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Scheme  string  `json:"scheme,omitempty"`
	ID      string  `json:"id,omitempty"` // masked
	Until   string  `json:"until,omitempty"`
	List    string  `json:"list,omitempty"` // the one that decided
	Version uint64  `json:"version,omitempty"`
	Seq     *uint64 `json:"seq,omitempty"` // the journal's number; absent when it was not kept
	MS      float64 `json:"ms,omitempty"`  // from frame to durable verdict

	Precedence string        `json:"precedence,omitempty"` // of several lists
	Lists      []opinionJSON `json:"lists,omitempty"`      // and what each says
}

func (p *printer) event(e station.Event) {
	switch e := e.(type) {
	case station.Seen:
		p.seen(e)
	case station.Scanned:
		p.scanned(e)
	case station.Changed:
		p.troubles.now(e.State.Faults)
	}
}

// seen reports a picture that gave no scan: that is a result too.
func (p *printer) seen(e station.Seen) {
	if e.Frame.Err != nil {
		p.unreadable++
		if p.json {
			p.line(scanLine{File: filepath.Base(e.Frame.Name), Error: e.Frame.Err.Error()})
		} else {
			fmt.Fprintf(os.Stderr, "%v\n", e.Frame.Err)
		}
		return
	}
	if !e.Frame.Still {
		return
	}
	read, located := tally(e.Symbols)
	if read > 0 {
		return
	}
	if p.json {
		p.line(scanLine{File: filepath.Base(e.Frame.Name), Codes: &read, Located: located, MS: ms(e.Took)})
		return
	}
	what := "no code in the picture"
	if located > 0 {
		what = "a code, but not readable: hold still, come closer"
	}
	fmt.Fprintf(p.out, "%-7s %-16s %-12s %-22s %6.1f ms  %s\n", "-", "-", "-", what, ms(e.Took), filepath.Base(e.Frame.Name))
}

func tally(symbols []qr.Symbol) (read, located int) {
	for _, s := range symbols {
		if s.Err == nil {
			read++
		} else {
			located++
		}
	}
	return read, located
}

func (p *printer) scanned(e station.Scanned) {
	p.scans++
	r := e.Result
	if p.json {
		l := scanLine{
			File: e.Name, Input: e.Input, Outcome: r.Verdict.Outcome.String(), Reason: r.Verdict.Reason.String(),
			Scheme: r.Credential.Scheme().String(), ID: r.Credential.Subject().Masked(), MS: ms(e.Took),
			List: r.Verdict.List, Version: r.Verdict.Version, Lists: opinions(r.Verdict),
		}
		if len(l.Lists) > 0 {
			l.Precedence = r.Verdict.Precedence.String()
		}
		if e.Name != "" {
			l.Index = &e.Index
		}
		if r.Kept {
			l.Seq = &r.Entry.Seq
		}
		if !r.Verdict.Limit.IsZero() {
			l.Until = r.Verdict.Limit.Format(time.RFC3339)
		}
		p.line(l)
		return
	}
	id := r.Credential.Subject().Masked()
	if id == "" {
		id = "-"
	}
	fmt.Fprintf(p.out, "%-7s %-16s %-12s %-22s %6.1f ms  %s\n",
		strings.ToUpper(r.Verdict.Outcome.String()), r.Verdict.Reason, r.Credential.Scheme(), id, ms(e.Took), e.Name)
}

func (p *printer) line(l scanLine) {
	b, err := json.Marshal(l)
	if err == nil {
		fmt.Fprintf(p.out, "%s\n", b)
	}
}

func (p *printer) summary(s station.State, offline bool) {
	fmt.Fprintf(p.out, "\n%d scans; the journal holds %d, the hub has given receipts for %d", p.scans, s.Size, s.Acknowledged)
	switch waiting := s.Size - s.Acknowledged; {
	case waiting == 0:
		fmt.Fprintln(p.out, ".")
	case offline:
		fmt.Fprintf(p.out, "; %d wait for a link.\n", waiting)
	default:
		fmt.Fprintf(p.out, "; %d wait: the hub did not answer in time.\n", waiting)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
