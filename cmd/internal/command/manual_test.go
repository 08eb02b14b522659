package command

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// table is a program of one plain command and one with verbs that share flags.
func table(ran *int) []Command {
	return []Command{
		{Name: "scan", Summary: "judge codes", Example: "prog scan --site x", Run: func(_ context.Context, fs *flag.FlagSet, args []string) error {
			fs.String("site", "site/device", "the device's `folder`")
			fs.Bool("json", false, "print JSON")
			if err := Parse(fs, args, 0, 0); err != nil {
				return err
			}
			*ran++
			return nil
		}},
		{Name: "keys", Summary: "make 'keys' \\ lists", Example: ".so prog", Run: func(_ context.Context, fs *flag.FlagSet, args []string) error {
			_, args, err := Verb(args, "create", "rotate")
			if err != nil {
				return err
			}
			fs.String("dir", "", "where")
			fs.String("role", "", "rotate: whose: a `name`")
			if err := Parse(fs, args, 0, 0); err != nil {
				return err
			}
			*ran++
			return nil
		}},
	}
}

func TestManualTellsEveryFlagAndRunsNothing(t *testing.T) {
	ran := 0
	m := Manual{Program: "prog", Summary: "does it", Commands: table(&ran)}
	var page strings.Builder
	m.Roff(&page)
	file := filepath.Join(t.TempDir(), "prog.1")
	if err := os.WriteFile(file, []byte(page.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	shown := func(file string) (text, warnings string) {
		cmd := exec.Command("man", "--warnings", "-l", file)
		cmd.Env = append(os.Environ(), "MANWIDTH=100", "LC_ALL=C.UTF-8", "PAGER=cat")
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			t.Fatalf("man: %v\n%s", err, errs.String())
		}
		return out.String(), errs.String()
	}
	text, warnings := shown(file)
	if warnings != "" {
		t.Errorf("man warns: %s", warnings)
	}
	for _, want := range []string{"prog - does it", "--site folder", "(default site/device)", "--json", "prog keys rotate", "--role name", "--dir", `make 'keys' \ lists`, ".so prog", "EXIT STATUS"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("the page does not show %q:\n%s", want, text)
		}
	}
	create, rotate, _ := strings.Cut(text, "prog keys rotate")
	if _, create, _ = strings.Cut(create, "prog keys create"); strings.Contains(create, "--role") || !strings.Contains(rotate, "--role") {
		t.Errorf("a flag of one verb stands under another:\n%s", text)
	}
	if ran != 0 {
		t.Errorf("asking for the manual ran %d commands", ran)
	}
	// The same check sees a page that is wrong.
	if err := os.WriteFile(file, []byte(page.String()+".NOSUCHMACRO\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, warnings := shown(file); warnings == "" {
		t.Error("man did not warn of a macro that does not exist")
	}
}

func TestCompletionsInTheirShells(t *testing.T) {
	ran := 0
	m := Manual{Program: "prog", Summary: "does it", Commands: table(&ran)}
	var b strings.Builder
	m.Bash(&b)
	for typed, want := range map[string]string{
		"prog ":             "scan keys completion help",
		"prog scan --":      "--json --site",
		"prog scan --s":     "--site",
		"prog keys ":        "create rotate",
		"prog keys rotate ": "--dir --role",
		"prog keys create ": "--dir",
		"prog nosuch ":      "",
	} {
		words := strings.Split(typed, " ")
		script := b.String() + "\nCOMP_WORDS=("
		for _, w := range words {
			script += "'" + w + "' "
		}
		script += ")\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n_prog\necho \"${COMPREPLY[*]}\"\n"
		out, err := exec.Command("bash", "-c", script).CombinedOutput()
		if err != nil {
			t.Fatalf("bash: %v\n%s", err, out)
		}
		if got := strings.TrimSpace(string(out)); got != want {
			t.Errorf("after %q bash offers %q, want %q", typed, got, want)
		}
	}
	for shell, write := range map[string]func(*strings.Builder){
		"zsh":  func(b *strings.Builder) { m.Zsh(b) },
		"fish": func(b *strings.Builder) { m.Fish(b) },
	} {
		var b strings.Builder
		write(&b)
		file := filepath.Join(t.TempDir(), "completion")
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(shell, "-n", file).CombinedOutput(); err != nil {
			t.Errorf("%s cannot read its completion: %v\n%s", shell, err, out)
		}
		for _, want := range []string{"scan", "keys", "rotate", "site"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s is not offered %s", shell, want)
			}
		}
		if err := os.WriteFile(file, []byte(b.String()+"\nif (\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if exec.Command(shell, "-n", file).Run() == nil {
			t.Errorf("%s took a broken completion", shell)
		}
	}
	if ran != 0 {
		t.Errorf("asking for completions ran %d commands", ran)
	}
}
