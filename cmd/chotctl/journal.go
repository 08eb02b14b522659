package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/store"
)

// journal checks a station's journal and says what is in it.
func journal(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "verify", "stats", "log")
	if err != nil {
		return err
	}
	site := fs.String("site", "site/device", "the device's `folder`; no scanner may be running in it")
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	j, _, err := station.Journal(*site)
	if err != nil {
		return err
	}
	defer j.Close()
	if what == "log" {
		return journalLog(j)
	}
	if what == "verify" {
		if err := j.Verify(); err != nil {
			return err
		}
	}
	s := j.Stats()
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(struct {
			Size         uint64 `json:"size"`
			Acknowledged uint64 `json:"acknowledged"`
			First        uint64 `json:"first"`
			Bytes        int64  `json:"bytes"`
			Verified     bool   `json:"verified"`
		}{s.Size, s.Acknowledged, s.Pruned, s.Bytes, what == "verify"})
	}
	if what == "verify" {
		fmt.Printf("every entry is what was written, in order, under the device's signed head\n")
	}
	fmt.Printf("entries %d, receipted %d, waiting %d, kept from %d on, %d kB of at most %d kB\n",
		s.Size, s.Acknowledged, s.Unsent(), s.Pruned, s.Bytes>>10, s.MaxSize>>10)
	if head := j.Head(); head != nil {
		fmt.Printf("%s", head)
	}
	return nil
}

// logLine is one entry's plain part: what a hub can count.
type logLine struct {
	Seq       uint64            `json:"seq"`
	Kind      string            `json:"kind"`
	At        time.Time         `json:"at"`
	Clock     string            `json:"clock"`
	Lane      string            `json:"lane,omitempty"`
	Direction scanner.Direction `json:"direction"`
	Outcome   string            `json:"outcome,omitempty"`
	Reason    string            `json:"reason,omitempty"`
	Scheme    string            `json:"scheme,omitempty"`
	Operator  string            `json:"operator,omitempty"`
	Input     string            `json:"input,omitempty"`
	Ref       *uint64           `json:"ref,omitempty"` // the entry a remark is about
}

// journalLog prints what is in the journal, one JSON object a line, without
// what only the trace key opens.
func journalLog(j *store.Store) error {
	out := json.NewEncoder(os.Stdout)
	for e, err := range j.Entries(0) {
		if err != nil {
			return err
		}
		l := logLine{Seq: e.Seq, Kind: e.Kind.String(), At: e.At.Wall, Clock: e.At.Trust.String(), Lane: e.Lane, Direction: e.Direction, Operator: e.Operator, Input: e.Input}
		if e.Kind == scanner.Scan {
			l.Outcome, l.Reason, l.Scheme = e.Outcome.String(), e.Reason.String(), e.Scheme.String()
		} else {
			l.Ref = &e.Ref
		}
		if err := out.Encode(l); err != nil {
			return err
		}
	}
	return nil
}
