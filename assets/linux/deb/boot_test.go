//go:build deb && boot

package deb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"image"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chot/ui/screentest"
)

var pictures = flag.String("pictures", "", "a folder to keep the screen's pictures in")

// TestBoot installs the kiosk on a clean Debian 12 in the four lines of
// INSTALL.md and boots that disk, without a network and without a GPU, into the
// scanner: it is up as systemd's watchdog sees it, its screen is the one that the
// golden picture shows, a listed number typed at it turns the screen green, and
// when the power is cut at that moment, the scan is in its journal.
func TestBoot(t *testing.T) {
	lines := installLines(t)
	tree := debian(t, "linux-image-amd64")
	enrol := invitation(t, tree)
	inside(t, tree, lines[0])
	withoutGPU(t, tree)
	// What the last line does on a machine that runs: the disk boots, below.
	if lines[3] != "systemctl reboot" {
		t.Fatalf("the last line is %q", lines[3])
	}

	t.Run("nobody's", func(t *testing.T) {
		inside(t, tree, lines[2])
		m := boot(t, disk(t, tree))
		m.until("the first page", 4, golden(t, "first-vi-day-1280x720.png"))
	})
	t.Run("enrolled", func(t *testing.T) {
		enrol(lines[1])
		d := disk(t, tree)
		m := boot(t, d)
		// Neither a camera nor a reader is there, and it says so above.
		m.until("the scan screen", 20, golden(t, "scan-reader-vi-day-1280x720.png"))
		m.typed("001190123456")
		m.until("MAY PASS", 20, golden(t, "admit-vi-day-1280x720.png"))
		m.cut()
		kept := filepath.Join(t.TempDir(), "kept")
		if err := os.Mkdir(kept, 0o700); err != nil {
			t.Fatal(err)
		}
		// As the kernel would at the next start: the file system's own journal is
		// played back first. Exit code 1: mended.
		if out, err := exec.Command("e2fsck", "-fy", d).CombinedOutput(); err != nil && exitCode(err) != 1 {
			t.Fatalf("e2fsck: %v\n%s", err, out)
		}
		run(t, "debugfs", "-R", "rdump /var/lib/chot "+kept, d)
		var stats struct {
			Size     uint64 `json:"size"`
			Verified bool   `json:"verified"`
		}
		out := run(t, filepath.Join(root, "bin", "release", "chotctl"), "journal", "verify", "--json", "--site", filepath.Join(kept, "chot"))
		if err := json.Unmarshal([]byte(out), &stats); err != nil || !stats.Verified || stats.Size != 1 {
			t.Errorf("after the power cut the journal says %s(%v), want one scan", out, err)
		}
	})
}

func exitCode(err error) int {
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return -1
}

// withoutGPU does what INSTALL.md says of a machine that has none.
func withoutGPU(t *testing.T, tree string) {
	t.Helper()
	_, rest, ok := strings.Cut(guide(t), "## A machine without a graphics processor")
	_, rest, found := strings.Cut(rest, "```ini\n")
	text, _, closed := strings.Cut(rest, "```")
	if !ok || !found || !closed || !strings.Contains(text, "[Service]\n") {
		t.Fatal("INSTALL.md says nothing of a machine without a GPU")
	}
	dir := filepath.Join(tree, "etc", "systemd", "system", "chot.service.d")
	if !strings.Contains(guide(t), "/etc/systemd/system/chot.service.d/no-gpu.conf") {
		t.Fatal("INSTALL.md names no file for a machine without a GPU")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "no-gpu.conf"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// disk makes a disk of a tree: one ext4 file system.
func disk(t *testing.T, tree string) string {
	t.Helper()
	image := filepath.Join(t.TempDir(), "disk")
	run(t, "mke2fs", "-q", "-t", "ext4", "-d", tree, image, "4G")
	return image
}

// A machine is a virtual one, without KVM (which may open and still not work),
// without a GPU, with a keyboard.
type machine struct {
	t       *testing.T
	cmd     *exec.Cmd
	qmp     net.Conn
	answers *json.Decoder
	console bytes.Buffer
	picture string
}

// boot starts a disk and waits until systemd has heard that the scanner is up.
func boot(t *testing.T, disk string) *machine {
	t.Helper()
	dir, err := os.MkdirTemp("", "boot") // short: a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &machine{t: t, picture: filepath.Join(dir, "screen.png")}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	t.Cleanup(cancel)
	tree := filepath.Dir(disk)
	for _, f := range []string{"vmlinuz", "initrd.img"} {
		run(t, "debugfs", "-R", "dump /boot/"+bootFile(t, disk, f)+" "+filepath.Join(tree, f), disk)
	}
	m.cmd = exec.CommandContext(ctx, "qemu-system-x86_64",
		"-accel", "tcg,thread=multi", "-cpu", "max", "-m", "2048", "-smp", "2",
		"-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
		"-kernel", filepath.Join(tree, "vmlinuz"), "-initrd", filepath.Join(tree, "initrd.img"),
		"-append", "root=/dev/vda rw console=ttyS0 systemd.show_status=1 systemd.journald.forward_to_console=1 fsck.mode=skip",
		"-drive", "if=virtio,format=raw,cache=writeback,file="+disk,
		"-device", "virtio-gpu-pci,xres=1280,yres=720",
		"-device", "qemu-xhci", "-device", "usb-kbd",
		"-qmp", "unix:"+filepath.Join(dir, "qmp")+",server=on,wait=off")
	m.cmd.WaitDelay = 5 * time.Second
	out, err := m.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	m.cmd.Stderr = os.Stderr
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	up := make(chan struct{})
	go func() {
		defer close(ended)
		told := false
		for s := bufio.NewScanner(io.TeeReader(out, &m.console)); s.Scan(); {
			if line := s.Text(); !told && strings.Contains(line, "Started") && strings.Contains(line, "chot.service") {
				told = true
				close(up)
			}
		}
	}()
	t.Cleanup(func() {
		m.cut()
		<-ended
		if t.Failed() {
			t.Logf("the console:\n%s", m.console.String())
		}
	})
	began := time.Now()
	select {
	case <-up:
		t.Logf("systemd has heard that the scanner is up, %v after the machine started (emulated)", time.Since(began).Round(time.Second))
	case <-ended:
		t.Fatal("the machine ended")
	case <-time.After(10 * time.Minute):
		t.Error("ten minutes after the machine started systemd has not heard that the scanner is up")
	}
	for m.qmp == nil {
		if m.qmp, err = net.Dial("unix", filepath.Join(dir, "qmp")); err != nil {
			t.Fatal(err)
		}
	}
	m.answers = json.NewDecoder(m.qmp)
	m.order("qmp_capabilities", nil)
	return m
}

// bootFile is what the link beside the kernels points to.
func bootFile(t *testing.T, disk, link string) string {
	t.Helper()
	out := run(t, "debugfs", "-R", "stat /"+link, disk)
	_, rest, ok := strings.Cut(out, `Fast link dest: "boot/`)
	name, _, closed := strings.Cut(rest, `"`)
	if !ok || !closed {
		t.Fatalf("the disk has no kernel: %s", out)
	}
	return name
}

// cut takes the machine's power away.
func (m *machine) cut() {
	m.cmd.Process.Kill()
	m.cmd.Wait()
}

// order gives QEMU an order and waits for its answer (QEMU Machine Protocol).
func (m *machine) order(name string, arguments map[string]any) {
	m.t.Helper()
	order := map[string]any{"execute": name}
	if arguments != nil {
		order["arguments"] = arguments
	}
	if err := json.NewEncoder(m.qmp).Encode(order); err != nil {
		m.t.Fatalf("%s: %v", name, err)
	}
	for {
		var answer struct {
			Return json.RawMessage  `json:"return"`
			Error  *json.RawMessage `json:"error"`
		}
		if err := m.answers.Decode(&answer); err != nil {
			m.t.Fatalf("%s: %v", name, err)
		}
		if answer.Error != nil {
			m.t.Fatalf("%s: %s", name, *answer.Error)
		}
		if answer.Return != nil {
			return
		}
	}
}

// typed types a number and Enter. QEMU loses keys that come faster.
func (m *machine) typed(digits string) {
	m.t.Helper()
	for _, key := range append(strings.Split(digits, ""), "ret") {
		m.order("send-key", map[string]any{"keys": []any{map[string]any{"type": "qcode", "data": key}}, "hold-time": 30})
		time.Sleep(60 * time.Millisecond)
	}
}

// see is the screen now.
func (m *machine) see() image.Image {
	m.t.Helper()
	m.order("screendump", map[string]any{"filename": m.picture, "format": "png"})
	return screentest.Picture(m.t, m.picture)
}

func golden(t *testing.T, name string) image.Image {
	t.Helper()
	return screentest.Picture(t, filepath.Join(root, "ui", "testdata", "golden", name))
}

// until waits until the screen is like a picture, within so many of 255 levels.
func (m *machine) until(what string, levels float64, like image.Image) {
	m.t.Helper()
	var img image.Image
	apart := 0.0
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		img = m.see()
		if apart = screentest.Apart(img, like); apart <= levels {
			m.t.Logf("%s: %.1f levels from its golden picture", what, apart)
			m.keep(what)
			return
		}
	}
	m.keep("instead of " + what)
	m.t.Fatalf("the screen never showed %s: it is %.1f levels from that", what, apart)
}

// keep copies the newest picture of the screen to where somebody looks at it.
func (m *machine) keep(what string) {
	if *pictures == "" {
		return
	}
	b, err := os.ReadFile(m.picture)
	if err == nil {
		err = os.WriteFile(filepath.Join(*pictures, strings.ReplaceAll(what, " ", "-")+".png"), b, 0o644)
	}
	if err != nil {
		m.t.Error(err)
	}
}

// TestApart is the control of what TestBoot compares.
func TestApart(t *testing.T) {
	first, scan, admit := golden(t, "first-vi-day-1280x720.png"), golden(t, "scan-reader-vi-day-1280x720.png"), golden(t, "admit-vi-day-1280x720.png")
	black := image.NewRGBA(image.Rect(0, 0, 1280, 720))
	for what, pair := range map[string][2]image.Image{
		"the first page and the scan screen": {first, scan}, "the scan screen and a verdict": {scan, admit}, "a verdict and the first page": {admit, first},
		"the first page and nothing": {first, black}, "the scan screen and nothing": {scan, black}, "a verdict and nothing": {admit, black},
		"a verdict and another": {admit, golden(t, "refuse-vi-day-1280x720.png")},
	} {
		d := screentest.Apart(pair[0], pair[1])
		t.Logf("%s: %.1f levels", what, d)
		if d < 30 {
			t.Errorf("%s are taken for alike: %.1f levels apart", what, d)
		}
	}
	if d := screentest.Apart(admit, golden(t, "admit-vi-day-1280x720.png")); d != 0 {
		t.Errorf("a picture is %.1f levels from itself", d)
	}
}
