package assets_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A program's functions, its commands, and what each function of it says:
// the verbs and flags it takes and the functions it calls.
type program struct {
	commands map[string]string // name to function
	says     map[string]*said
}

type said struct{ verbs, flags, calls []string }

var flagKinds = []string{
	"Bool", "BoolVar", "Duration", "DurationVar", "Float64", "Func", "Int", "Int64", "IntVar", "String", "StringVar", "TextVar", "Uint", "Uint64", "UintVar", "Var",
}

func parseProgram(t *testing.T, name string) program {
	t.Helper()
	p := program{map[string]string{}, map[string]*said{}}
	files, err := filepath.Glob("../cmd/" + name + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "../cmd/internal/station/sources.go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if p.says[d.Name.Name] == nil || d.Recv == nil { // a command before a method of its name
					p.says[d.Name.Name] = listen(d)
				}
			case *ast.GenDecl:
				p.list(d)
			}
		}
	}
	return p
}

// list takes the commands of the table in main.go: {Name: "scan", Run: scan, …}.
func (p program) list(d *ast.GenDecl) {
	ast.Inspect(d, func(n ast.Node) bool {
		c, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		name, run := "", ""
		for _, e := range c.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch key, _ := kv.Key.(*ast.Ident); {
			case key == nil:
			case key.Name == "Name":
				name = literal(kv.Value)
			case key.Name == "Run":
				if f, ok := kv.Value.(*ast.Ident); ok {
					run = f.Name
				}
			}
		}
		if name != "" && run != "" {
			p.commands[name] = run
		}
		return true
	})
}

func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		s, _ := strconv.Unquote(l.Value)
		return s
	}
	return ""
}

func listen(d *ast.FuncDecl) *said {
	s := &said{}
	ast.Inspect(d, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		s.calls = append(s.calls, name)
		var words []string
		for _, a := range call.Args {
			if w := literal(a); w != "" {
				words = append(words, w)
			}
		}
		switch {
		case name == "Verb":
			s.verbs = append(s.verbs, words...)
		case slices.Contains(flagKinds, name) && len(words) > 0:
			s.flags = append(s.flags, words[0])
		}
		return true
	})
	return s
}

// of collects what a function and those it calls say.
func (p program) of(function string, seen map[string]bool) (all said) {
	s := p.says[function]
	if s == nil || seen[function] {
		return all
	}
	seen[function] = true
	all = said{verbs: slices.Clone(s.verbs), flags: slices.Clone(s.flags)}
	for _, c := range s.calls {
		inner := p.of(c, seen)
		all.verbs, all.flags = append(all.verbs, inner.verbs...), append(all.flags, inner.flags...)
	}
	return all
}

var commandLine = regexp.MustCompile("(?:^|[ `(])(chotctl|chot-hub) ([a-z][a-z-]*)([^`|\n]*)")

// wrongCommands returns what command lines name that the programs do not take.
func wrongCommands(programs map[string]program, text string) (wrong []string, found int) {
	for line := range strings.Lines(text) {
		code := strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "$ ") || strings.Contains(line, "`chot")
		if !code || strings.Contains(line, "apt ") || strings.Contains(line, "systemctl") {
			continue
		}
		for _, m := range commandLine.FindAllStringSubmatch(line, -1) {
			p := programs[m[1]]
			function, ok := p.commands[m[2]]
			if !ok {
				if m[2] != "commands" { // "chotctl commands that …"
					wrong = append(wrong, m[1]+" "+m[2])
				}
				continue
			}
			found++
			takes, args := p.of(function, map[string]bool{}), strings.Fields(m[3])
			if len(takes.verbs) > 0 && (len(args) == 0 || !slices.Contains(takes.verbs, args[0])) {
				wrong = append(wrong, strings.TrimSpace(m[0]))
			}
			for _, a := range args {
				flag, ok := strings.CutPrefix(a, "--")
				if ok && !slices.Contains(takes.flags, flag) {
					wrong = append(wrong, m[1]+" "+m[2]+" "+a)
				}
			}
		}
	}
	return wrong, found
}

// TestGuidesCommandsExist holds each command line to what the programs' sources
// take: the command, its verb, its flags.
func TestGuidesCommandsExist(t *testing.T) {
	programs := map[string]program{"chotctl": parseProgram(t, "chotctl"), "chot-hub": parseProgram(t, "chot-hub")}
	total := 0
	for name := range guides {
		wrong, found := wrongCommands(programs, readGuide(t, name))
		total += found
		if len(wrong) > 0 {
			t.Errorf("%s has command lines that no program takes: %q", name, wrong)
		}
	}
	if total < 25 {
		t.Errorf("%d command lines, want at least 25", total)
	}
	wrong, _ := wrongCommands(programs, "# chotctl scann\n# chotctl config chek file\n# chotctl enrol --sight x\n# runuser -u chot -- chotctl reader test --serial x\n`chot-hub status --qr`\n")
	if want := []string{"chotctl scann", "chotctl config chek file", "chotctl enrol --sight", "chot-hub status --qr"}; !slices.Equal(wrong, want) {
		t.Errorf("wrong were %q, want %q", wrong, want)
	}
}

// strayKeys returns the settings in a guide's TOML that the settings file lacks.
func strayKeys(text, settings string) (stray []string, found int) {
	tables := func(s string) (all []string) {
		table := ""
		for line := range strings.Lines(s) {
			line = strings.TrimPrefix(strings.TrimSpace(line), "#")
			if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
				table = strings.Trim(line, "[]") + "."
			} else if key, _, ok := strings.Cut(line, " = "); ok && !strings.Contains(key, " ") {
				all = append(all, table+key)
			}
		}
		return all
	}
	known := tables(settings)
	for _, m := range regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(text, -1) {
		for _, key := range tables(m[1]) {
			found++
			if !slices.Contains(known, key) {
				stray = append(stray, key)
			}
		}
	}
	return stray, found
}

// TestGuideIsAboutWhatIsInstalled: settings and services it names are there.
func TestGuideIsAboutWhatIsInstalled(t *testing.T) {
	settings, err := os.ReadFile("linux/chot.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := readGuide(t, "INSTALL.md")
	if stray, found := strayKeys(text, string(settings)); len(stray) > 0 || found < 10 {
		t.Errorf("of %d settings, these are none: %q", found, stray)
	}
	if stray, _ := strayKeys("```toml\n[relay]\nadmitt = 1\nadmit = 2\n```", string(settings)); !slices.Equal(stray, []string{"relay.admitt"}) {
		t.Errorf("stray are %q", stray)
	}
	services := regexp.MustCompile("`(chot[a-z-]*\\.service)`").FindAllStringSubmatch(text, -1)
	if len(services) < 3 {
		t.Errorf("%d services named, want at least 3", len(services))
	}
	for _, s := range services {
		if _, err := os.Stat("linux/" + s[1]); err != nil {
			t.Error(err)
		}
	}
}
