//go:build guest

package guest

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain is the machine's init: it mounts what the kernel offers, runs the
// tests and switches the machine off.
func TestMain(m *testing.M) {
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, "these tests are a machine's first process: go test -tags devices ./camera/internal/rig")
		os.Exit(2)
	}
	for _, fs := range [][2]string{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}} {
		os.MkdirAll(fs[1], 0o755)
		if err := unix.Mount(fs[0], fs[1], fs[0], 0, ""); err != nil {
			fmt.Println("mount", fs[1], err)
		}
	}
	os.WriteFile("/proc/sys/kernel/printk", []byte("3"), 0)
	flag.Set("test.v", "true")
	flag.Set("test.timeout", "30m") // the host has a shorter one
	flag.Set("test.run", os.Getenv("RUN"))
	code := m.Run()
	fmt.Printf("\n@host result %d\n", code)
	unix.Sync()
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// load loads a kernel module with those it needs, in the order the rig wrote
// down.
func load(t *testing.T, name, options string) {
	t.Helper()
	list, err := os.Open("/modules/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	for s := bufio.NewScanner(list); s.Scan(); {
		path := s.Text()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		flags := 0
		if filepath.Ext(path) != ".ko" {
			flags = unix.MODULE_INIT_COMPRESSED_FILE
		}
		args := ""
		if strings.HasPrefix(filepath.Base(path), name+".ko") {
			args = options
		}
		err = unix.FinitModule(int(f.Fd()), args, flags)
		f.Close()
		if err != nil && err != unix.EEXIST {
			t.Fatalf("load %s: %v", path, err)
		}
	}
}

// number is a number from the machine's command line.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// host asks the host for something.
func host(format string, args ...any) { fmt.Printf("\n@host "+format+"\n", args...) }

// await waits until something has happened that the kernel gives no notice of.
func await(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// held counts this process's open files and mappings of a device.
func held(prefix string) (files, mappings int) {
	list, _ := filepath.Glob("/proc/self/fd/*")
	for _, f := range list {
		if to, _ := os.Readlink(f); strings.HasPrefix(to, prefix) {
			files++
		}
	}
	maps, _ := os.ReadFile("/proc/self/maps")
	return files, strings.Count(string(maps), prefix)
}

// nothingHeld fails the test when a device is still open or mapped.
func nothingHeld(t *testing.T, prefix string) {
	t.Helper()
	if files, mappings := held(prefix); files+mappings > 0 {
		t.Errorf("%d files and %d mappings of %s are left", files, mappings, prefix)
	}
}
