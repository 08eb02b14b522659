// Command chot-hub is the other end of every device's link: it enrols
// devices, receives their scans, gives receipts, and serves the authority's
// lists. It keeps everything in one folder, with SQLite.
//
//	chot-hub COMMAND [flags]
//
// Exit codes: 0 done, 1 it could not be done (the sentence on standard error
// says why and what to do), 2 the command line is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

type command struct {
	name    string
	summary string
	example string
	run     func(ctx context.Context, fs *flag.FlagSet, args []string) error
}

var commands = []command{
	{"serve", "receive scans and serve lists until told to stop", "chot-hub serve --data hub --repository authority/repository --listen :8443", serve},
	{"enrol", "make an enrolment that lets one device in", "chot-hub enrol --data hub --url https://192.0.2.1:8443 --checkpoint \"Cầu Mẫu\" --trace trace.key.pub --repository authority/repository --list demo/people=people.key --out enrolment.json", enrol},
	{"status", "say what has been received, by device and outcome", "chot-hub status --data hub", status},
	{"revoke", "refuse a device's bundles from now on; what it sent stands", "chot-hub revoke --data hub DEVICE", revoke},
}

// errUsage makes main exit with 2.
var errUsage = errors.New("the command line is wrong")

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(os.Stdout)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		fs := flag.NewFlagSet("chot-hub "+c.name, flag.ContinueOnError)
		fs.Usage = func() {
			fmt.Fprintf(fs.Output(), "chot-hub %s: %s\n\nexample:\n  %s\n\nflags:\n", c.name, c.summary, c.example)
			fs.PrintDefaults()
		}
		err := c.run(ctx, fs, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			if err != errUsage {
				fmt.Fprintf(os.Stderr, "chot-hub %s: %v\n", c.name, err)
			}
			fmt.Fprintf(os.Stderr, "see: chot-hub %s --help\n", c.name)
			return 2
		default:
			fmt.Fprintf(os.Stderr, "chot-hub %s: %v\n", c.name, err)
			return 1
		}
	}
	fmt.Fprintf(os.Stderr, "chot-hub: there is no command %q; see: chot-hub help\n", args[0])
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "chot-hub: receives scans, gives receipts, serves lists\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nchot-hub COMMAND --help shows the flags and an example.\n")
}
