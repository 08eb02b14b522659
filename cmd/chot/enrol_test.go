package main

import (
	"bufio"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hub serves the demonstration site's hub until the test ends, and returns its
// address.
func (d *display) hub(site string) string {
	d.t.Helper()
	b, err := os.ReadFile(filepath.Join(site, "hub.address"))
	if err != nil {
		d.t.Fatal(err)
	}
	address := strings.TrimSpace(string(b))
	cmd := d.command(filepath.Join(d.bin, "chot-hub"), "serve", "--data", filepath.Join(site, "hub"),
		"--repository", filepath.Join(site, "authority", "repository"), "--listen", address)
	out, err := cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, address) {
		d.t.Fatalf("the hub says %q, %v", line, err)
	}
	return address
}

// TestWindowEnrolsByTheHubsCode starts a device that is nobody's, reads the
// hub's code with a reader that types it, compares and confirms it on the
// screen, and scans: without a command line, and without starting again.
func TestWindowEnrolsByTheHubsCode(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	site := filepath.Join(d.dir, "site")
	d.run(filepath.Join(d.bin, "chotctl"), "demo", "--setup", site)
	address := d.hub(site)
	code := strings.TrimSpace(d.run(filepath.Join(d.bin, "chot-hub"), "enrol", "--data", filepath.Join(site, "hub"), "--url", "https://"+address,
		"--repository", filepath.Join(site, "authority", "repository"), "--trace", filepath.Join(site, "trace.key.pub"),
		"--checkpoint", "Chốt Mới", "--lane", "2", "--list", "demo/people="+filepath.Join(site, "lists", "people.key"), "--qr"))

	fresh := filepath.Join(d.dir, "fresh")
	stop := d.start("--site", fresh)
	d.until("the first page", blue(1100, 220))
	d.keep("enrol-1-first")
	d.tap(640, 220, "where the hub's code is read", d.like("enrol-reader"))
	d.run("xdotool", "type", "--delay", "2", "001190123456") // the control: somebody's card is no hub's code
	d.run("xdotool", "key", "Return")
	d.until("that this is no hub's code", func(img image.Image) bool { return !blue(640, 650)(img) })
	d.run("xdotool", "type", "--delay", "2", code)
	d.run("xdotool", "key", "Return")
	d.until("what the code says, to be compared", blue(1200, 650))
	if _, err := os.Stat(filepath.Join(fresh, "enrolment.json")); err == nil {
		t.Error("it enrolled before anybody confirmed")
	}
	d.keep("enrol-2-compare")
	d.tap(1000, 650, "that it is enrolled", d.like("enrol-done"))
	d.keep("enrol-3-done")
	d.tap(640, 650, "the scan screen", func(img image.Image) bool { return luminance(img) < 60 })
	d.run("xdotool", "type", "--delay", "2", "001190123456")
	d.run("xdotool", "key", "Return")
	d.until("green for a listed number", func(img image.Image) bool { return green(ground(img)) })
	d.keep("enrol-4-verdict")
	stop()
	if log := d.journal(fresh); len(log) != 1 || log[0].Outcome != "admit" {
		t.Errorf("the journal holds %+v", log)
	}
}
