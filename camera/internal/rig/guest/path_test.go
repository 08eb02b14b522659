//go:build guest

package guest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"chot/assets"
	"chot/camera/internal/rig/uvc"

	"golang.org/x/sys/unix"
)

// demo is where the demonstration site is set up.
const demo = "/tmp/site"

// chotctl and chotHub are the programs as they are released.
func chotctl(args ...string) *exec.Cmd { return exec.Command("/bin/chotctl", args...) }
func chotHub(args ...string) *exec.Cmd { return exec.Command("/bin/chot-hub", args...) }

// done runs a program that must succeed and returns what it printed.
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

// card is a camera's picture of a sample card.
func card(t *testing.T, name string) func(uvc.Mode) []byte {
	t.Helper()
	j, err := assets.Samples.ReadFile("samples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	colour := m.(*image.YCbCr)
	packed := make([]byte, 2*1280*720)
	for y := range 720 {
		for x := range 1280 {
			packed[2*(1280*y+x)], packed[2*(1280*y+x)+1] = colour.Y[y*colour.YStride+x], 0x80
		}
	}
	bare := withoutHuffman(j)
	return func(m uvc.Mode) []byte {
		switch {
		case m.Width != 1280:
			return nil // the rig does not ask for it
		case m.MJPG:
			return bare
		}
		return packed
	}
}

// verdict is a line that chotctl scan --json prints.
type verdict struct {
	Input, Outcome, Reason, ID string
	Seq                        *uint64
}

// TestWholePath follows a card from the camera to the hub's receipt, all in this
// machine: the kernel's USB camera driver, chotctl scan with a real journal,
// chot-hub behind HTTPS on loopback. Meanwhile the camera is unplugged, and
// another one, with another format, is plugged in.
func TestWholePath(t *testing.T) {
	loopback(t)
	t.Logf("%s", done(t, chotctl("demo", "--setup", demo)))
	address, err := os.ReadFile(demo + "/hub.address")
	if err != nil {
		t.Fatal(err)
	}
	hub := chotHub("serve", "--data", demo+"/hub", "--repository", demo+"/authority/repository", "--listen", strings.TrimSpace(string(address)))
	hub.Stderr = os.Stdout
	if err := hub.Start(); err != nil {
		t.Fatal(err)
	}

	cam := plugModel(t, uvc.Model{}, card(t, "01-cccd-admit.jpg"))
	defer func() { unplugged(t, cam) }()
	scan := chotctl("scan", "--site", demo+"/device", "--camera", "auto", "--json")
	scan.Stderr = os.Stdout
	out, err := scan.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := scan.Start(); err != nil {
		t.Fatal(err)
	}
	printed := bufio.NewScanner(out)
	next := func(want verdict, seq uint64) {
		t.Helper()
		var v verdict
		if !printed.Scan() || json.Unmarshal(printed.Bytes(), &v) != nil {
			t.Fatalf("chotctl scan printed %q", printed.Text())
		}
		t.Logf("%s", printed.Text())
		if v.Input != "camera" || v.Outcome != want.Outcome || v.Reason != want.Reason || v.ID == "" || v.Seq == nil || *v.Seq != seq {
			t.Errorf("got %s, want %+v with number %d", printed.Text(), want, seq)
		}
	}
	next(verdict{Outcome: "admit", Reason: "listed"}, 0) // YUYV
	cam.Unplug()
	await(t, "the camera to go", func() bool { return !exists("/dev/video0") })
	cam = plugModel(t, uvc.Model{SlowRaw: true, Plain: true}, card(t, "03-cccd-refuse.jpg"))
	next(verdict{Outcome: "refuse", Reason: "listed-refuse"}, 1) // MJPG without tables

	// The hub has both, and its receipt is what the device has.
	await(t, "two scans at the hub", func() bool {
		var st struct{ Entries int }
		return json.Unmarshal([]byte(done(t, chotHub("status", "--data", demo+"/hub", "--json"))), &st) == nil && st.Entries == 2
	})
	if err := scan.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := scan.Wait(); err != nil {
		t.Errorf("chotctl scan ended with %v", err)
	}
	// The last receipt may still have been on its way.
	done(t, chotctl("scan", "--site", demo+"/device", "--typed", "--json", "--drain", "30s"))
	var journal struct {
		Size, Acknowledged uint64
		Verified           bool
	}
	text := done(t, chotctl("journal", "verify", "--site", demo+"/device", "--json"))
	if err := json.Unmarshal([]byte(text), &journal); err != nil || !journal.Verified || journal.Size != 2 || journal.Acknowledged != 2 {
		t.Errorf("journal verify: %s", text)
	}
	t.Logf("journal: %s", text)
	t.Logf("%s", done(t, chotHub("audit", "--all", "--data", demo+"/hub")))
	if err := hub.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := hub.Wait(); err != nil {
		t.Errorf("chot-hub ended with %v", err)
	}
}

// loopback brings the loopback interface up.
func loopback(t *testing.T) {
	t.Helper()
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(s)
	r := struct { // struct ifreq
		name  [16]byte
		flags uint16
		rest  [22]byte
	}{flags: unix.IFF_UP}
	copy(r.name[:], "lo")
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(s), unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&r))); errno != 0 {
		t.Fatal(errno)
	}
}
