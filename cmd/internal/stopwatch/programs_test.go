package stopwatch

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"chot/assets"
)

// programs builds what is measured, once, as make deb does, into a folder that
// ends with this process.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "chot-stopwatch-")
	if err != nil {
		return "", err
	}
	for cgo, what := range map[string][]string{"0": {"chot/cmd/chotctl", "chot/cmd/chot-hub"}, "1": {"chot/cmd/chot"}} {
		cmd := exec.Command("go", append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", dir + "/"}, what...)...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
		if out, err := cmd.CombinedOutput(); err != nil {
			return dir, fmt.Errorf("build the programs: %w\n%s", err, out)
		}
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bench := flag.Lookup("test.bench"); bench != nil && bench.Value.String() != "" {
		if dir, _ := programs(); dir != "" {
			os.RemoveAll(dir)
		}
	}
	os.Exit(code)
}

func program(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command(filepath.Join(dir, name), args...)
}

// enrolled sets up a demonstration site and returns its device's folder, a sample
// that is admitted and one with nobody.
func enrolled(t testing.TB) (device, card, nobody string) {
	t.Helper()
	site := filepath.Join(t.TempDir(), "site")
	if out, err := program(t, "chotctl", "demo", "--setup", site).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	samples := filepath.Join(site, "samples")
	return filepath.Join(site, "device"), filepath.Join(samples, "01-cccd-admit.jpg"), filepath.Join(samples, "30-nothing.jpg")
}

// sample is a sample photograph of assets.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := assets.Samples.ReadFile("samples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
