package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/rules"
	"chot/cmd/internal/symbol"
	"chot/sync/hub"
	"chot/sync/wire"

	"golang.org/x/term"
)

// enrol makes an enrolment file for one device. It works while the hub serves.
func enrol(ctx context.Context, fs *flag.FlagSet, args []string) error {
	var s hub.Site
	at := placeFlags(fs)
	fs.StringVar(&s.URL, "url", "", "the hub's `URL` as the device reaches it, https://host:port")
	fs.StringVar(&s.Checkpoint, "checkpoint", "", "the checkpoint's `name`, as in reports")
	fs.StringVar(&s.Lane, "lane", "", "the lane's `name`")
	fs.StringVar(&s.Zone, "zone", "", "the `zone` the checkpoint guards")
	fs.DurationVar(&s.Valid, "valid", 7*24*time.Hour, "how long the enrolment may be used")
	repository := fs.String("repository", "", "the authority's published `folder`; its root goes into the enrolment")
	trace := fs.String("trace", "", "the public trace key's `file` (trace.key.pub)")
	policy := fs.String("policy", "", "the policy's JSON `file` (go doc chot/cmd/internal/rules); without one, the default: listed and passes go through, all else is checked")
	out := fs.String("out", "", "write to `FILE`; default standard output")
	qr := fs.Bool("qr", false, "show a QR code for the device to scan instead: drawn on a terminal, a picture into a FILE.png, else its text")
	var lists listFlags
	fs.Func("list", "a list the device is to ask, `AUTHORITY/NAME=KEYFILE[,optional][,absent=OUTCOME][,absent-pass=OUTCOME]`; several. "+
		"optional: the device goes on without it while it is missing or expired; absent: the verdict on whom it does not name, refuse, refer or admit (a list of people to stop: admit)", lists.add)
	fs.Func("wins", "of several lists, `strictest|first`: any of them stops (the default), or the first that names a person decides", lists.wins)
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if s.URL == "" || s.Checkpoint == "" || *repository == "" || *trace == "" {
		return fmt.Errorf("%w: --url, --checkpoint, --repository and --trace are needed", command.ErrUsage)
	}
	root, err := newestRoot(*repository)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(*trace)
	if err != nil {
		return err
	}
	s.Root, s.Trace = root, strings.TrimSpace(string(key))
	if *policy != "" {
		if s.Policy, err = os.ReadFile(*policy); err != nil {
			return err
		}
	}
	if s.Policy, err = lists.policy(s.Policy); err != nil {
		return err
	}
	s.Lists = lists.keys
	// What no device would accept is not granted.
	if _, _, err := rules.Of(wire.Grant{Policy: s.Policy, Lists: s.Lists}); err != nil {
		return err
	}
	h, err := at.open(hub.Options{})
	if err != nil {
		return err
	}
	defer h.Close()
	e, err := h.NewEnrolment(ctx, s)
	if err != nil {
		return err
	}
	text, err := e.File()
	if *qr {
		var code string
		if code, err = e.QR(); err == nil {
			text, err = shown(code, *out, e.HubKey.ID())
		}
	}
	if err != nil {
		return err
	}
	if *out == "" {
		_, err = os.Stdout.Write(text)
		return err
	}
	return os.WriteFile(*out, text, 0o600)
}

// shown is an enrolment's code as it leaves the program: a picture for a file
// that is named so, the symbol and what the device will show beside it for a
// person at a terminal, the text for another program.
func shown(code, out, key string) ([]byte, error) {
	switch {
	case strings.HasSuffix(out, ".png"):
		return symbol.PNG(code)
	case out == "" && term.IsTerminal(int(os.Stdout.Fd())):
		drawn, err := symbol.Text(code)
		return []byte(drawn + "\nThe device shows this hub's key, to compare: " + key + "\n"), err
	}
	return []byte(code + "\n"), nil
}

// newestRoot returns the authority's newest root metadata: a device enrolled
// today must not start from keys that were rotated away.
func newestRoot(repository string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(repository, "metadata", "*.root.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("%s is not an authority's repository folder: it has no metadata/*.root.json", repository)
	}
	newest, highest := "", 0
	for _, f := range files {
		number, _, _ := strings.Cut(filepath.Base(f), ".")
		if n, err := strconv.Atoi(number); err == nil && n > highest {
			newest, highest = f, n
		}
	}
	return os.ReadFile(newest)
}
