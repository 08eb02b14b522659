package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
	"chot/sync/uplink"
	"chot/sync/wire"
)

// enrol joins the hub named in an enrolment file or QR text.
func enrol(ctx context.Context, fs *flag.FlagSet, args []string) error {
	site := fs.String("site", "site/device", "the device's `folder`; made if there is none")
	if err := command.Parse(fs, args, 1, 1); err != nil {
		return err
	}
	text, err := readArgument(fs.Arg(0))
	if err != nil {
		return err
	}
	e, err := wire.ParseEnrolment(text)
	if err != nil {
		return fmt.Errorf("read %s: %w", fs.Arg(0), err)
	}
	g, err := station.Enrol(ctx, uplink.Client(e.Pin), *site, e, station.Options{})
	if err != nil {
		return err
	}
	fmt.Printf("enrolled at %s as device %s, %s %s\n", e.Hub, g.Device, g.Checkpoint, g.Lane)
	// The first list at once, so that the first person in the queue is not
	// referred for want of one.
	if err := fetchLists(ctx, *site, ""); err != nil {
		return fmt.Errorf("enrolled, but there is no list yet: %w", err)
	}
	return nil
}

// readArgument reads a file, or standard input for "-".
func readArgument(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	}
	return os.ReadFile(name)
}
