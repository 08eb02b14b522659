// Command chotctl is everything of Chốt without a window: the headless
// scanner, the authority's lists and keys, enrolment, checking a journal, and
// the demonstration site.
//
//	chotctl COMMAND [flags] [arguments]
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
	"strings"
	"syscall"
)

// A command is one verb of the program.
type command struct {
	name    string
	summary string
	example string
	run     func(ctx context.Context, fs *flag.FlagSet, args []string) error
}

var commands = []command{
	{"scan", "scan without a window: judge, write down and sync", "chotctl scan --site site/device --frames assets/samples --json", scan},
	{"decode", "find and decode the QR symbols in pictures, and time it", "chotctl decode --list pictures.txt --jsonl --reps 3 --budget 30ms", decode},
	{"enrol", "join a hub with the enrolment file it made", "chotctl enrol --site site/device enrolment.json", enrol},
	{"authority", "create an authority, publish lists and trust, renew its timestamp", "chotctl authority create --dir site/authority --name demo", authority},
	{"roster", "build a signed list's file from CSV, look at one, look a number up", "chotctl roster build --csv people.csv --key list.key --out people.roster", rosterCommand},
	{"trace-key", "make the key pair that opens sealed entries", "chotctl trace-key --out trace.key", traceKey},
	{"journal", "check a journal and say what is in it", "chotctl journal verify --site site/device", journal},
	{"demo", "set up a demonstration site in one folder and scan there", "chotctl demo site", demo},
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
		fs := flag.NewFlagSet("chotctl "+c.name, flag.ContinueOnError)
		fs.Usage = func() {
			fmt.Fprintf(fs.Output(), "chotctl %s: %s\n\nexample:\n  %s\n\nflags:\n", c.name, c.summary, c.example)
			fs.PrintDefaults()
		}
		err := c.run(ctx, fs, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			if err != errUsage {
				fmt.Fprintf(os.Stderr, "chotctl %s: %v\n", c.name, err)
			}
			fmt.Fprintf(os.Stderr, "see: chotctl %s --help\n", c.name)
			return 2
		default:
			fmt.Fprintf(os.Stderr, "chotctl %s: %v\n", c.name, err)
			return 1
		}
	}
	fmt.Fprintf(os.Stderr, "chotctl: there is no command %q; see: chotctl help\n", args[0])
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "chotctl: Chốt without a window\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nchotctl COMMAND --help shows the flags and an example.\n")
}

// parse reads the flags and checks how many arguments are left.
func parse(fs *flag.FlagSet, args []string, least, most int) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage // flag has said what is wrong
	}
	if n := fs.NArg(); n < least || n > most {
		return fmt.Errorf("%w: %s after the flags", errUsage, count(least, most, n))
	}
	return nil
}

func count(least, most, n int) string {
	if least == most {
		return fmt.Sprintf("want %d arguments, got %d", least, n)
	}
	return fmt.Sprintf("want %d to %d arguments, got %d", least, most, n)
}

// verb splits "create" off "authority create --dir …".
func verb(args []string, verbs ...string) (string, []string, error) {
	if len(args) > 0 {
		for _, v := range verbs {
			if args[0] == v {
				return v, args[1:], nil
			}
		}
		if args[0] == "-h" || args[0] == "--help" {
			return "", nil, fmt.Errorf("%w: say one of %s", errUsage, strings.Join(verbs, ", "))
		}
		return "", nil, fmt.Errorf("%w: %q is not one of %s", errUsage, args[0], strings.Join(verbs, ", "))
	}
	return "", nil, fmt.Errorf("%w: say one of %s", errUsage, strings.Join(verbs, ", "))
}
