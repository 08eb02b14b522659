package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chot/ui/screentest"
)

// These tests open a real window on a display of their own (Xvfb), type into
// it as a keyboard-wedge reader does (xdotool) and look at the screen.

func tool(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is missing: .ci/need xdotool weston", name)
			}
			t.Skipf("%s is missing: .ci/need xdotool weston", name)
		}
	}
}

// programs is where TestMain built what these tests run.
var programs string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	flag.Parse()
	if testing.Short() {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "chot-programs-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", dir, "chot/cmd/chot", "chot/cmd/chotctl", "chot/cmd/chot-hub")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the programs: %v\n%s", err, out)
		return 1
	}
	programs = dir
	return m.Run()
}

// A display is a virtual screen with a kiosk on it.
type display struct {
	t      *testing.T
	screen *screentest.Screen
	dir    string
	bin    string
	// shell is the Wayland compositor's socket; empty: the kiosk speaks X11.
	shell string
}

func newDisplay(t *testing.T) *display {
	t.Helper()
	tool(t, "xdotool")
	d := &display{t: t, screen: screentest.New(t), dir: t.TempDir(), bin: programs}
	if d.bin == "" {
		t.Fatal("the programs were not built")
	}
	return d
}

func (d *display) command(name string, args ...string) *exec.Cmd {
	return d.screen.On(exec.Command(name, args...), d.dir)
}

func (d *display) run(name string, args ...string) string {
	d.t.Helper()
	out, err := d.command(name, args...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// start opens a kiosk and returns a function that ends it as systemd would.
func (d *display) start(args ...string) (stop func()) {
	d.t.Helper()
	cmd := d.command(filepath.Join(d.bin, "chot"), args...)
	if d.shell != "" {
		cmd.Env = append(cmd.Env, "DISPLAY=", "WAYLAND_DISPLAY="+d.shell)
	}
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	ended := false
	d.t.Cleanup(func() {
		failed := d.t.Failed()
		if !ended {
			end := os.Kill
			if failed {
				end = syscall.SIGQUIT // it says where it was
			}
			cmd.Process.Signal(end)
			cmd.Wait()
		}
		if failed {
			d.t.Logf("the kiosk said:\n%s", said.String())
		} else if s := said.String(); strings.Contains(s, "panic") || strings.Contains(s, "goroutine ") {
			d.t.Errorf("the kiosk panicked:\n%s", s)
		}
	})
	return func() {
		d.t.Helper()
		ended = true
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			d.t.Errorf("the kiosk ended with %v:\n%s", err, said.String())
		}
	}
}

// see is what is on the screen now.
func (d *display) see() image.Image { return d.screen.See() }

// ground is the colour that fills most of the screen.
func ground(img image.Image) color.RGBA {
	count := map[color.RGBA]int{}
	var most color.RGBA
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 7 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 7 {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			if count[c]++; count[c] > count[most] {
				most = c
			}
		}
	}
	return most
}

func green(c color.RGBA) bool { return c.G > 60 && c.R < 60 && c.B < 90 }
func red(c color.RGBA) bool   { return c.R > 120 && c.G < 60 && c.B < 60 }
func amber(c color.RGBA) bool { return c.R > 180 && c.G > 120 && c.B < 80 }

// until looks at the screen until ok, for at most half a minute.
func (d *display) until(what string, ok func(image.Image) bool) image.Image {
	d.t.Helper()
	var img image.Image
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if img = d.see(); ok(img) {
			return img
		}
	}
	kept := filepath.Join(os.TempDir(), "chot-window-test.png")
	save(d.t, kept, img)
	d.t.Fatalf("the screen never showed %s; it fills with %v (see %s)", what, ground(img), kept)
	return nil
}

// save writes a picture where a person can look at it.
func save(t *testing.T, file string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestWindow drives the kiosk end to end: it starts, a keyboard-wedge reader
// types three numbers, the screen fills with each verdict's colour, and the
// journal holds the scans.
func TestWindow(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	site := filepath.Join(d.dir, "site")
	d.run(filepath.Join(d.bin, "chotctl"), "demo", "--setup", site)
	device := filepath.Join(site, "device")
	empty := filepath.Join(d.dir, "empty.jpg") // a camera that sees nobody
	b, err := os.ReadFile(filepath.Join(site, "samples", "30-nothing.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(empty, b, 0o600); err != nil {
		t.Fatal(err)
	}

	stop := d.start("--site", device, "--camera-or-frames", empty)
	d.until("the preview", func(img image.Image) bool {
		colours := map[color.Color]bool{}
		for x := 0; x < 1280; x++ {
			colours[img.At(x, 300)] = true
		}
		return len(colours) > 30
	})
	for _, row := range []struct {
		number, what string
		colour       func(color.RGBA) bool
	}{
		{"001190123456", "green for a listed number", green},
		{"079092007788", "red for a refused number", red},
		{"092088005577", "amber for an absent number", amber},
	} {
		d.run("xdotool", "type", "--delay", "2", row.number)
		d.run("xdotool", "key", "Return")
		d.until(row.what, func(img image.Image) bool { return row.colour(ground(img)) })
	}
	stop()

	var stats struct {
		Size uint64 `json:"size"`
	}
	out := d.run(filepath.Join(d.bin, "chotctl"), "journal", "verify", "--json", "--site", device)
	if err := json.Unmarshal([]byte(out), &stats); err != nil || stats.Size != 3 {
		t.Errorf("the journal holds %d scans, want 3 (%v)", stats.Size, err)
	}
}

// TestWindowShowsSamples plays a sample photograph as a camera would show it.
func TestWindowShowsSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	site := filepath.Join(d.dir, "site")
	d.run(filepath.Join(d.bin, "chotctl"), "demo", "--setup", site)
	stop := d.start("--site", filepath.Join(site, "device"), "--camera-or-frames", filepath.Join(site, "samples", "01-cccd-admit.jpg"))
	d.until("green for the sample card", func(img image.Image) bool { return green(ground(img)) })
	stop()
}

// TestWindowWithoutEnrolment starts where nothing is configured: a page that
// says what to do, not a stack trace; and scans nothing.
func TestWindowWithoutEnrolment(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	empty := filepath.Join(d.dir, "nobody")
	stop := d.start("--site", empty)
	d.until("the first page", func(img image.Image) bool {
		colours := map[color.Color]bool{}
		for y := 0; y < 720; y++ {
			for x := 0; x < 1280; x += 3 {
				colours[img.At(x, y)] = true
			}
		}
		return len(colours) > 8
	})
	stop()
	if _, err := os.Stat(filepath.Join(empty, "journal.db")); err == nil {
		t.Error("a journal was made for a device that is nobody's")
	}
}

// TestWindowEndsWithoutAnother tells the kiosk to end where no further window can
// be opened: it must not try.
func TestWindowEndsWithoutAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	cmd := d.command(filepath.Join(d.bin, "chot"), "--site", filepath.Join(d.dir, "nobody"))
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.until("the first page", func(img image.Image) bool { return luminance(img) > 120 })
	if err := os.Remove("/tmp/.X11-unix/X" + strings.TrimPrefix(d.screen.Name, ":")); err != nil {
		t.Fatal(err)
	}
	if err := d.command("xdotool", "getmouselocation").Run(); err == nil {
		t.Error("the display still takes connections: this test shows nothing")
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	cmd.Process.Signal(os.Interrupt)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the kiosk ended with %v:\n%s", err, said.String())
		}
	case <-time.After(time.Minute):
		cmd.Process.Kill()
		t.Errorf("a minute after it was told to end the kiosk still runs:\n%s", said.String())
	}
}
