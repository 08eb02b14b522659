package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"chot/cmd/internal/command"
	"chot/sync/hub"
)

// An audited device, as JSON.
type audited struct {
	Device  string    `json:"device"`
	Whole   bool      `json:"whole"`
	Entries uint64    `json:"entries,omitempty"`
	Root    string    `json:"root,omitempty"`
	Receipt time.Time `json:"receipt,omitzero"`
	Wrong   string    `json:"wrong,omitempty"`
	// Missing are runs of entries that the device no longer offers: the hub was
	// restored from a backup, and they were purged since.
	Missing []hub.Missing `json:"missing,omitempty"`
}

// audit proves one device's whole log, or with --all every one's.
func audit(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	every := fs.Bool("all", false, "audit every device that has sent anything")
	asJSON := fs.Bool("json", false, "print JSON, a line a device")
	if err := command.Parse(fs, args, 0, 1); err != nil {
		return err
	}
	if *every == (fs.NArg() == 1) {
		return fmt.Errorf("%w: name a device, as in chot-hub status, or say --all", command.ErrUsage)
	}
	h, err := at.openExisting()
	if err != nil {
		return err
	}
	defer h.Close()
	devices := fs.Args()
	s, err := h.Status(ctx)
	if err != nil {
		return err
	}
	sizes, missing := make(map[string]uint64), make(map[string][]hub.Missing)
	for _, d := range s.Devices {
		sizes[d.ID] = d.Size
	}
	for _, m := range s.Missing {
		missing[m.Device] = append(missing[m.Device], m)
	}
	if *every {
		for _, d := range s.Devices {
			if d.Size > 0 || missing[d.ID] != nil {
				devices = append(devices, d.ID)
			}
		}
	}
	var wrong error
	for _, id := range devices {
		a := audited{Device: id, Missing: missing[id]}
		r, err := h.Audit(ctx, id)
		if len(a.Missing) > 0 && sizes[id] == 0 {
			err = nil // there is nothing yet that could be whole
		} else if err != nil {
			a.Wrong, wrong = err.Error(), errors.Join(wrong, err)
		} else {
			a.Whole, a.Entries, a.Root, a.Receipt = true, r.Size(), r.Root().String(), r.Time()
			for _, m := range a.Missing {
				if m.Final {
					a.Whole, a.Entries = false, a.Entries-(m.To-m.From)
				}
			}
		}
		switch {
		case *asJSON:
			if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
				return err
			}
		case a.Root != "" && !a.Whole:
			fmt.Printf("%s: whole but for the gaps named below, %d entries, the log hashes to %s, receipt of %s\n", id, a.Entries, a.Root, a.Receipt.Local().Format(time.DateTime))
		case a.Whole:
			fmt.Printf("%s: whole, %d entries hash to %s, receipt of %s\n", id, a.Entries, a.Root, a.Receipt.Local().Format(time.DateTime))
		}
		for _, m := range a.Missing {
			since := m.Since.Local().Format(time.DateTime)
			switch {
			case *asJSON:
			case !m.Final:
				fmt.Printf("%s: not tampering: after those, scans %d to %d are not here, and the device no longer offers them (since %s): was this hub restored from an older backup? Find a newer one\n",
					id, m.From, m.To-1, since)
			case m.Proven:
				fmt.Printf("%s: not tampering: scans %d to %d are not here, and the device has purged them (since %s): this hub was restored from an older backup. What follows hashes to a receipt it gave before\n",
					id, m.From, m.To-1, since)
			default:
				fmt.Printf("%s: scans %d to %d are not here, and the device has purged them (since %s): this hub was restored from an older backup. What follows has not reached the receipt yet that will prove it\n",
					id, m.From, m.To-1, since)
			}
		}
	}
	return wrong
}
