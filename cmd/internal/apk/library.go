package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// libraryName is what Gio's Java loads ("gio").
const libraryName = "libgio.so"

// quick are the packages whose functions are inlined, as Go does by itself: what
// runs for each pixel, byte or command of a frame. All others, which run once a
// start, a sync or a touch, are compiled without, 0.9 MB smaller.
var quick = []string{
	"chot/scanner/...", "chot/camera/...", "image/...", "compress/...", "github.com/klauspost/...", "crypto/...", "hash/...", "math/...",
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

// leanModules lays out a go.mod for the app in which one module is a copy
// without two of its files: sigstore's registry of algorithms, which go-tuf never
// asks, and its container images bring the whole of protobuf, 1.7 MB of 16. What
// go-tuf does call is compiled as it is.
func leanModules(root string) (modfile string, err error) {
	const module = "github.com/sigstore/sigstore"
	out, err := exec.Command("go", "-C", root, "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	rel := filepath.Join("bin", "android", "lean")
	lean, copied := filepath.Join(root, rel), filepath.Join(root, rel, "sigstore")
	if err := os.RemoveAll(lean); err != nil {
		return "", err
	}
	if err := os.CopyFS(copied, os.DirFS(strings.TrimSpace(string(out)))); err != nil {
		return "", err
	}
	signature := filepath.Join(copied, "pkg/signature")
	if err := os.Remove(filepath.Join(signature, "util.go")); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(signature, "algorithm_registry.go"), []byte(noRegistry), 0o644); err != nil {
		return "", err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		if name == "go.mod" {
			b = append(b, "\nreplace "+module+" => ./"+rel+"/sigstore\n"...)
		}
		if err := os.WriteFile(filepath.Join(lean, name), b, 0o644); err != nil {
			return "", err
		}
	}
	return filepath.Join(lean, "go.mod"), nil
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
