package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"chot/cmd/internal/command"
	"chot/scanner/roster"
	"chot/sync/publish"
)

// authority is the signing end: create, publish a list or the trust, refresh; and
// its keys: rotate one, renew the root, add and remove authorities.
func authority(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "create", "publish", "trust", "refresh", "roles", "rotate", "renew", "add", "remove")
	if err != nil {
		return err
	}
	var (
		dir   = fs.String("dir", "authority", "the authority's `folder`; its keys/ must stay off the hub")
		name  = fs.String("name", "demo", "create, publish, add, remove: the authority's `name`: lower-case letters, digits, hyphens")
		file  = fs.String("file", "", "publish: the `FILE.roster` that roster build made (its manifest beside it); trust: the trust `FILE.json`")
		role  = fs.String("role", "", "rotate: whose key: root, targets, snapshot, timestamp or lists-NAME")
		id    = fs.String("key-id", "", "rotate: which of the role's keys, by the beginning of its `id`; needed for root")
		words = fs.String("passphrase-file", "", "create, rotate, renew: read the root keys' passphrase from the first line of `FILE`; default: ask for it")
		plain = fs.Bool("plain-keys", false, "create: leave the root keys unencrypted")
	)
	var sticks []string
	fs.Func("root-keys", "rotate, renew: a `folder` with root keys, such as a stick; may be repeated", func(folder string) error {
		sticks = append(sticks, folder)
		return nil
	})
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	now := time.Now()
	ask := passphrases(*words)
	if what == "create" {
		o := publish.Options{Authorities: strings.Split(*name, ","), Passphrase: ask}
		if *plain {
			o.Passphrase = nil
		}
		_, p, err := publish.Create(*dir, o, now)
		if err != nil {
			return err
		}
		printPublication(os.Stdout, p)
		fmt.Printf("move the three root keys in %s to three separate places, two are needed to rotate a key\n", filepath.Join(*dir, "keys"))
		return nil
	}
	a, err := publish.Open(*dir)
	if err != nil {
		return err
	}
	a.Unlock(ask, sticks...)
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
		p, err = a.Refresh(now)
	case "roles":
		p.Roles, err = a.Roles()
	case "rotate":
		if *role == "" {
			return fmt.Errorf("%w: say whose key with --role", command.ErrUsage)
		}
		p, err = a.RotateKey(*role, *id, now)
	case "renew":
		p, err = a.RenewRoot(now)
	case "add":
		p, err = a.AddAuthority(*name, now)
	case "remove":
		p, err = a.RemoveAuthority(*name, now)
	}
	if err != nil {
		return err
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
	if p.DeltaFrom > 0 {
		fmt.Fprintf(w, "with a delta from version %d, %d bytes\n", p.DeltaFrom, p.DeltaLength)
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range p.Roles {
		state := "as before"
		if r.Signed {
			state = "signed now"
		}
		var keys []string
		for _, id := range r.KeyIDs {
			keys = append(keys, id[:min(8, len(id))])
		}
		fmt.Fprintf(tw, "%s\tversion %d\t%s\texpires %s\tby %s\n", r.Name, r.Version, state, r.Expires.Local().Format("2006-01-02 15:04"), strings.Join(keys, " "))
	}
	tw.Flush()
}
