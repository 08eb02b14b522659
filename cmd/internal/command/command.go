// Package command runs the verbs of a program: it finds the one asked for,
// shows help with an example, and turns errors into exit codes.
//
// Exit codes: 0 done, 1 it could not be done (the sentence on standard error
// says why and what to do), 2 the command line is wrong.
package command

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

// A Command is one verb of a program.
type Command struct {
	Name    string
	Summary string // what it does, as in help
	Example string // a line to type
	Run     func(ctx context.Context, fs *flag.FlagSet, args []string) error
}

// ErrUsage makes a program exit with 2 and point to its help.
var ErrUsage = errors.New("the command line is wrong")

// Main runs the verb that args begins with and returns the exit code. The
// context it hands over ends on an interrupt or SIGTERM.
func Main(program, summary string, commands []Command, args []string) int {
	if len(args) == 2 && args[0] == "help" && args[1] == "man" {
		Manual{Program: program, Summary: summary, Commands: commands}.Roff(os.Stdout)
		return 0
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(os.Stdout, program, summary, commands)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	if args[0] == "completion" {
		return completion(os.Stdout, Manual{Program: program, Summary: summary, Commands: commands}, args[1:])
	}
	for _, c := range commands {
		if c.Name == args[0] {
			return c.main(program, args[1:])
		}
	}
	fmt.Fprintf(os.Stderr, "%s: there is no command %q; see: %s help\n", program, args[0], program)
	return 2
}

func (c Command) main(program string, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	name := program + " " + c.Name
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "%s: %s\n\nexample:\n  %s\n\nflags:\n", name, c.Summary, c.Example)
		fs.PrintDefaults()
	}
	err := c.Run(ctx, fs, args)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return 0 // told to end
	case errors.Is(err, ErrUsage):
		if err != ErrUsage {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		}
		fmt.Fprintf(os.Stderr, "see: %s --help\n", name)
		return 2
	}
	fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
	return 1
}

func usage(w io.Writer, program, summary string, commands []Command) {
	fmt.Fprintf(w, "%s: %s\n\n", program, summary)
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.Name, c.Summary)
	}
	fmt.Fprintf(w, "  %-10s %s\n", "completion", "print what makes a shell complete these: bash, zsh or fish")
	fmt.Fprintf(w, "\n%s COMMAND --help shows the flags and an example.\n", program)
}

// Parse reads the flags and checks how many arguments are left.
func Parse(fs *flag.FlagSet, args []string, least, most int) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return ErrUsage // flag has said what is wrong
	}
	switch n := fs.NArg(); {
	case n >= least && n <= most:
		return nil
	case least == most:
		return fmt.Errorf("%w: want %d arguments after the flags, got %d", ErrUsage, least, n)
	default:
		return fmt.Errorf("%w: want %d to %d arguments after the flags, got %d", ErrUsage, least, most, n)
	}
}

// verbWanted is Verb's error where none was said; the manual learns a
// command's verbs from it.
type verbWanted []string

func (v verbWanted) Error() string {
	return fmt.Sprintf("%v: say one of %s", ErrUsage, strings.Join(v, ", "))
}
func (v verbWanted) Unwrap() error { return ErrUsage }

// Verb splits "create" off "authority create --dir …".
func Verb(args []string, verbs ...string) (verb string, rest []string, err error) {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" {
		return "", nil, verbWanted(verbs)
	}
	for _, v := range verbs {
		if args[0] == v {
			return v, args[1:], nil
		}
	}
	return "", nil, fmt.Errorf("%w: %q is not one of %s", ErrUsage, args[0], strings.Join(verbs, ", "))
}
