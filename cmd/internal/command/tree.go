package command

import (
	"context"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
)

// A branch is a command, or one of its verbs, with the flags it takes.
type branch struct {
	words []string // what is typed after the program's name
	flags []*flag.Flag
	verbs []branch
}

// grow learns what a command takes by asking it for help: Run registers its
// flags and then parses, so asked for help it does nothing else.
func grow(c Command, words ...string) branch {
	fs := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	b := branch{words: append([]string{c.Name}, words...)}
	err := c.Run(context.Background(), fs, append(append([]string{}, words...), "--help"))
	var verbs verbWanted
	if errors.As(err, &verbs) {
		for _, v := range verbs {
			b.verbs = append(b.verbs, grow(c, append(append([]string{}, words...), v)...))
		}
		return b
	}
	fs.VisitAll(func(f *flag.Flag) {
		if concerns(f, words) {
			b.flags = append(b.flags, f)
		}
	})
	return b
}

// concerns reports whether a flag is for a verb. Verbs that share a flag set
// say whose a flag is at the beginning of its usage: "create, rotate: …".
func concerns(f *flag.Flag, words []string) bool {
	whose, _, said := strings.Cut(f.Usage, ": ")
	if !said || len(words) == 0 || strings.Trim(whose, "abcdefghijklmnopqrstuvwxyz-, ") != "" {
		return true
	}
	return slices.Contains(strings.Split(whose, ", "), words[len(words)-1])
}

// leaves are the branches that can be run, in order.
func (b branch) leaves() []branch {
	if len(b.verbs) == 0 {
		return []branch{b}
	}
	var all []branch
	for _, v := range b.verbs {
		all = append(all, v.leaves()...)
	}
	return all
}

// takesValue reports whether a flag is followed by a value.
func takesValue(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return !ok || !b.IsBoolFlag()
}
