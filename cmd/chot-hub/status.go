package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/stick"
	"chot/sync/hub"
	"chot/sync/wire"
)

// status says what the hub has received. It works while the hub serves.
func status(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	h, err := at.openExisting()
	if err != nil {
		return err
	}
	defer h.Close()
	s, err := h.Status(ctx)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(s)
	}
	return printStatus(os.Stdout, s)
}

func printStatus(w io.Writer, s hub.Status) error {
	fmt.Fprintf(w, "hub %s: %d scans from %d %s", s.Hub.ID(), s.Entries, len(s.Devices), plural(len(s.Devices), "device"))
	if s.Quarantined > 0 || s.Evidence > 0 {
		fmt.Fprintf(w, ", %d quarantined, %d refused bundles kept as evidence", s.Quarantined, s.Evidence)
	}
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range s.Counts {
		fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\t%d\n", c.Checkpoint, c.Direction, c.Outcome, c.Reason, c.Entries)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, d := range s.Devices {
		fmt.Fprintf(w, "\ndevice %s, %s %s: %d scans", d.ID, d.Checkpoint, d.Lane, d.Entries)
		if !d.Revoked.IsZero() {
			fmt.Fprintf(w, ", revoked %s", d.Revoked.Local().Format(time.DateTime))
		}
		if d.Root != "" {
			fmt.Fprintf(w, "\n  receipt of %s, head %d %s", d.Received.Local().Format(time.DateTime), d.Size, d.Root)
		}
		fmt.Fprintln(w)
	}
	if len(s.Missing) > 0 {
		fmt.Fprintln(w, "\nnot here, and no longer offered by the device (was this hub restored from an older backup? find a newer one):")
	}
	for _, m := range s.Missing {
		fmt.Fprintf(w, "  %s\n", plain(missingLine(m, time.Local)))
	}
	return nil
}

// revoke refuses a device from now on. The notice that makes the device destroy
// its keys goes out with the next answer to it; a device that stands where no
// link is gets it from a stick.
func revoke(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	undo := fs.Bool("undo", false, "take the device back; one that has destroyed its keys has to be enrolled anew")
	notice := fs.String("notice", "", "also write the signed notice to this `file` or folder, for a device without a link: chotctl keys revoke takes it there")
	if err := command.Parse(fs, args, 1, 1); err != nil {
		return err
	}
	if *undo && *notice != "" {
		return fmt.Errorf("%w: --notice goes with a revocation, not with --undo", command.ErrUsage)
	}
	h, err := at.openExisting()
	if err != nil {
		return err
	}
	defer h.Close()
	if *undo {
		return h.Reinstate(ctx, fs.Arg(0))
	}
	text, err := h.Revoke(ctx, fs.Arg(0))
	if err != nil || *notice == "" {
		return err
	}
	if info, err := os.Stat(*notice); err == nil && info.IsDir() {
		*notice = filepath.Join(*notice, fs.Arg(0)+wire.RevocationExt)
	}
	if err := stick.Write(*notice, text); err != nil {
		return fmt.Errorf("the device is revoked, but its notice is not written: %w; run this again with another --notice", err)
	}
	fmt.Printf("take %s to the device: chotctl keys revoke %s\n", *notice, *notice)
	return nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
