package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chot/cmd/internal/command"
	"chot/scanner/credential"
	"chot/scanner/roster"
)

// rosterCommand builds list files, describes one, looks a number up, and makes and
// uses deltas.
func rosterCommand(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "build", "inspect", "lookup", "diff", "apply")
	if err != nil {
		return err
	}
	var (
		csvFile = fs.String("csv", "", "build: the rows, `FILE.csv` with columns subject,name,birth,status,not_before,not_after,purposes,zones,hours,message")
		lines   = fs.String("jsonl", "", "build: the rows, `FILE.jsonl`, one object a line with the same names; instead of --csv")
		memory  = fs.Int64("memory", 0, "build: use at most so many `MiB`; default what the machine has free")
		out     = fs.String("out", "people.roster", "build, apply: write the list to `FILE.roster`, its manifest beside it (apply: it must be there); diff: write the delta here")
		from    = fs.String("from", "", "diff, apply: the list before, `FILE.roster` with its manifest beside it")
		delta   = fs.String("delta", "", "apply: the `FILE` that diff wrote")
		keyFile = fs.String("key", "list.key", "the list key `FILE`; build makes it for a version 1 when it is missing")
		newKey  = fs.Bool("new-key", false, "build: make the list key when it is missing, for a later version too")
		file    = fs.String("file", "people.roster", "inspect, lookup: the list's `FILE`; diff: the list after")
		name    = fs.String("list", "people", "build: the list's `name`")
		issuer  = fs.String("name", "demo", "build: the authority's `name`")
		version = fs.Uint64("version", 1, "build: a number higher than the version before")
		epoch   = fs.Uint("epoch", 1, "build: which list key this is")
		stale   = fs.Duration("stale", 24*time.Hour, "build: the list shows as stale after this")
		expire  = fs.Duration("expire", 7*24*time.Hour, "build: the list is not used after this")
	)
	if err := command.Parse(fs, args, 0, 1); err != nil {
		return err
	}
	switch what {
	case "build":
		if (*csvFile == "") == (*lines == "") {
			return fmt.Errorf("%w: name the rows with --csv or --jsonl", command.ErrUsage)
		}
		// Every later version needs the key that devices have: a new one in its place
		// would be a list that none of them opens.
		key, err := listKey(*keyFile, *version == 1 || *newKey)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%w, or, to give every device a new one, name --new-key and the next --epoch; nothing was built", err)
		}
		if err != nil {
			return err
		}
		rows, done, err := openRows(*csvFile, *lines, *memory<<20)
		if err != nil {
			return err
		}
		defer done()
		m, err := buildList(*out, roster.Manifest{
			Name: *name, Authority: *issuer, Version: *version, Epoch: uint32(*epoch), Issued: time.Now(), StaleAfter: *stale, ExpireAfter: *expire,
		}, key, rows)
		if err != nil {
			return fmt.Errorf("%s: %w", *csvFile+*lines, err)
		}
		done()
		fmt.Printf("wrote %s: %d rows, %d bytes, root %s\n", *out, m.Rows, m.Size, hex.EncodeToString(m.Root[:]))
		return nil
	case "inspect":
		m, err := readManifest(*file)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return err
		}
		fmt.Printf("%s\n", b)
		return nil
	case "diff":
		if *from == "" {
			return fmt.Errorf("%w: name the list before with --from", command.ErrUsage)
		}
		return diffLists(*from, *file, *out)
	case "apply":
		if *from == "" || *delta == "" {
			return fmt.Errorf("%w: name the list before with --from and the delta with --delta", command.ErrUsage)
		}
		return applyDelta(*from, *delta, *out)
	default:
		return lookup(*file, *keyFile, fs.Arg(0))
	}
}

func lookup(file, keyFile, number string) error {
	subject := credential.OpenTyped(number).Subject()
	if strings.Contains(number, ":") {
		s, err := credential.ParseSubject(number)
		if err != nil {
			return err
		}
		subject = s
	}
	if subject.IsZero() {
		return fmt.Errorf("%w: give a 12, 10 or 9 digit number, or a subject such as vn.id:001190123456", command.ErrUsage)
	}
	m, err := readManifest(file)
	if err != nil {
		return err
	}
	key, err := listKey(keyFile, false)
	if err != nil {
		return err
	}
	r, err := roster.Open(file, m, key)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := r.Lookup(subject.String(), "", "")
	if err != nil {
		return err
	}
	if !f.Found {
		fmt.Printf("%s is not on list %s version %d\n", subject.Masked(), m.Name, m.Version)
		return nil
	}
	fmt.Printf("%s is on list %s version %d: %s\n", subject.Masked(), m.Name, m.Version, f.Profile.Status)
	return nil
}

// listKey reads a list key (hex), or makes one where that is wanted.
func listKey(path string, create bool) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if create {
			key := roster.GenerateKey()
			return key, os.WriteFile(path, []byte(hex.EncodeToString(key)+"\n"), 0o600)
		}
		return nil, fmt.Errorf("there is no list key in %s (%w): copy the file that the list was built with to there, or name it with --key", path, os.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != roster.KeySize {
		return nil, fmt.Errorf("%s does not hold a list key: want %d hex digits", path, 2*roster.KeySize)
	}
	return key, nil
}

// buildList writes a list file and its manifest beside it.
func buildList(path string, m roster.Manifest, key []byte, rows iter.Seq2[roster.Row, error]) (roster.Manifest, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".building-*")
	if err != nil {
		return m, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if m, err = roster.Build(f, m, key, rows); err != nil {
		return m, err
	}
	if err := f.Chmod(0o644); err != nil {
		return m, err
	}
	if err := f.Sync(); err != nil {
		return m, err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return m, err
	}
	if err := replaceFile(manifestOf(path), append(text, '\n'), 0o644); err != nil {
		return m, err
	}
	return m, os.Rename(f.Name(), path)
}
