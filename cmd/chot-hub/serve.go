package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
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
	cert := fs.String("cert", "", "the hub's own certificate, a PEM `file`; default a self-made one")
	key := fs.String("key", "", "the own certificate's key, a PEM `file`; devices pin it")
	var scrapers []netip.Prefix
	fs.Func("metrics-from", "a `network` such as 10.1.0.0/16 that may read /metrics beside this machine; several", func(s string) error {
		p, err := netip.ParsePrefix(s)
		scrapers = append(scrapers, p)
		return err
	})
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	h, err := at.open(hub.Options{
		Lists: *repository, Hosts: hosts, Cert: *cert, Key: *key, Scrapers: scrapers, Log: slog.New(slog.NewJSONHandler(os.Stderr, nil)),
	})
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
