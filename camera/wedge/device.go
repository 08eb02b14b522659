package wedge

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Device is an input device that has a keyboard's letter keys.
type Device struct {
	Path string // "/dev/input/event5"
	ByID string // "usb-Maker_Model-event-kbd", the name that stays after a replug; empty when there is none
	Name string // what the device calls itself
	// Reader tells that the device looks like a barcode reader, by its maker
	// or by its name. Only such are taken by "auto": a person's keyboard
	// must not be.
	Reader bool
}

// makers of barcode readers, by USB vendor number, who make no keyboards.
var makers = map[string]bool{
	"05e0": true, // Symbol, now Zebra
	"05f9": true, // PSC, now Datalogic
	"065a": true, // Opticon
	"0c2e": true, // Metrologic, now Honeywell
	"0536": true, // Hand Held Products, now Honeywell
	"1eab": true, // Newland
	"11fa": true, // Code
	"6666": true, // the modules of the GM65 type
}

// words in the names that readers give themselves.
var words = []string{"barcode", "bar code", "scan", "reader", "symbol", "honeywell", "zebra", "datalogic", "newland", "opticon", "qr", "hidkbw"}

// notReaders are words of other things that the words above would take.
var notReaders = []string{"card reader", "fingerprint", "rfid"}

func looksLikeReader(name, vendor string) bool {
	name = strings.ToLower(name)
	has := func(w string) bool { return strings.Contains(name, w) }
	return makers[vendor] || slices.ContainsFunc(words, has) && !slices.ContainsFunc(notReaders, has)
}

// Where Linux keeps what is known about input devices; no permission is needed
// to read it.
const (
	sysInput = "/sys/class/input"
	devInput = "/dev/input"
)

// list finds the devices below these two folders, in the order of their numbers.
func list(sys, dev string) []Device {
	ids := map[string]string{}
	links, _ := filepath.Glob(filepath.Join(dev, "by-id", "*"))
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil {
			ids[filepath.Base(to)] = filepath.Base(link)
		}
	}
	var found []Device
	nodes, _ := filepath.Glob(filepath.Join(sys, "event*"))
	slices.SortFunc(nodes, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	for _, node := range nodes {
		text := func(name string) string {
			b, _ := os.ReadFile(filepath.Join(node, "device", name))
			return strings.TrimSpace(string(b))
		}
		if !types(parseBits(text("capabilities/key"), strconv.IntSize)) {
			continue
		}
		d := Device{Path: filepath.Join(dev, filepath.Base(node)), ByID: ids[filepath.Base(node)], Name: text("name")}
		d.Reader = looksLikeReader(d.Name+" "+d.ByID, text("id/vendor"))
		found = append(found, d)
	}
	return found
}

func number(node string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(node), "event"))
	return n
}

// parseBits reads a bitmap as sysfs prints it: hexadecimal words of the kernel's
// long, the highest first.
func parseBits(text string, size int) (keys []byte) {
	fields := strings.Fields(text)
	slices.Reverse(fields)
	for _, f := range fields {
		word, err := strconv.ParseUint(f, 16, size)
		if err != nil {
			return nil
		}
		for range size / 8 {
			keys = append(keys, byte(word))
			word >>= 8
		}
	}
	return keys
}

// types tells whether a device with these keys can type: it has the digits, the
// letters and Enter.
func types(keys []byte) bool {
	n := 0
	for code := 0; code < len(usKeys) && code/8 < len(keys); code++ {
		c := usKeys[code][0]
		if keys[code/8]&(1<<(code%8)) != 0 && (c == '\r' && code == keyEnter || code < keyKP7 && ('a' <= c && c <= 'z' || '0' <= c && c <= '9')) {
			n++
		}
	}
	return n == 26+10+1
}

// find returns the device that a name means.
func find(devices []Device, name string) (Device, error) {
	for _, same := range []func(Device) bool{
		func(d Device) bool { return name == "auto" && d.Reader },
		func(d Device) bool { return d.ByID == name },
		func(d Device) bool {
			return name != "auto" && strings.Contains(strings.ToLower(d.Name), strings.ToLower(name))
		},
	} {
		if i := slices.IndexFunc(devices, same); i >= 0 {
			return devices[i], nil
		}
	}
	return Device{}, ErrNoReader
}
