package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The unit's own command line serves, and ends by itself when told to.
func TestUnitServes(t *testing.T) {
	unit, err := os.ReadFile("../../assets/linux/chot-hub.service")
	if err != nil {
		t.Fatal(err)
	}
	value := func(key string) string {
		_, rest, ok := strings.Cut(string(unit), "\n"+key+"=")
		if !ok {
			t.Fatalf("the unit has no %s", key)
		}
		line, _, _ := strings.Cut(rest, "\n")
		return line
	}
	data := filepath.Join(t.TempDir(), "hub")
	flags := strings.TrimSuffix(strings.TrimPrefix(value("Environment"), `"CHOT_HUB_FLAGS=`), `"`)
	line := strings.NewReplacer("$CHOT_HUB_FLAGS", flags, "/var/lib/chot-hub", data, ":8443", "127.0.0.1:0").Replace(value("ExecStart"))
	cmd := chotHub(strings.Fields(line)[1:]...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	said, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(said, "serving on ")
	url, _, _ := strings.Cut(rest, ",")
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	client := &http.Client{Transport: transport}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "chot_hub_database_up 1"} {
		resp, err := client.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %v", path, resp.StatusCode, err)
		}
	}
	if resp, err := client.Post(url+"/v1/bundles", "", strings.NewReader("<html>")); err == nil {
		resp.Body.Close()
	}
	transport.CloseIdleConnections()
	backup := filepath.Join(t.TempDir(), "backup")
	run(t, 0, "backup", "--data", data, "--out", backup) // while it serves
	run(t, 1, "backup", "--data", data, "--out", backup)
	run(t, 2, "backup", "--data", data)
	run(t, 0, "status", "--data", backup)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("told to end: %v", err)
	}
	log, err := os.ReadFile(stderr.Name())
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(log)) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if !strings.Contains(string(log), `"refused":"bad-bundle"`) {
		t.Errorf("the log: %s", log)
	}
}
