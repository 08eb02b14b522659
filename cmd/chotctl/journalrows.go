package main

import (
	"bufio"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"chot/scanner"
)

// A journalRow is an entry's plain part for people and spreadsheets. What is
// sealed is not in it: not the subject, and not the sealed bytes either.
type journalRow struct {
	Seq        uint64  `json:"seq"`
	Kind       string  `json:"kind"`
	Wall       string  `json:"wall"`  // RFC 3339, UTC
	Clock      string  `json:"clock"` // how far it can be trusted
	Boot       string  `json:"boot"`
	SinceMs    int64   `json:"since_ms"` // since that boot
	Checkpoint string  `json:"checkpoint"`
	Lane       string  `json:"lane,omitempty"`
	Direction  string  `json:"direction"`
	Outcome    string  `json:"outcome,omitempty"` // of a scan
	Reason     string  `json:"reason,omitempty"`
	Scheme     string  `json:"scheme,omitempty"`
	List       string  `json:"list,omitempty"`
	Version    uint64  `json:"version,omitempty"`
	Operator   string  `json:"operator,omitempty"`
	Input      string  `json:"input"`
	Watch      bool    `json:"watch,omitempty"`
	Segment    uint64  `json:"segment"`
	Receipted  bool    `json:"receipted"`
	Ref        *uint64 `json:"ref,omitempty"` // of a remark: the entry it is about
}

func rowOf(e scanner.Entry, acknowledged uint64) journalRow {
	r := journalRow{
		Seq: e.Seq, Kind: e.Kind.String(), Wall: e.At.Wall.UTC().Format(time.RFC3339Nano), Clock: e.At.Trust.String(), Boot: hex.EncodeToString(e.At.Boot[:]), SinceMs: e.At.Since.Milliseconds(),
		Checkpoint: e.Checkpoint, Lane: e.Lane, Direction: e.Direction.String(),
		List: e.List, Version: e.Version, Operator: e.Operator, Input: e.Input, Watch: e.Watch, Segment: e.Segment, Receipted: e.Seq < acknowledged,
	}
	if e.Kind == scanner.Scan {
		r.Outcome, r.Reason, r.Scheme = e.Outcome.String(), e.Reason.String(), e.Scheme.String()
	} else {
		r.Ref = &e.Ref
	}
	return r
}

var journalColumns = []string{"seq", "wall", "clock", "boot", "since_ms", "checkpoint", "lane", "direction", "outcome", "reason", "scheme",
	"list", "version", "operator", "input", "watch", "segment", "receipted", "kind", "ref"}

func (r journalRow) fields() []string {
	n := func(n uint64) string { return strconv.FormatUint(n, 10) }
	ref := ""
	if r.Ref != nil {
		ref = n(*r.Ref)
	}
	return []string{n(r.Seq), r.Wall, r.Clock, r.Boot, strconv.FormatInt(r.SinceMs, 10), r.Checkpoint, r.Lane, r.Direction, r.Outcome, r.Reason, r.Scheme,
		r.List, n(r.Version), r.Operator, r.Input, strconv.FormatBool(r.Watch), n(r.Segment), strconv.FormatBool(r.Receipted), r.Kind, ref}
}

// export writes the kept entries' plain parts as JSON Lines or CSV. Where an
// entry cannot be read it ends with an error that names it; what was written
// before stands.
func (j journalFile) export(w io.Writer, asCSV bool, from uint64) (err error) {
	out := bufio.NewWriter(w)
	defer func() { err = errors.Join(err, out.Flush()) }()
	acknowledged := j.Stats().Acknowledged
	lines, table := json.NewEncoder(out), csv.NewWriter(out)
	lines.SetEscapeHTML(false)
	if asCSV {
		defer table.Flush()
		if err := table.Write(journalColumns); err != nil {
			return err
		}
	}
	for e, err := range j.Entries(from) {
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		row := rowOf(e, acknowledged)
		if asCSV {
			err = table.Write(row.fields())
		} else {
			err = lines.Encode(row)
		}
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}
