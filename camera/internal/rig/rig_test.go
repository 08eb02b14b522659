//go:build devices

package rig

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDevices runs package guest's tests in a virtual machine.
func TestDevices(t *testing.T) {
	if err := Tools(); err != nil {
		t.Fatal(err)
	}
	caches, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(caches, "chot-rig")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	kernel, err := Fetch(t.Context(), cache)
	if err != nil {
		t.Fatal(err)
	}
	limit := 7 * time.Minute
	if os.Getenv("RIG") != "" {
		limit = 35 * time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	folder, err := os.MkdirTemp("", "rig") // short: sockets are made in it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	program, initramfs := filepath.Join(folder, "init"), filepath.Join(folder, "initramfs")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-tags", "guest", "-ldflags", "-s -w", "-o", program, "chot/camera/internal/rig/guest")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the guest: %v\n%s", err, out)
	}
	programs := filepath.Join(folder, "programs")
	build = exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", programs+"/", "chot/cmd/chotctl", "chot/cmd/chot-hub")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the programs: %v\n%s", err, out)
	}
	others := []string{filepath.Join(programs, "chotctl"), filepath.Join(programs, "chot-hub")}
	if err := kernel.WriteInitramfs(ctx, initramfs, program, others, Modules); err != nil {
		t.Fatal(err)
	}
	var console strings.Builder
	// For work on one test: RIG="RUN=Wedge BURSTS=1000".
	words := os.Getenv("RIG")
	out := io.Writer(&console)
	if words != "" {
		out = io.MultiWriter(out, os.Stderr)
	}
	result, err := Machine{Words: words, Kernel: kernel, Initramfs: initramfs, Folder: folder, Console: out}.Run(ctx)
	t.Logf("%s\n%s", kernel.Release, console.String())
	if err != nil {
		t.Fatal(err)
	}
	if result != 0 {
		t.Fatalf("the guest's tests ended with %d", result)
	}
	if words != "" {
		return
	}
	// Every one of them ran.
	for _, name := range []string{"TestUVC", "TestUVCBusy", "TestUVCFaults", "TestUVCUnplug", "TestUVCKeep", "TestVivid", "TestStartFailure", "TestUSBSerial", "TestUART", "TestWedge", "TestWedgeBursts", "TestWedgeDrops", "TestGPIO", "TestRelayBoard", "TestSerialLoses", "TestUVCTwo", "TestUVCNewest", "TestUVCControls", "TestFlagged", "TestWholePath"} {
		if !strings.Contains(console.String(), "--- PASS: "+name+" ") {
			t.Errorf("%s did not run", name)
		}
	}
}
