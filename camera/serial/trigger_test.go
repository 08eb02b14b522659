package serial

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// Commands as the makers' manuals print them.
func TestCommands(t *testing.T) {
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"GM65 trigger", GM65Start(), "7E 00 08 01 00 02 01 02 DA"},
		{"GM65 baud rate?", GM65ReadRate(), "7E 00 07 01 00 2A 02 D8 0F"},
		{"GM65 9600", GM65Set9600(), "7E 00 08 02 00 2A 39 01 A7 EA"},
		{"another model's 9600", GM65Write(0x00D9, 0xD3), "7E 00 08 01 00 D9 D3 20 38"},
		{"GM65 save", GM65Save(), "7E 00 09 01 00 00 00 DE C8"},
		{"Honeywell start", HoneywellStart(), "16 54 0D"},
		{"Honeywell stop", HoneywellStop(), "16 55 0D"},
		{"Honeywell beep", HoneywellBeep(), "16 07 0D"},
		{"Honeywell menu", HoneywellMenu("PAPHHF"), "16 4D 0D 50 41 50 48 48 46 2E"},
		{"Zebra start", ZebraStart(), "04 E4 04 00 FF 14"},
		{"Zebra stop", ZebraStop(), "04 E5 04 00 FF 13"},
		{"Zebra ACK", ZebraAck(), "04 D0 04 00 FF 28"},
		{"Zebra enable", ZebraEnable(), "04 E9 04 00 FF 0F"},
	} {
		want, err := hex.DecodeString(strings.ReplaceAll(c.want, " ", ""))
		if err != nil || !bytes.Equal(c.got, want) {
			t.Errorf("%s is % X, want %s", c.name, c.got, c.want)
		}
	}
	if m := SetGM65Mode(0xD6, GM65Continuous); m[6] != 0xD6 {
		t.Errorf("the mode's other bits changed: % X", m)
	}
	if m := SetGM65Mode(0xFF, GM65Command); m[6] != 0xFD {
		t.Errorf("mode command is % X", m)
	}
	for _, b := range [][]byte{ZebraDisable(), ZebraRaw(), ZebraStart()} {
		sum := uint16(b[len(b)-2])<<8 | uint16(b[len(b)-1])
		for _, c := range b[:len(b)-2] {
			sum += uint16(c)
		}
		if sum != 0 || int(b[0]) != len(b)-2 {
			t.Errorf("% X does not add up", b)
		}
	}
	if w := GM65Write(0, make([]byte, 300)...); w[3] != 255 || len(w) != 6+255+2 {
		t.Error("a command is longer than it says")
	}
}

func TestGM65Answer(t *testing.T) {
	done := []byte("\x02\x00\x00\x01\x00\x33\x31")
	if data, ok := GM65Answer(done); !ok || !bytes.Equal(data, []byte{0}) {
		t.Errorf("got % X, %v", data, ok)
	}
	for i := range done { // every damaged byte shows
		b := bytes.Clone(done)
		b[i] ^= 0x10
		if _, ok := GM65Answer(b); ok {
			t.Errorf("accepted with byte %d changed", i)
		}
		if _, ok := GM65Answer(done[:i]); ok {
			t.Errorf("accepted when cut at %d", i)
		}
	}
}

func TestTriggerOf(t *testing.T) {
	for _, maker := range []string{"gm65", "honeywell", "zebra"} {
		got, err := TriggerOf(maker)
		if err != nil || len(got.Start) == 0 || len(got.Stop) == 0 || bytes.Equal(got.Start, got.Stop) {
			t.Errorf("%s: %+v, %v", maker, got, err)
		}
	}
	if got, err := TriggerOf("other"); got.Start != nil || !errors.Is(err, ErrMaker) {
		t.Errorf("%+v, %v", got, err)
	}
}

// What a reader answers to a command is no scan, however it arrives; scans before
// and after it are whole.
func TestAnswersAreNoScans(t *testing.T) {
	for _, c := range []struct {
		name, in string // ~ is silence
		want     []string
	}{
		{"GM65, done", "\x02\x00\x00\x01\x00\x33\x31one\r", []string{"one"}},
		{"GM65, after a scan", "one\r\x02\x00\x00\x01\x00\x33\x31\x02two\x03", []string{"one", "two"}},
		{"GM65, line ends inside", "\x02\x00\x00\x03\r\n\x03\x0d\x0aone\r", []string{"one"}},
		{"GM65, cut off", "\x02\x00\x00\x09\x00~one\r", []string{"one"}},
		{"GM65, cut off at once", "\x02\x00~one\r", []string{"one"}},
		{"Zebra, ACK", "\x04\xd0\x00\x00\xff\x2c~one\r", []string{"one"}},
		{"Zebra, NAK", "\x05\xd1\x00\x00\x02\xff\x28~one\r", []string{"one"}},
		{"Zebra's ACK with a wrong sum is passed on", "\x04\xd0\x00\x00\xff\x2b~", []string{"\x04\xd0\x00\x00\xff\x2b"}},
		// What the next stage takes off stays: it also sees cameras' payloads.
		{"an AIM identifier", "]Q1one\r", []string{"]Q1one"}},
		{"twice in a line", "oneone\r", []string{"oneone"}},
	} {
		for _, size := range []int{1, 2, 5, 1 << 10} {
			var f Framer
			var got []string
			emit := collect(&got)
			for i, part := range strings.Split(c.in, "~") {
				if i > 0 {
					f.End(emit)
				}
				for chunk := range slices.Chunk([]byte(part), size) {
					f.Feed(chunk, time.Now(), emit)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s in pieces of %d: %q, want %q", c.name, size, got, c.want)
			}
		}
	}
}
