package wedge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestParseSpec(t *testing.T) {
	for _, c := range []struct {
		text string
		want Spec
		err  error
	}{
		{"auto", Spec{Name: "auto"}, nil},
		{"/dev/input/event5", Spec{Name: "/dev/input/event5"}, nil},
		{"Newland, silence", Spec{Name: "Newland", Silence: true}, nil},
		{"auto,cp1252,silence", Spec{Name: "auto", Silence: true, Charset: Windows1252}, nil},
		{"auto,cp1258", Spec{Name: "auto"}, nil},
		{"", Spec{}, ErrNoReader},
		{",silence", Spec{}, ErrNoReader},
		{"auto,", Spec{}, ErrSpec},
		{"auto,loud", Spec{}, ErrSpec},
	} {
		got, err := ParseSpec(c.text)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q gives %+v, %v", c.text, got, err)
		}
	}
}

// Bitmaps as 64-bit kernels print them: a keyboard's, a mouse's, a power button's.
const (
	keyboardKeys = "10000 7 ff800000000007ff febeffdff3cfffff fffffffffffffffe"
	mouseKeys    = "1f0000 0 0 0 0"
	powerKeys    = "10000000000000 0"
)

func TestTypes(t *testing.T) {
	for text, want := range map[string]bool{
		keyboardKeys: true, mouseKeys: false, powerKeys: false, "": false, "no number": false,
		"fffffffe": false, "1000000000000ffc": false,
	} {
		if got := types(parseBits(text, 64)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if !types(parseBits("7 ff800000 7ff febeffdf f3cfffff ffffffff fffffffe", 32)) { // as a 32-bit kernel prints them
		t.Error("a keyboard on a 32-bit kernel does not type")
	}
}

// bitmap is a 64-bit kernel's bitmap as this program reads it: where its words
// have 32 bits, so have those of sysfs, whatever the kernel's are (input_bits_to_string).
func bitmap(keys string) string {
	if strconv.IntSize == 64 {
		return keys
	}
	var all []string
	for _, f := range strings.Fields(keys) {
		word, _ := strconv.ParseUint(f, 16, 64)
		all = append(all, fmt.Sprintf("%x %x", word>>32, uint32(word)))
	}
	return strings.Join(all, " ")
}

// folders makes a sysfs and a /dev/input with these devices.
func folders(t *testing.T, devices map[string][3]string, ids map[string]string) (sys, dev string) {
	t.Helper()
	sys, dev = t.TempDir(), t.TempDir()
	put := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for node, d := range devices {
		put(filepath.Join(sys, node, "device/name"), d[0])
		put(filepath.Join(sys, node, "device/id/vendor"), d[1])
		put(filepath.Join(sys, node, "device/capabilities/key"), bitmap(d[2]))
	}
	if err := os.Mkdir(filepath.Join(dev, "by-id"), 0o755); err != nil {
		t.Fatal(err)
	}
	for id, node := range ids {
		if err := os.Symlink("../"+node, filepath.Join(dev, "by-id", id)); err != nil {
			t.Fatal(err)
		}
	}
	return sys, dev
}

func TestFind(t *testing.T) {
	sys, dev := folders(t, map[string][3]string{
		"event0":  {"Power Button", "0000", powerKeys},
		"event2":  {"AT Translated Set 2 keyboard", "0001", keyboardKeys},
		"event3":  {"Zebra mouse", "05e0", mouseKeys},
		"event10": {"SM SM-2D PRODUCT HID KBW", "1eab", keyboardKeys},
		"event9":  {"USB Barcode Scanner", "1234", keyboardKeys},
		"event4":  {"ACME Card Reader", "1234", keyboardKeys},
	}, map[string]string{"usb-SM_2D-event-kbd": "event10", "usb-Zebra-event-mouse": "event3"})
	devices := list(sys, dev)
	text := ""
	for _, d := range devices {
		text += fmt.Sprintf("%s %v %s; ", filepath.Base(d.Path), d.Reader, d.ByID)
	}
	if want := "event2 false ; event4 false ; event9 true ; event10 true usb-SM_2D-event-kbd; "; text != want {
		t.Errorf("%s\nwant %s", text, want)
	}
	for name, want := range map[string]string{
		"auto": "event9", "usb-SM_2D-event-kbd": "event10", "sm-2d": "event10", "at translated": "event2",
		"Power": "", "mouse": "", "usb-Zebra-event-mouse": "", "event9": "",
	} {
		d, err := find(devices, name)
		if want == "" && !errors.Is(err, ErrNoReader) || want != "" && filepath.Base(d.Path) != want {
			t.Errorf("%q is %+v, %v", name, d, err)
		}
	}
	if _, err := find(devices[:2], "auto"); !errors.Is(err, ErrNoReader) {
		t.Errorf("auto takes a person's keyboard: %v", err)
	}
}
