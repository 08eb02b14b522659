package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"chot/cmd/internal/command"
	"chot/scanner"
)

// An alarmLine is one watch-list hit, with what its plain part says.
type alarmLine struct {
	Received   time.Time `json:"received"`
	Ahead      bool      `json:"ahead"` // its run is not here yet
	Device     string    `json:"device"`
	Seq        uint64    `json:"seq"`
	At         time.Time `json:"at,omitzero"`
	Checkpoint string    `json:"checkpoint,omitempty"`
	Lane       string    `json:"lane,omitempty"`
	Direction  string    `json:"direction,omitempty"`
	Outcome    string    `json:"outcome,omitempty"`
}

// alarms lists watch-list hits; who it was opens with the trace key only.
func alarms(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	since := fs.Duration("since", 24*time.Hour, "how far back, by when they came")
	asJSON := fs.Bool("json", false, "print one JSON object a line")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	h, err := at.openExisting()
	if err != nil {
		return err
	}
	defer h.Close()
	all, err := h.WatchHits(ctx, time.Now().Add(-*since))
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	tw := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, a := range all {
		l := alarmLine{Received: a.Received, Ahead: a.Ahead, Device: a.Device, Seq: a.Seq}
		if e, err := scanner.ParseEntry(a.Body); err == nil {
			l.At, l.Checkpoint, l.Lane, l.Direction, l.Outcome = e.At.Wall, e.Checkpoint, e.Lane, e.Direction.String(), e.Outcome.String()
		}
		if *asJSON {
			if err := out.Encode(l); err != nil {
				return err
			}
			continue
		}
		came := ""
		if l.Ahead {
			came = "ahead of its run"
		}
		fmt.Fprintf(tw, "%s\t%s %s\t%s\t%s\tdevice %s scan %d\t%s\n", l.At.Local().Format(time.DateTime), l.Checkpoint, l.Lane, l.Direction, l.Outcome, l.Device, l.Seq, came)
	}
	if !*asJSON && len(all) == 0 {
		fmt.Println("no watch-list hit came in that time")
	}
	return tw.Flush()
}
