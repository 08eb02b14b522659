package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"chot/cmd/internal/command"
	"chot/sync/hub"
)

// A quarantined entry, as JSON.
type quarantined struct {
	Device   string    `json:"device"`
	Index    uint64    `json:"index"`
	Received time.Time `json:"received"`
	Why      string    `json:"why"`
	Bytes    int       `json:"bytes"`
}

// quarantine lists what this version could not read, or tries it again.
func quarantine(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	asJSON := fs.Bool("json", false, "print JSON")
	if len(args) > 0 && (args[0] == "-h" || args[0] == "--help") {
		return command.Parse(fs, args, 0, 0)
	}
	verb, rest, err := command.Verb(args, "list", "replay")
	if err != nil {
		return err
	}
	if err := command.Parse(fs, rest, 0, 0); err != nil {
		return err
	}
	h, err := at.openExisting()
	if err != nil {
		return err
	}
	defer h.Close()
	if verb == "replay" {
		r, err := h.Replay(ctx)
		if err != nil {
			return err
		}
		if *asJSON {
			return json.NewEncoder(os.Stdout).Encode(map[string]int{"tried": r.Tried, "released": r.Released, "bundles": r.Bundles, "taken": r.Taken})
		}
		fmt.Printf("%d of %d entries can be read now; %d of %d bundles of reinstated devices are in\n", r.Released, r.Tried, r.Taken, r.Bundles)
		return nil
	}
	const page = 500
	for from := (hub.Place{}); ; {
		all, err := h.QuarantinedEntries(ctx, from, page)
		if err != nil {
			return err
		}
		for _, e := range all {
			from = hub.Place{Device: e.Device, Index: e.Index + 1}
			if *asJSON {
				err = json.NewEncoder(os.Stdout).Encode(quarantined{e.Device, e.Index, e.Received, e.Why, len(e.Body)})
			} else {
				_, err = fmt.Printf("%s  entry %d  %s  %d bytes, received %s\n", e.Device, e.Index, e.Why, len(e.Body), e.Received.Local().Format(time.DateTime))
			}
			if err != nil {
				return err
			}
		}
		if len(all) < page {
			return nil
		}
	}
}
