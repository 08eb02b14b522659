package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"

	"chot/cmd/internal/command"
	"chot/sync/hub"
)

// serve runs the hub; its first line of output says where it listens.
func serve(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	repository := fs.String("repository", "", "the authority's published `folder`, served to devices")
	listen := fs.String("listen", "127.0.0.1:8443", "the `address` to listen on")
	var hosts []string
	fs.Func("host", "a further `name or address` for the self-made certificate", func(s string) error { hosts = append(hosts, s); return nil })
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	h, err := at.open(hub.Options{Lists: *repository, Hosts: hosts, Log: slog.New(slog.NewJSONHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	defer h.Close()
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return fmt.Errorf("%w; if another program has the port, end it or choose another with --listen", err)
	}
	fmt.Printf("serving on https://%s, key %s\n", l.Addr(), h.Key().ID())
	return h.Serve(ctx, l)
}
