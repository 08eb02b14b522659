package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// weston puts a kiosk shell's compositor on the display.
func (d *display) weston() {
	d.t.Helper()
	tool(d.t, "weston")
	run, err := os.MkdirTemp("", "weston-") // a socket's path has at most 107 bytes
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { os.RemoveAll(run) })
	d.dir = run // XDG_RUNTIME_DIR, mode 0700
	server := d.command("weston", "--backend=x11-backend.so", "--use-pixman", "--shell=kiosk-shell.so", "--no-config",
		"--width=1280", "--height=720", "--socket=kiosk")
	var said bytes.Buffer
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
		if d.t.Failed() {
			d.t.Logf("weston said:\n%s", said.String())
		}
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(run, "kiosk")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			server.Process.Kill()
			server.Wait()
			d.t.Fatalf("weston did not start:\n%s", said.String())
		}
	}
	// X gives keys to the window under the pointer, and weston to its client once
	// it has seen the pointer come.
	d.run("xdotool", "mousemove", "600", "300", "mousemove", "640", "320")
	d.shell = "kiosk"
}

// TestWindowUnderKioskShell drives the same shift's end under Wayland, as on a
// kiosk: the shell gives the window the whole screen.
func TestWindowUnderKioskShell(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	d.weston()
	d.handOver(d.demoSite("sources = [\"wedge no-such-reader\"]\noperators = [{ name = \"Ca sáng\" }, { name = \"Ca tối\" }]\n[sound]\non = false\n"))
}
