package command

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// A Manual is a program's reference, made from the same tables its help is.
type Manual struct {
	Program, Summary string
	Commands         []Command // for a program of verbs
	Flags            *flag.FlagSet
	Example          string // for a program without verbs
}

// section is where the page belongs (man-pages(7)): 8 is for daemons.
func (m Manual) section() int {
	if strings.HasSuffix(m.Program, "-hub") {
		return 8
	}
	return 1
}

// Roff writes the manual page in the man macros (groff_man(7)), in UTF-8.
func (m Manual) Roff(w io.Writer) {
	p := func(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }
	p(`'\" -*- coding: UTF-8 -*-`)
	p(`.TH %s %d "" "Chốt" "Chốt"`, strings.ToUpper(roff(m.Program)), m.section())
	p(".SH NAME\n%s \\- %s", roff(m.Program), roff(m.Summary))
	if m.Flags != nil {
		p(".SH SYNOPSIS\n.B %s\n[\\fIflags\\fR]", roff(m.Program))
		p(".SH EXAMPLE\n.nf\n%s\n.fi", roff(m.Example))
		p(".SH OPTIONS")
		m.Flags.VisitAll(func(f *flag.Flag) { option(w, f) })
	} else {
		p(".SH SYNOPSIS\n.B %s\n\\fIcommand\\fR [\\fIflags\\fR] [\\fIarguments\\fR]", roff(m.Program))
		p(".SH COMMANDS")
		for _, c := range m.Commands {
			p(".SS %s", roff(c.Name))
			p("%s.", roff(strings.TrimSuffix(strings.ToUpper(c.Summary[:1])+c.Summary[1:], ".")))
			p(".PP\n.nf\n%s\n.fi", roff(c.Example))
			for _, leaf := range grow(c).leaves() {
				if len(leaf.words) > 1 {
					p(".PP\n.B %s %s", roff(m.Program), roff(strings.Join(leaf.words, " ")))
				}
				for _, f := range leaf.flags {
					option(w, f)
				}
			}
		}
	}
	p(".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\nit could not be done; the sentence on standard error says why and what to do\n.TP\n.B 2\nthe command line is wrong")
	p(".SH SEE ALSO\n.BR chot (1),\n.BR chotctl (1),\n.BR chot\\-hub (8),\n.BR chot.toml (5)")
}

func option(w io.Writer, f *flag.Flag) {
	value, usage := flag.UnquoteUsage(f)
	fmt.Fprint(w, ".TP\n")
	if value == "" {
		fmt.Fprintf(w, ".B \\-\\-%s\n", roff(f.Name))
	} else {
		fmt.Fprintf(w, ".BI \\-\\-%s \" %s\"\n", roff(f.Name), roff(value))
	}
	fmt.Fprintf(w, "%s", roff(usage))
	if takesValue(f) && f.DefValue != "" && f.DefValue != "0" && f.DefValue != "0s" {
		fmt.Fprintf(w, " (default %s)", roff(f.DefValue))
	}
	fmt.Fprintln(w)
}

// roff escapes text for the man macros: no macro begins in it, and a hyphen
// stays one that can be copied and typed.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
