//go:build deb && boot

package deb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"image"
	"image/color"
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
// golden picture shows, a listed number typed at it turns the screen green, a
// supervisor copies the scan to a stick that is plugged in, and when the power is
// cut then, the scan is in the journal, and on the stick.
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
		supervised(t, tree)
		d := disk(t, tree)
		m := boot(t, d)
		// Neither a camera nor a reader is there, and it says so above.
		m.until("the scan screen", 20, golden(t, "scan-reader-vi-day-1280x720.png"))
		m.typed("001190123456")
		m.until("MAY PASS", 20, golden(t, "admit-vi-day-1280x720.png"))
		m.until("the scan screen again", 20, golden(t, "scan-reader-vi-day-1280x720.png"))
		on := m.copied()
		m.cut()
		m.holds(on)
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
		if err := json.Unmarshal([]byte(out), &stats); err != nil || !stats.Verified || stats.Size != 2 {
			t.Errorf("after the power cut the journal says %s(%v), want the scan, and that a supervisor came", out, err)
		}
	})
}

// supervisorsPIN is what the kiosk that boots asks a supervisor for.
const supervisorsPIN = "271828"

// supervised sets it.
func supervised(t *testing.T, tree string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(root, "bin", "release", "chotctl"), "config", "pin")
	cmd.Stdin, cmd.Stderr = strings.NewReader(supervisorsPIN+"\n"), os.Stderr
	line, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(tree, "etc", "chot", "chot.toml")
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	with := bytes.Replace(text, []byte("[supervisor]\n"), append([]byte("[supervisor]\n"), line...), 1)
	if bytes.Equal(with, text) {
		t.Fatal("the settings name no supervisor")
	}
	if err := os.WriteFile(settings, with, 0o644); err != nil {
		t.Fatal(err)
	}
}

// copied plugs a stick in and copies the scans to it, as a supervisor does, by
// touching the screen. It returns the stick.
func (m *machine) copied() (stick string) {
	t := m.t
	stick = filepath.Join(t.TempDir(), "stick")
	if err := os.WriteFile(stick, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(stick, 32<<20); err != nil {
		t.Fatal(err)
	}
	run(t, "mkfs.vfat", "-n", "KINGSTON", stick)
	m.order("blockdev-add", map[string]any{"node-name": "stick", "driver": "raw", "file": map[string]any{"driver": "file", "filename": stick}})
	m.order("device_add", map[string]any{"driver": "usb-storage", "drive": "stick", "id": "stick"})

	paper := color.RGBA{255, 255, 255, 255}
	m.touch(1184, 640, 0)
	m.until("the page of all else", 6, golden(m.t, "more-vi-day-1280x720.png"))
	m.touch(120, 58, 5*time.Second)                                                                                  // held
	m.shows("where a PIN is asked for", func(img image.Image) bool { return img.At(720, 60) == color.Color(paper) }) // the key 1
	for i, digit := range supervisorsPIN {
		at := (int(digit-'0') + 8) % 9 // 1 is the first; there is no 0 among them
		m.press("a digit", 788+183*(at%3), 108+167*(at/3), func(img image.Image) bool {
			return img.At(93+47*i, 181) != color.Color(paper) // its dot
		})
	}
	m.touch(456, 628, 0)
	m.until("the supervisor's menu", 10, golden(m.t, "menu-vi-day-1280x720.png"))
	m.touch(790, 206, 0)
	m.shows("the stick", func(img image.Image) bool {
		return img.At(700, 190) == color.Color(paper) && img.At(700, 300) != color.Color(paper)
	})
	m.touch(640, 230, 0)
	m.shows("that it is copied", func(img image.Image) bool {
		return img.At(700, 190) != color.Color(paper) && img.At(700, 300) == color.Color(paper)
	})
	m.order("device_del", map[string]any{"id": "stick"}) // pulled out as the page says one may
	return stick
}

// holds demands that one bundle is on a stick, whole.
func (m *machine) holds(stick string) {
	m.t.Helper()
	to := m.t.TempDir()
	run(m.t, "mcopy", "-i", stick, "::/*.chot-bundle", to)
	bundles, err := os.ReadDir(to)
	if err != nil || len(bundles) != 1 || !strings.Contains(bundles[0].Name(), "-000000000-000000002") {
		m.t.Fatalf("on the stick there is %v, %v", bundles, err)
	}
	if info, err := bundles[0].Info(); err != nil || info.Size() < 200 {
		m.t.Errorf("the bundle is %+v, %v", info, err)
	}
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
		"-device", "qemu-xhci", "-device", "usb-kbd", "-device", "usb-tablet",
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

// touch is a finger on the screen that stays for a while, and lets go.
func (m *machine) touch(x, y int, hold time.Duration) {
	m.t.Helper()
	button := func(down bool) map[string]any {
		return map[string]any{"type": "btn", "data": map[string]any{"button": "left", "down": down}}
	}
	axis := func(name string, at, of int) map[string]any { // QEMU's axes go from 0 to 32767
		return map[string]any{"type": "abs", "data": map[string]any{"axis": name, "value": at * 32767 / (of - 1)}}
	}
	send := func(stay time.Duration, events ...any) {
		m.order("input-send-event", map[string]any{"events": events})
		time.Sleep(stay)
	}
	send(300*time.Millisecond, axis("x", x, 1280), axis("y", y, 720))
	send(200*time.Millisecond+hold, button(true))
	send(500*time.Millisecond, button(false))
}

// press touches the screen until it shows that it was heard: emulated, a frame
// takes up to a second, and a finger that came and went meanwhile is no touch.
func (m *machine) press(what string, x, y int, ok func(image.Image) bool) {
	m.t.Helper()
	for range 5 {
		m.touch(x, y, 500*time.Millisecond)
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
			if ok(m.see()) {
				return
			}
		}
	}
	m.keep("instead of " + what)
	m.t.Fatalf("the screen never showed %s", what)
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
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
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

// shows waits until the screen is as it must be.
func (m *machine) shows(what string, ok func(image.Image) bool) {
	m.t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if ok(m.see()) {
			m.keep(what)
			return
		}
	}
	m.keep("instead of " + what)
	m.t.Fatalf("the screen never showed %s", what)
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
