package station

import (
	"flag"
	"fmt"
	"strings"

	"chot/camera"
)

// Sources is what a station scans from; several at once.
type Sources struct {
	Cameras []string // "/dev/video0" or "auto"
	Frames  []string // a folder, a pattern, a file or "-"
	Serials []string // "/dev/ttyUSB0[,baud][,gm65|honeywell|zebra][,suffix]"
	Wedges  []string // "auto", a device or a name, then [,silence][,cp1252|cp1258]
	Intents []string // "auto": what an Android handheld's scan key broadcasts
	Typed   bool     // numbers typed on standard input, one a line
	Loop    bool     // show frames again and again, as a camera would
}

// Flags adds the source flags, the same in every program.
func (s *Sources) Flags(fs *flag.FlagSet) {
	list := func(dst *[]string) func(string) error {
		return func(v string) error { *dst = append(*dst, v); return nil }
	}
	fs.Func("camera", "scan from a camera: `DEVICE` such as /dev/video0, or auto for the first one there is", list(&s.Cameras))
	fs.Func("frames", "scan from images: a `DIR|PATTERN|FILE`, or - for a stream of JPEGs on standard input, or live:- for a camera's, of which the newest counts, or live:YUYV,1280x720 for its raw frames", list(&s.Frames))
	fs.Func("serial", "scan from a serial reader: `PORT[,BAUD][,gm65|honeywell|zebra][,suffix]` such as /dev/ttyUSB0,9600", list(&s.Serials))
	fs.Func("wedge", "scan from readers that act as keyboards, taken for this program alone: `DEVICE|auto[,silence][,cp1252]`", list(&s.Wedges))
	fs.Func("intent", "scan with the scan key of an Android handheld, by what it broadcasts: `auto`", list(&s.Intents))
	fs.BoolVar(&s.Typed, "typed", false, "take numbers typed on standard input, one a line")
}

// Empty reports whether there is nothing to scan from.
func (s Sources) Empty() bool {
	return len(s.Cameras)+len(s.Frames)+len(s.Serials)+len(s.Wedges)+len(s.Intents) == 0 && !s.Typed
}

// Endless reports whether some source never ends by itself.
func (s Sources) Endless() bool {
	return len(s.Cameras)+len(s.Serials)+len(s.Wedges)+len(s.Intents) > 0 || s.Loop
}

// ParseSources reads the sources line of chot.toml: "camera auto",
// "frames DIR", "serial PORT[,BAUD]", "wedge auto", "intent auto".
func ParseSources(lines []string) (Sources, error) {
	var s Sources
	for _, line := range lines {
		kind, where, _ := strings.Cut(strings.TrimSpace(line), " ")
		where = strings.TrimSpace(where)
		if where == "" {
			return s, fmt.Errorf("source %q: want a kind and a place, such as \"camera auto\"", line)
		}
		switch kind {
		case "camera":
			s.Cameras = append(s.Cameras, where)
		case "frames":
			s.Frames = append(s.Frames, where)
		case "serial":
			s.Serials = append(s.Serials, where)
		case "wedge":
			s.Wedges = append(s.Wedges, where)
		case "intent":
			if where != "auto" {
				return s, fmt.Errorf("source %q: it can only be \"intent auto\"", line)
			}
			s.Intents = append(s.Intents, where)
		default:
			return s, fmt.Errorf("source %q: the kind must be camera, serial, wedge, intent or frames", line)
		}
	}
	return s, nil
}

// check refuses combinations that would fight over standard input.
func (s Sources) check() error {
	stdin := 0
	for _, f := range s.Frames {
		if camera.Streams(f) {
			stdin++
		}
	}
	if s.Typed {
		stdin++
	}
	if stdin > 1 {
		return fmt.Errorf("standard input can feed one source only: give either --typed or one --frames -")
	}
	return nil
}
