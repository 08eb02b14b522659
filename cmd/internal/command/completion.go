package command

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// completion prints what makes a shell complete a program's commands, verbs
// and flags; files are completed everywhere else.
func completion(w io.Writer, m Manual, args []string) int {
	shells := map[string]func(io.Writer){"bash": m.Bash, "zsh": m.Zsh, "fish": m.Fish}
	if len(args) == 1 && shells[args[0]] != nil {
		shells[args[0]](w)
		return 0
	}
	fmt.Fprintf(os.Stderr, "%s completion: say one of bash, zsh, fish, as in:  %s completion bash > /etc/bash_completion.d/%s\n", m.Program, m.Program, m.Program)
	return 2
}

func (m Manual) trees() []branch {
	var all []branch
	for _, c := range m.Commands {
		all = append(all, grow(c))
	}
	return all
}

func names(flags []*flag.Flag) []string {
	var all []string
	for _, f := range flags {
		all = append(all, "--"+f.Name)
	}
	return all
}

func (m Manual) flagNames() []string {
	var all []*flag.Flag
	if m.Flags != nil {
		m.Flags.VisitAll(func(f *flag.Flag) { all = append(all, f) })
	}
	return names(all)
}

// Bash writes a bash completion.
func (m Manual) Bash(w io.Writer) {
	f := "_" + strings.ReplaceAll(m.Program, "-", "_")
	var top []string
	fmt.Fprintf(w, "# bash completion for %s\n%s() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\n\tcase \"${COMP_WORDS[*]:1:COMP_CWORD-1} \" in\n", m.Program, f)
	for _, t := range m.trees() {
		top = append(top, t.words[0])
		for _, leaf := range t.leaves() {
			fmt.Fprintf(w, "\t\"%s \"*) words=%q ;;\n", strings.Join(leaf.words, " "), strings.Join(names(leaf.flags), " "))
		}
		if len(t.verbs) > 0 {
			var verbs []string
			for _, v := range t.verbs {
				verbs = append(verbs, v.words[len(v.words)-1])
			}
			fmt.Fprintf(w, "\t\"%s \") words=%q ;;\n", t.words[0], strings.Join(verbs, " "))
		}
	}
	if m.Flags != nil {
		fmt.Fprintf(w, "\t*) words=%q ;;\n", strings.Join(m.flagNames(), " "))
	} else {
		fmt.Fprintf(w, "\t\" \") words=%q ;;\n", strings.Join(append(top, "completion", "help"), " "))
	}
	fmt.Fprintf(w, "\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F %s %s\n", f, m.Program)
}

// Zsh writes a zsh completion.
func (m Manual) Zsh(w io.Writer) {
	fmt.Fprintf(w, "#compdef %s\n", m.Program)
	if m.Flags != nil {
		fmt.Fprintf(w, "compadd -- %s\n_files\n", strings.Join(m.flagNames(), " "))
		return
	}
	fmt.Fprint(w, "if (( CURRENT == 2 )); then\n\tlocal -a commands=(\n")
	for _, c := range m.Commands {
		fmt.Fprintf(w, "\t\t%s\n", quoted(c.Name+":"+c.Summary))
	}
	fmt.Fprint(w, "\t)\n\t_describe command commands\n\treturn\nfi\ncase \"${words[2]}\" in\n")
	for _, t := range m.trees() {
		fmt.Fprintf(w, "%s)\n", t.words[0])
		if len(t.verbs) > 0 {
			fmt.Fprint(w, "\tif (( CURRENT == 3 )); then compadd --")
			for _, v := range t.verbs {
				fmt.Fprintf(w, " %s", v.words[len(v.words)-1])
			}
			fmt.Fprint(w, "; return; fi\n\tcase \"${words[3]}\" in\n")
			for _, v := range t.verbs {
				fmt.Fprintf(w, "\t%s) compadd -- %s ;;\n", v.words[len(v.words)-1], strings.Join(names(v.flags), " "))
			}
			fmt.Fprint(w, "\tesac ;;\n")
			continue
		}
		fmt.Fprintf(w, "\tcompadd -- %s ;;\n", strings.Join(names(t.flags), " "))
	}
	fmt.Fprint(w, "esac\n_files\n")
}

// Fish writes a fish completion.
func (m Manual) Fish(w io.Writer) {
	if m.Flags != nil {
		m.Flags.VisitAll(func(f *flag.Flag) { fishFlag(w, m.Program, "", f) })
		return
	}
	for _, c := range m.Commands {
		fmt.Fprintf(w, "complete -c %s -n __fish_use_subcommand -a %s -d %s\n", m.Program, c.Name, quoted(c.Summary))
	}
	for _, t := range m.trees() {
		seen := "__fish_seen_subcommand_from " + t.words[0]
		for _, v := range t.verbs {
			verb := v.words[len(v.words)-1]
			fmt.Fprintf(w, "complete -c %s -n %s -a %s\n", m.Program, quoted(seen), verb)
			for _, f := range v.flags {
				fishFlag(w, m.Program, seen+"; and __fish_seen_subcommand_from "+verb, f)
			}
		}
		for _, f := range t.flags {
			fishFlag(w, m.Program, seen, f)
		}
	}
}

func fishFlag(w io.Writer, program, when string, f *flag.Flag) {
	_, usage := flag.UnquoteUsage(f)
	fmt.Fprintf(w, "complete -c %s", program)
	if when != "" {
		fmt.Fprintf(w, " -n %s", quoted(when))
	}
	fmt.Fprintf(w, " -l %s", f.Name)
	if takesValue(f) {
		fmt.Fprint(w, " -r")
	}
	fmt.Fprintf(w, " -d %s\n", quoted(usage))
}

// quoted is s as one word of any of the three shells.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
