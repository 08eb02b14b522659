package main

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chot/ui/screentest"
)

// demoSite is a demonstration site whose hub is not running, with settings.
func (d *display) demoSite(settings string) (device string) {
	d.t.Helper()
	site := filepath.Join(d.dir, "site")
	d.run(filepath.Join(d.bin, "chotctl"), "demo", "--setup", site)
	device = filepath.Join(site, "device")
	if err := os.WriteFile(filepath.Join(device, "chot.toml"), []byte(settings), 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.run(filepath.Join(d.bin, "chotctl"), "config", "check", filepath.Join(device, "chot.toml"))
	return device
}

// tap touches the screen where a finger would, and waits until it shows what it
// must.
func (d *display) tap(x, y int, what string, ok func(image.Image) bool) {
	d.t.Helper()
	// As long as a finger stays.
	d.run("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.1", "mousedown", "1", "sleep", "0.1", "mouseup", "1")
	d.until(what, ok)
}

// like reports whether a screen is that of a golden picture, whose numbers and
// times are others.
func (d *display) like(name string) func(image.Image) bool {
	golden := screentest.Picture(d.t, filepath.Join("..", "..", "ui", "testdata", "golden", name+"-vi-day-1280x720.png"))
	return func(img image.Image) bool { return screentest.Apart(img, golden) < 3 }
}

// blue reports whether a key that may be pressed is at a place.
func blue(x, y int) func(image.Image) bool {
	return func(img image.Image) bool {
		r, g, b, _ := img.At(x, y).RGBA()
		return r>>8 < 60 && g>>8 < 110 && b>>8 > 110
	}
}

// luminance is how bright the screen's ground is, from 0 to 255.
func luminance(img image.Image) int {
	c := ground(img)
	return (int(c.R) + int(c.G) + int(c.B)) / 3
}

// keep saves a screen where a person can look at it, if CHOT_SCREENS names a
// folder.
func (d *display) keep(name string) {
	dir := os.Getenv("CHOT_SCREENS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	d.run("import", "-window", "root", filepath.Join(dir, name+".png"))
}

type logged struct {
	Seq      uint64  `json:"seq"`
	Kind     string  `json:"kind"`
	Outcome  string  `json:"outcome"`
	Scheme   string  `json:"scheme"`
	Operator string  `json:"operator"`
	Ref      *uint64 `json:"ref"`
}

func (d *display) journal(device string) (all []logged) {
	d.t.Helper()
	for line := range strings.Lines(d.run(filepath.Join(d.bin, "chotctl"), "journal", "export", "--site", device)) {
		var l logged
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			d.t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// TestWindowHandsOver is a shift's end, driven as a guard would: a reader types
// a sample card, the screen is green, and with four taps the next operator takes
// over; the next scan is theirs, also after a restart.
func TestWindowHandsOver(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	device := d.demoSite("sources = [\"wedge no-such-reader\"]\noperators = [{ name = \"Ca sáng\" }, { name = \"Ca tối\" }]\n[sound]\non = false\n")
	d.handOver(device)
}

// sampleCard is what a reader of the commonest kind types of the card of
// assets/samples/02-cccd-turned.jpg: it knows no Vietnamese letters.
const sampleCard = "048085004321||Tran Van Mau|02071985|Nam|12 Duong Thu, Hai Chau, Da Nang|10052021"

// handOver is the shift's end on whatever display this is.
func (d *display) handOver(device string) {
	d.t.Helper()
	stop := d.start("--site", device, "--fullscreen")
	// An empty screen is dark too: the way that is chosen is lit.
	ready := func(img image.Image) bool {
		r, _, _, _ := img.At(60, 612).RGBA()
		return luminance(img) < 60 && !green(ground(img)) && r>>8 > 200
	}
	d.until("the scan screen", ready)
	scan := func() {
		d.t.Helper()
		d.run("xdotool", "mousemove_relative", "2", "2")
		d.run("xdotool", "type", "--delay", "2", sampleCard)
		d.run("xdotool", "key", "Return")
		d.until("green for a listed card", func(img image.Image) bool { return green(ground(img)) })
	}
	scan()
	d.keep("1-verdict")
	d.until("the scan screen again, by itself", ready)
	d.keep("2-scan")
	d.tap(1184, 640, "the page of all else", d.like("more"))
	d.keep("3-more")
	d.tap(950, 220, "the shift", d.like("shift-new"))
	d.keep("4-shift")
	d.tap(790, 650, "who may take over", func(img image.Image) bool { return !blue(360, 615)(img) && luminance(img) > 200 })
	d.keep("5-handover")
	d.tap(184, 455, "the next operator chosen", func(img image.Image) bool { return blue(64, 420)(img) && blue(360, 615)(img) })
	d.keep("6-chosen")
	d.tap(790, 650, "the new shift", d.like("shift-new"))
	d.keep("7-new-shift")
	stop()

	// Whoever comes next is scanned in the new operator's name.
	stop = d.start("--site", device, "--fullscreen")
	d.until("the scan screen", ready)
	scan()
	stop()

	log := d.journal(device)
	if len(log) != 3 || log[0].Kind != "scan" || log[0].Outcome != "admit" || log[0].Scheme != "cccd" || log[0].Operator != "" ||
		log[1].Kind != "hand-over" || log[1].Operator != "Ca sáng" || log[1].Ref == nil || *log[1].Ref != 0 ||
		log[2].Kind != "scan" || log[2].Operator != "Ca sáng" {
		d.t.Errorf("the journal holds %+v", log)
	}
}

// TestWindowTroubles starts where something is wrong: a page says what to do,
// and the window goes on when it is mended, without anybody starting it again.
func TestWindowTroubles(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a real window")
	}
	d := newDisplay(t)
	device := d.demoSite("sources = [\"wedge no-such-reader\"]\n[sound]\non = false\n")
	settings := filepath.Join(device, "chot.toml")
	good, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, append(good, "volumes = 3\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	scanned := func() bool {
		d.run("xdotool", "type", "--delay", "2", "001190123456")
		d.run("xdotool", "key", "Return")
		for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); {
			if green(ground(d.see())) {
				return true
			}
		}
		return false
	}
	banner := func(img image.Image) bool { return redish(img) }

	// A key nobody knows.
	stop := d.start("--site", device)
	d.until("a banner about the settings", banner)
	d.keep("settings-wrong")
	if scanned() {
		t.Error("it scanned with settings nobody understands")
	}
	if err := os.WriteFile(settings, good, 0o600); err != nil {
		t.Fatal(err)
	}
	d.until("the scan screen once the settings are mended", func(img image.Image) bool { return !banner(img) })
	if !scanned() {
		t.Error("it does not scan after the settings were mended")
	}

	// Another instance on the same journal.
	other := newDisplay(t)
	stopOther := other.start("--site", device)
	other.until("a banner about the other window", banner)
	other.keep("journal-in-use")
	stop()
	other.until("the scan screen once the other window is closed", func(img image.Image) bool { return !banner(img) })
	stopOther()
	if log := d.journal(device); len(log) != 1 {
		t.Errorf("the journal holds %+v, want the one scan", log)
	}
}

// redish reports whether the top of the screen is a red banner.
func redish(img image.Image) bool {
	n, reds := 0, 0
	for y := 0; y < 100; y += 4 {
		for x := 0; x < 1280; x += 4 {
			n++
			if r, g, b, _ := img.At(x, y).RGBA(); r>>8 > 120 && g>>8 < 70 && b>>8 < 70 {
				reds++
			}
		}
	}
	return reds*4 > n
}
