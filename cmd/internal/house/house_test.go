package house

import (
	"encoding/json"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// table is the architecture: what each room may import of ours. A room ends
// in /... when its subfolders follow the same rule; the longest match counts.
var table = []struct {
	room string
	may  []string
}{
	{"chot/scanner/qr", nil},
	{"chot/scanner/qr/internal/...", []string{"chot/scanner/qr"}},
	{"chot/scanner/credential", nil},
	{"chot/scanner/roster", nil},
	{"chot/scanner/seal", nil},
	// What all three do alike, and nobody else, is inside camera.
	{"chot/camera", []string{"chot/camera/internal/keep"}},
	{"chot/camera/serial", []string{"chot/camera/internal/keep"}},
	{"chot/camera/wedge", []string{"chot/camera/internal/keep"}},
	{"chot/camera/intent", nil},
	{"chot/camera/internal/...", []string{"chot/camera/..."}},
	{"chot/assets/...", nil},
	{"chot/scanner", []string{"chot/scanner/..."}},
	{"chot/store/...", []string{"chot/scanner/...", "chot/store/..."}},
	{"chot/sync/wire", []string{"chot/scanner/..."}},
	{"chot/sync/wire/wiretest", []string{"chot/scanner/...", "chot/sync/wire"}}, // imported by tests only
	{"chot/sync/uplink", []string{"chot/scanner/...", "chot/sync/wire"}},
	{"chot/sync/downlink", []string{"chot/scanner/...", "chot/sync/wire"}},
	{"chot/sync/hub/...", []string{"chot/scanner/...", "chot/sync/wire", "chot/sync/hub/..."}},
	{"chot/sync/publish", []string{"chot/scanner/...", "chot/sync/wire"}},
	{"chot/ui/tone", nil},
	{"chot/ui/relay", nil},
	{"chot/ui/screentest", nil}, // imported by tests only
	{"chot/ui", []string{"chot/scanner/...", "chot/assets/...", "chot/ui/tone", "chot/ui/relay"}},
	{"chot/cmd/...", []string{"chot/..."}},
}

// topLevel is what `ls` shows.
var topLevel = []string{"LICENSE", "Makefile", "README.md", "assets", "camera", "cmd", "go.mod", "go.sum", "scanner", "store", "sync", "ui"}

type pkg struct {
	ImportPath, Dir string
	Doc             string
	Standard        bool
	GoFiles         []string
	CgoFiles        []string
	Imports         []string
	Deps            []string
}

func list(t *testing.T, env []string, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Doc,Standard,GoFiles,CgoFiles,Imports,Deps"}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stderr = root(t), append(os.Environ(), env...), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func root(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return pattern == path
}

// allowed returns what path may import, and whether the table knows it.
func allowed(path string) ([]string, bool) {
	best := -1
	for i, row := range table {
		if matches(row.room, path) && (best < 0 || len(row.room) > len(table[best].room)) {
			best = i
		}
	}
	if best < 0 {
		return nil, false
	}
	return table[best].may, true
}

// wrong returns the imports of p that its room may not have.
func wrong(p pkg) []string {
	may, known := allowed(p.ImportPath)
	if !known {
		return []string{"(the import table has no row for this folder)"}
	}
	var bad []string
	for _, imp := range p.Imports {
		if strings.HasPrefix(imp, "chot/") && !slices.ContainsFunc(may, func(m string) bool { return matches(m, imp) }) {
			bad = append(bad, imp)
		}
	}
	return bad
}

func TestImportsRunOneWay(t *testing.T) {
	for _, p := range list(t, nil, "./...") {
		for _, imp := range wrong(p) {
			t.Errorf("%s must not import %s", p.ImportPath, imp)
		}
	}
	// The check itself must be able to fail.
	if len(wrong(pkg{ImportPath: "chot/scanner", Imports: []string{"chot/store"}})) == 0 ||
		len(wrong(pkg{ImportPath: "chot/store", Imports: []string{"chot/sync/wire"}})) == 0 ||
		len(wrong(pkg{ImportPath: "chot/newroom"})) == 0 {
		t.Error("the import check accepts what it must refuse")
	}
}

// Libraries that only one room may touch.
func TestFixedLibrariesStayInTheirRooms(t *testing.T) {
	rooms := map[string]string{
		"go.etcd.io/bbolt":               "chot/store",
		"github.com/blackjack/webcam":    "chot/camera",
		"github.com/tarm/serial":         "chot/camera/serial",
		"github.com/makiuchi-d/gozxing":  "chot/scanner/qr",
		"modernc.org/sqlite":             "chot/sync/hub",
		"gioui.org/app":                  "chot/cmd/chot",
		"github.com/theupdateframework/": "chot/sync",
	}
	for _, p := range list(t, nil, "./...") {
		for _, imp := range p.Imports {
			for lib, room := range rooms {
				// the sample generator and chotctl draw codes, so they may use the QR library's encoder
				draws := strings.HasPrefix(imp, "github.com/makiuchi-d/gozxing/qrcode/") && matches("chot/cmd/...", p.ImportPath) || p.ImportPath == "chot/cmd/internal/samples"
				if strings.HasPrefix(imp, lib) && !matches(room+"/...", p.ImportPath) && !draws {
					t.Errorf("%s imports %s, which belongs to %s", p.ImportPath, imp, room)
				}
			}
		}
	}
}

func TestProgramsWithoutAWindow(t *testing.T) {
	for _, program := range []string{"./cmd/chotctl", "./cmd/chot-hub"} {
		for _, p := range list(t, []string{"CGO_ENABLED=1"}, "-deps", program) {
			if strings.HasPrefix(p.ImportPath, "gioui.org") {
				t.Errorf("%s reaches %s", program, p.ImportPath)
			}
			if !p.Standard && len(p.CgoFiles) > 0 {
				t.Errorf("%s reaches cgo through %s", program, p.ImportPath)
			}
		}
	}
}

func TestEveryPackageSaysWhatItDoes(t *testing.T) {
	for _, p := range list(t, nil, "./...") {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// TestExportedNamesAreDocumented keeps `go doc` worth reading.
func TestExportedNamesAreDocumented(t *testing.T) {
	for _, p := range list(t, nil, "./...") {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range append(p.GoFiles, p.CgoFiles...) {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		d, err := doc.NewFromFiles(fset, files, p.ImportPath)
		if err != nil {
			t.Fatal(err)
		}
		undocumented := func(name, text string) {
			if text == "" {
				t.Errorf("%s.%s has no comment", p.ImportPath, name)
			}
		}
		for _, f := range d.Funcs {
			undocumented(f.Name, f.Doc)
		}
		for _, typ := range d.Types {
			undocumented(typ.Name, typ.Doc)
			for _, f := range typ.Funcs {
				undocumented(f.Name, f.Doc)
			}
		}
	}
}

func TestTopLevelShowsTheArchitecture(t *testing.T) {
	out, err := exec.Command("git", "-C", root(t), "ls-files").Output()
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("not a git checkout: the list of committed files is not known")
	}
	if err != nil || len(out) == 0 {
		t.Fatalf("git ls-files: %v", err)
	}
	for _, file := range strings.Fields(string(out)) {
		top, _, _ := strings.Cut(filepath.ToSlash(file), "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(topLevel, top) {
			t.Errorf("%s at the top level is not part of the architecture", top)
		}
	}
}
