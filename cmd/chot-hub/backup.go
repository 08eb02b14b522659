package main

import (
	"context"
	"flag"
	"fmt"

	"chot/cmd/internal/command"
)

// backup copies what a hub must not lose. The hub may be serving.
func backup(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	out := fs.String("out", "", "the new `folder`; to restore, serve it with --data")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if *out == "" {
		return fmt.Errorf("%w: --out is needed", command.ErrUsage)
	}
	h, err := at.openExisting()
	if err != nil {
		return err
	}
	defer h.Close()
	whole, err := h.Backup(ctx, *out)
	if err != nil {
		return err
	}
	if whole {
		fmt.Printf("%s holds the hub as it is now; keep it where nobody else can read it\n", *out)
		return nil
	}
	fmt.Printf("%s holds the hub's keys; keep it where nobody else can read it. Its scans are in PostgreSQL: back them up with pg_dump\n", *out)
	return nil
}
