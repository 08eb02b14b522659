package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"chot/cmd/internal/command"
	"chot/scanner/roster"
	"chot/sync/publish"
)

// authority is the signing end: create, publish a list or the trust, refresh.
func authority(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "create", "publish", "trust", "refresh")
	if err != nil {
		return err
	}
	dir := fs.String("dir", "authority", "the authority's `folder`; its keys/ must stay off the hub")
	name := fs.String("name", "demo", "the authority's `name`: lower-case letters, digits, hyphens")
	file := fs.String("file", "", "publish: the `FILE.roster` that roster build made (its manifest beside it); trust: the trust `FILE.json`")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	now := time.Now()
	if what == "create" {
		_, p, err := publish.Create(*dir, publish.Options{Authorities: []string{*name}}, now)
		if err != nil {
			return err
		}
		printPublication(os.Stdout, p)
		return nil
	}
	a, err := publish.Open(*dir)
	if err != nil {
		return err
	}
	var p publish.Publication
	switch what {
	case "publish":
		if *file == "" {
			return fmt.Errorf("%w: name the list's file with --file", command.ErrUsage)
		}
		m, err := readManifest(*file)
		if err != nil {
			return err
		}
		p, err = a.PublishList(*name, *file, m, now)
		if err != nil {
			return err
		}
	case "trust":
		if *file == "" {
			return fmt.Errorf("%w: name the trust file with --file", command.ErrUsage)
		}
		b, err := os.ReadFile(*file)
		if err != nil {
			return err
		}
		if p, err = a.PublishTrust(b, now); err != nil {
			return err
		}
	case "refresh":
		if p, err = a.Refresh(now); err != nil {
			return err
		}
	}
	printPublication(os.Stdout, p)
	return nil
}

// manifestOf is where roster build puts the manifest of a list file.
func manifestOf(file string) string { return strings.TrimSuffix(file, ".roster") + ".manifest.json" }

func readManifest(file string) (roster.Manifest, error) {
	var m roster.Manifest
	b, err := os.ReadFile(manifestOf(file))
	if err != nil {
		return m, fmt.Errorf("%w; roster build writes the manifest beside the list", err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", manifestOf(file), err)
	}
	return m, nil
}

// printPublication says what was signed and what expires when.
func printPublication(w io.Writer, p publish.Publication) {
	if p.Target != "" {
		fmt.Fprintf(w, "published %s, %d bytes, SHA-256 %s\n", p.Target, p.Length, p.SHA256)
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range p.Roles {
		state := "as before"
		if r.Signed {
			state = "signed now"
		}
		fmt.Fprintf(tw, "%s\tversion %d\t%s\texpires %s\n", r.Name, r.Version, state, r.Expires.Local().Format("2006-01-02 15:04"))
	}
	tw.Flush()
}
