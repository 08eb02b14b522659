package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// libraryName is what Gio's Java loads ("gio").
const libraryName = "libgio.so"

// quick are the packages whose functions are inlined, as Go does by itself: what
// runs for each pixel, byte or command of a frame. All others, which run once a
// start, a sync or a touch, are compiled without, 0.9 MB smaller.
var quick = []string{
	"chot/scanner/qr/...", "chot/scanner/roster", "chot/scanner/seal", "chot/camera", "image/...", "compress/...", "github.com/klauspost/...", "hash/...", "math/...",
	"crypto/internal/fips140/edwards25519/...", "crypto/internal/fips140/nistec/...",
	"gioui.org/gpu/...", "gioui.org/internal/...", "gioui.org/op/...", "golang.org/x/image/...", "runtime", "runtime/...", "internal/...", "bytes", "strings", "unicode/...",
}

// build makes the app's library for one ABI.
func (k kit) build(root, out string, a abi) error {
	cc, link, err := k.compiler(a, minAPI)
	if err != nil {
		return err
	}
	lean, err := leanModules(root)
	if err != nil {
		return err
	}
	// Relocations packed as Android packs them (API 23 on): two megabytes less.
	link = append(link, "-Wl,--pack-dyn-relocs=android", "-Wl,-soname,"+libraryName)
	args := []string{"build", "-buildmode=c-shared", "-modfile", lean, "-trimpath", "-buildvcs=false",
		// Android draws with GLES everywhere; Vulkan's drivers on cheap handhelds do not all draw.
		"-tags", "novulkan", "-ldflags", "-s -w -buildid= -X gioui.org/app.ID=vn.chot.scanner", "-gcflags=all=-l", "-o", out}
	for _, p := range quick {
		args = append(args, "-gcflags="+p+"=")
	}
	cmd := exec.Command("go", append(args, "./cmd/chot")...)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=1", "GOOS=android", "GOARCH="+a.goarch, "GOARM="+a.goarm,
		"CC="+cc, "CXX="+strings.Replace(cc, "clang", "clang++", 1), "CGO_CFLAGS=-O2 -g0", "CGO_LDFLAGS="+strings.Join(link, " "))
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build for %s: %w", a.name, err)
	}
	_ = os.Remove(strings.TrimSuffix(out, ".so") + ".h") // for C programs; nobody includes it
	return nil
}

// leanModules lays out a go.mod for the app in which some modules are copies
// without what the app never asks, 2.6 MB of 16: of sigstore the registry of
// algorithms, which go-tuf does not look at and which brings the whole of protobuf;
// of gozxing, from which the app takes the symbols' layout, all that reads text,
// with the world's character sets; of go-tuf a regular expression for Windows'
// paths, with tables of all of Unicode. What is called is compiled as it is.
func leanModules(root string) (modfile string, err error) {
	rel := filepath.Join("bin", "android", "lean")
	lean := filepath.Join(root, rel)
	if err := os.RemoveAll(lean); err != nil {
		return "", err
	}
	var replaces string
	for _, name := range slices.Sorted(maps.Keys(leaner)) {
		l := leaner[name]
		out, err := exec.Command("go", "-C", root, "list", "-m", "-f", "{{.Dir}}", l.module).Output()
		if err != nil {
			return "", fmt.Errorf("go list -m %s: %w", l.module, err)
		}
		copied := filepath.Join(lean, name)
		if err := os.CopyFS(copied, os.DirFS(strings.TrimSpace(string(out)))); err != nil {
			return "", err
		}
		if err := l.cut(copied); err != nil {
			return "", fmt.Errorf("%w; this version of %s is not the one that leanModules was written for: look at it again", err, l.module)
		}
		replaces += "\nreplace " + l.module + " => ./" + filepath.ToSlash(filepath.Join(rel, name)) + "\n"
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		if name == "go.mod" {
			b = append(b, replaces...)
		}
		if err := os.WriteFile(filepath.Join(lean, name), b, 0o644); err != nil {
			return "", err
		}
	}
	return filepath.Join(lean, "go.mod"), nil
}

// A lean module is a copy without some files, and with some words of others
// changed.
type lean struct {
	module string
	remove []string
	change []change
}

type change struct{ file, from, to string }

var leaner = map[string]lean{
	"sigstore": {"github.com/sigstore/sigstore", []string{"pkg/signature/util.go"}, []change{{"pkg/signature/algorithm_registry.go", "", noRegistry}}},
	"gozxing": {"github.com/makiuchi-d/gozxing", []string{
		"common/character_set_eci.go", "common/string_utils.go", "qrcode/decoder/decoded_bit_stream_parser.go", "qrcode/decoder/decoder.go",
	}, nil},
	"go-tuf": {"github.com/theupdateframework/go-tuf/v2", nil, []change{
		{"metadata/updater/updater.go", "\t\"regexp\"\n", ""},
		{"metadata/updater/updater.go", "match, _ := regexp.MatchString(`^[a-zA-Z]:\\\\`, path)", "match := false // Android has no such paths"},
	}},
}

// cut changes a copy of the module; what is not found is an error.
func (l lean) cut(dir string) error {
	for _, name := range l.remove {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, c := range l.change {
		path := filepath.Join(dir, c.file)
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := c.to // the whole file
		if c.from != "" {
			if n := strings.Count(string(b), c.from); n != 1 {
				return fmt.Errorf("%s has %d times what is to be changed", c.file, n)
			}
			text = strings.Replace(string(b), c.from, c.to, 1)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// noRegistry refuses what the registry would look up.
const noRegistry = `package signature

import (
	"crypto"
	"errors"
)

type AlgorithmDetails struct{}

func GetDefaultAlgorithmDetails(crypto.PublicKey, ...LoadOption) (AlgorithmDetails, error) {
	return AlgorithmDetails{}, errors.New("this build has no registry of algorithms")
}

func GetOptsFromAlgorithmDetails(_ AlgorithmDetails, opts ...LoadOption) []LoadOption { return opts }
`
