package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// programs is where TestMain built chotctl and chot-hub: these tests run what
// a person runs.
var programs string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "chot-programs-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", dir, "chot/cmd/chotctl", "chot/cmd/chot-hub")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the programs: %v\n%s", err, out)
		return 1
	}
	programs = dir
	return m.Run()
}

func chotctl(args ...string) *exec.Cmd {
	return exec.Command(filepath.Join(programs, "chotctl"), args...)
}
func chotHub(args ...string) *exec.Cmd {
	return exec.Command(filepath.Join(programs, "chot-hub"), args...)
}

// done runs a command that must succeed and returns what it printed.
func done(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, out, stderr.Bytes())
	}
	return string(out)
}

// fails runs a command that must end with code and returns its standard error.
func fails(t *testing.T, code int, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		t.Fatalf("%s: %v, want exit code %d\n%s%s", strings.Join(cmd.Args, " "), err, code, out, stderr.Bytes())
	}
	if s := stderr.String(); strings.Contains(s, "goroutine ") || strings.Contains(s, "panic") {
		t.Fatalf("%s panicked:\n%s", strings.Join(cmd.Args, " "), s)
	}
	return stderr.String()
}

// newSite sets up a demonstration site: authority, list, hub data, an enrolled
// device that has its list. Its hub is not running.
func newSite(t *testing.T) demoSite {
	t.Helper()
	site := demoSite{dir: filepath.Join(t.TempDir(), "site")}
	done(t, chotctl("demo", "--setup", site.dir))
	return site
}

// hub starts the site's hub and waits until it serves.
func (s demoSite) hub(t *testing.T) *exec.Cmd {
	t.Helper()
	return startHub(t, s.path("hub"), s.path("authority", "repository"), s.hubAddress())
}

func startHub(t *testing.T, data, repository, address string) *exec.Cmd {
	t.Helper()
	cmd := chotHub("serve", "--data", data, "--repository", repository, "--listen", address)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line := make([]byte, 256)
	if n, err := out.Read(line); err != nil || !bytes.HasPrefix(line[:n], []byte("serving on ")) {
		t.Fatalf("the hub did not start: %v %s%s", err, line[:n], stderr.Bytes())
	}
	return cmd
}

// stop ends a hub gracefully.
func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the hub ended with %v", err)
	}
}

// lines decodes what scan --json printed.
func lines(t *testing.T, out string) []scanLine {
	t.Helper()
	var all []scanLine
	for line := range strings.Lines(out) {
		var l scanLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, l)
	}
	return all
}

type journalStats struct {
	Size         uint64 `json:"size"`
	Acknowledged uint64 `json:"acknowledged"`
	Verified     bool   `json:"verified"`
}

// verified checks a journal with the program that does so and returns its numbers.
func (s demoSite) verified(t *testing.T) journalStats {
	t.Helper()
	var st journalStats
	if err := json.Unmarshal([]byte(done(t, chotctl("journal", "verify", "--json", "--site", s.path("device")))), &st); err != nil || !st.Verified {
		t.Fatalf("journal verify: %+v, %v", st, err)
	}
	return st
}
