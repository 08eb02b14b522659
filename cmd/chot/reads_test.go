package main

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
	"chot/ui"

	"gioui.org/io/input"
	"gioui.org/layout"
	"gioui.org/op"
	"gioui.org/unit"
	"golang.org/x/sys/unix"
)

// words are what stands on a screen, text by text.
func words(t *testing.T, s ui.Snapshot) (all []string) {
	t.Helper()
	screen, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	var router input.Router
	var ops op.Ops
	screen.Layout(layout.Context{
		Ops: &ops, Now: s.Now, Source: router.Source(), Metric: unit.Metric{PxPerDp: 1, PxPerSp: 1}, Constraints: layout.Exact(image.Pt(1280, 720)),
	}, s)
	router.Frame(&ops)
	var walk func([]input.SemanticNode)
	walk = func(nodes []input.SemanticNode) {
		for _, n := range nodes {
			if n.Desc.Label != "" {
				all = append(all, n.Desc.Label)
			}
			walk(n.Children)
		}
	}
	walk(router.AppendSemantics(nil)[:1])
	return all
}

// reads says that a screen has these texts.
func reads(t *testing.T, s ui.Snapshot, want ...string) {
	t.Helper()
	have := words(t, s)
	for _, w := range want {
		if !slices.ContainsFunc(have, func(h string) bool { return h == w || strings.TrimSuffix(h, ".") == w }) {
			t.Errorf("nobody reads %q; there is %q", w, have)
		}
	}
}

// in is a screen in another language.
func in(language string, s ui.Snapshot) ui.Snapshot {
	s.Language = language
	return s
}

// Whatever is wrong with what is plugged in, real devices and real refusals of the
// system, the guard reads on the scan screen what it is and what to do, in either
// language, and goes on scanning with what there is.
func TestTroublesAreRead(t *testing.T) {
	site := newSite(t)
	device := filepath.Join(site, "device")
	// On a file system mounted without devices nobody may open one, not even root.
	locked := sticktest.Plug(t, "ext4", 1<<20)
	locked.Out()
	locked.In("nodev")
	node := func(name string, major, minor uint32) string {
		path := filepath.Join(locked.Path, name)
		if err := unix.Mknod(path, unix.S_IFCHR|0o660, int(unix.Mkdev(major, minor))); err != nil {
			t.Fatal(err)
		}
		return path
	}
	video, tty, event, board := node("video0", 81, 0), node("ttyS0", 4, 64), node("event0", 13, 64), node("ttyS1", 4, 65)
	silent := "[sound]\non = false\n"
	for _, c := range []struct {
		name, settings string
		want           scanner.Fault
		vi, en         string
	}{
		{"a camera that may not be opened", "sources = [\"camera " + video + "\"]\n" + silent, scanner.FaultPermission,
			"Không được phép mở camera. Gọi kỹ thuật cấp quyền: nhóm video.", "The camera may not be opened. Ask the technician for access: group video."},
		{"a serial reader that may not be opened", "sources = [\"serial " + tty + "\"]\n" + silent, scanner.FaultPermissionSerial,
			"Không được phép mở máy quét. Gọi kỹ thuật cấp quyền: nhóm dialout.", "The reader may not be opened. Ask the technician for access: group dialout."},
		{"a keyboard reader that may not be opened", "sources = [\"wedge " + event + "\"]\n" + silent, scanner.FaultPermissionInput,
			"Không được phép mở máy quét. Gọi kỹ thuật cấp quyền: nhóm input.", "The reader may not be opened. Ask the technician for access: group input."},
		{"a relay that may not be opened", "sources = [\"wedge no-such-reader\"]\n" + silent + "[relay]\nadmit = \"serial:" + board + ",lcus1\"\n", scanner.FaultPermissionRelay,
			"Không được phép mở rào chắn. Gọi kỹ thuật cấp quyền: nhóm dialout và gpio.", "The barrier may not be opened. Ask the technician for access: groups dialout and gpio."},
		{"no relay", "sources = [\"wedge no-such-reader\"]\n" + silent + "[relay]\nadmit = \"serial:/dev/no-such-relay,lcus1\"\n", scanner.FaultRelay,
			"Rào chắn không trả lời. Mở rào bằng tay; cắm lại dây và nguồn của rơ-le.", "The barrier does not answer. Open it by hand; check the relay's cable and power."},
		{"no camera", "sources = [\"camera /dev/no-such-camera\"]\n" + silent, scanner.FaultCamera,
			"Mất camera. Cắm lại dây camera.", "The camera is gone. Plug the camera's cable in again."},
		{"no reader", "sources = [\"serial /dev/no-such-reader\"]\n" + silent, scanner.FaultReader,
			"Mất máy quét. Cắm lại dây máy quét.", "The reader is gone. Plug the reader's cable in again."},
		{"no sound card", "sources = [\"wedge no-such-reader\"]\n[sound]\ndevice = \"no-such-card\"\n", scanner.FaultSound,
			"Máy không có tiếng. Nhìn màn hình; cắm loa rồi khởi động lại máy.", "There is no sound. Watch the screen; plug a loudspeaker in and restart."},
	} {
		t.Run(c.name, func(t *testing.T) {
			configure(t, device, c.settings)
			g := newGuard(t, device)
			s := g.until(string(c.want), func(s ui.Snapshot) bool { return slices.Contains(s.Faults, c.want) })
			s.Faults = []scanner.Fault{c.want} // others may stand before it
			reads(t, s, c.vi)
			reads(t, in("en", s), c.en)
			g.expect(listed, scanner.Admit, scanner.Listed)
			if r := g.model.Snapshot(g.now()); !slices.Contains(r.Faults, c.want) {
				t.Error("a verdict drops the fault")
			}
		})
	}
}

// A device that nobody has set up greets its first visitor.
func TestFirstStartIsRead(t *testing.T) {
	device := filepath.Join(t.TempDir(), "nobody")
	g := newGuard(t, device)
	s := g.until("the first page", func(s ui.Snapshot) bool { return s.Screen == ui.FirstScreen })
	command := "chotctl enrol --site " + device + " enrolment.json"
	reads(t, s, "Chào mừng đến với Chốt", "Máy này chưa được đăng ký vào chốt nào.", "Quét mã của trung tâm", "Xin quản lý tệp đăng ký của chốt.", command,
		"Chưa đăng ký thì máy không cho ai qua và không ghi gì.")
	reads(t, in("en", s), "Welcome to Chốt", "Scan the hub's QR code", command)
	if _, err := os.Stat(filepath.Join(device, "journal.db")); err == nil {
		t.Error("a journal was made for a device that is nobody's")
	}
}

// Wrong PINs, one after the other at a kiosk: how many, and how long to wait, is
// read; ten lock the pad for a quarter of an hour and stay, noted, on the screen.
func TestWrongPINsAreRead(t *testing.T) {
	site := newSite(t)
	device := filepath.Join(site, "device")
	configure(t, device, settings(t))
	g := newGuard(t, device)
	g.until("the scan screen", func(s ui.Snapshot) bool { return s.Screen == ui.ScanScreen && s.Checkpoint != "" })
	g.wants(ui.Open{Screen: ui.MoreScreen}, ui.AskSupervisor{})
	for wrong := 1; wrong <= 3; wrong++ {
		for range 4 {
			g.wants(ui.TypeText{Text: "0"})
		}
		g.wants(ui.SubmitTyped{})
		s := g.until("the answer", func(s ui.Snapshot) bool { return s.PIN.Lock.Wrong == wrong && !s.PIN.Checking })
		if wrong < 3 {
			reads(t, s, fmt.Sprintf("Sai %d lần. Sai nữa sẽ bị khoá.", wrong))
			reads(t, in("en", s), fmt.Sprintf("Wrong %d times. More will lock it.", wrong))
		} else if s.PIN.Lock.Until.Before(time.Now()) {
			t.Errorf("after the third the pad is open: %+v", s.PIN.Lock)
		}
	}
	g.wants(ui.Close{})
	g.expect(listed, scanner.Admit, scanner.Listed) // scanning goes on

	// The station counts on to ten (its own tests wait that long); the screen
	// shows what it answers.
	now := g.now()
	g.model.SetLock(lock(station.PINAnswer{Wrong: 10, Left: 15 * time.Minute}, now))
	g.until("the scan screen", func(s ui.Snapshot) bool { g.wants(ui.Dismiss{}); return s.Screen == ui.ScanScreen })
	g.wants(ui.AskSupervisor{})
	s := g.model.Snapshot(now)
	reads(t, s, "Sai 10 lần. Đợi 15:00 rồi thử lại.", "Hãy gọi quản lý. Quét vẫn chạy bình thường.")
	s.Screen, s.Faults = ui.ScanScreen, []scanner.Fault{scanner.FaultLocked}
	reads(t, s, "Nhập sai mã PIN quá nhiều. Chờ vài phút rồi thử lại, hoặc báo quản lý.")
}
