package station

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"os"
	"testing"
	"time"

	"chot/camera"
	"chot/camera/serial"
	"chot/camera/wedge"
	"chot/cmd/internal/symbol"
	"chot/scanner"
)

// What a reader sends twice is one scan, whichever reader it is; the window's
// sink counts with them.
func TestReadersTwice(t *testing.T) {
	r := newRig(t)
	far, path := terminal(t)
	var o Options
	scanned, again := watcher[Scanned](&o), watcher[Again](&o)
	s := r.open(func(p *Options) { p.Observe, p.Sources.Serials, p.Patient = o.Observe, []string{path}, true })
	defer r.run(s)()
	code := "001190123456|123456789|Nguyễn Thị Ví Dụ|15011990|Nữ|Hà Nội|01012022"
	if _, err := far.WriteString(code + "\r\n" + code + "\r\n"); err != nil {
		t.Fatal(err)
	}
	first := next(t, scanned, "the scan")
	if first.Input != "serial" || !first.Result.Kept {
		t.Errorf("got %+v", first)
	}
	next(t, again, "the repetition")
	s.Submit(t.Context(), scanner.Payload{Bytes: []byte(code), Input: "wedge"})
	next(t, again, "the window's repetition")
	if st := s.State(); st.Size != 1 || len(st.Sources) != 1 || !st.Sources[0].Up || st.Sources[0].LastRead.IsZero() {
		t.Errorf("state: %+v", st.Sources)
	}
}

// What a camera has read and a reader reads as well, or the other way round, is
// one scan: somebody holds a card up between the two.
func TestCameraAndReaderReadTheSame(t *testing.T) {
	const card = "../../../assets/samples/02-cccd-turned.jpg"
	code := "048085004321||Trần Văn Mẫu|02071985|Nam|12 Đường Thử, Hải Châu, Đà Nẵng|10052021"
	other := "001190123456|123456789|Nguyễn Thị Ví Dụ|15011990|Nữ|Hà Nội|01012022"
	r := newRig(t)
	far, path := terminal(t)
	var o Options
	scanned, again := watcher[Scanned](&o), watcher[Again](&o)
	s := r.open(func(p *Options) {
		p.Observe, p.Patient, p.Sources = o.Observe, true, Sources{Serials: []string{path}, Frames: []string{card}, Loop: true}
	})
	stop := r.run(s)
	if first := next(t, scanned, "the camera's scan"); first.Input != "frames" || string(first.Payload.Bytes) != code {
		t.Fatalf("the camera reads %q", first.Payload.Bytes)
	}
	if _, err := far.WriteString(code + "\r\n" + other + "\r\n"); err != nil {
		t.Fatal(err)
	}
	if e := next(t, again, "that the reader read the same"); e.Source != "serial "+path {
		t.Errorf("again from %s", e.Source)
	}
	if second := next(t, scanned, "the reader's scan"); second.Input != "serial" { // the control: another card is a scan
		t.Errorf("the second scan is the %s's", second.Input)
	}
	stop()

	// And the camera sees what the reader has read.
	o = Options{}
	scanned = watcher[Scanned](&o)
	repeated := make(chan bool, 1)
	before := o.Observe
	s = r.open(func(p *Options) {
		p.Patient, p.Sources = true, Sources{Serials: []string{path}}
		p.Observe = func(e Event) {
			before(e)
			if e, ok := e.(Seen); ok && len(e.Symbols) > 0 {
				select {
				case repeated <- e.Repeated:
				default:
				}
			}
		}
	})
	defer r.run(s)()
	if _, err := far.WriteString(code + "\r\n"); err != nil {
		t.Fatal(err)
	}
	next(t, scanned, "the reader's scan")
	picture, err := os.ReadFile(card)
	if err != nil {
		t.Fatal(err)
	}
	img, err := camera.DecodePicture(picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.eyes.seer("camera", "camera", true)(t.Context(), camera.Frame{Image: img, Still: true}); err != nil {
		t.Fatal(err)
	}
	if !next(t, repeated, "the camera's look") {
		t.Error("the camera scans what the reader has just read")
	}
	if st := s.State(); st.Size != 3 {
		t.Errorf("the journal holds %d scans, want 3", st.Size)
	}
}

// A reader that is unplugged is a fault that names what to do, and none when
// it is back; one that was never there and may come is none.
func TestSourceFaults(t *testing.T) {
	r := newRig(t)
	far, path := terminal(t)
	var o Options
	changed := watcher[Changed](&o)
	s := r.open(func(p *Options) {
		p.Observe, p.Sources.Serials, p.Sources.Wedges, p.Patient = o.Observe, []string{path}, []string{"auto"}, true
	})
	defer r.run(s)()
	until := func(what string, f scanner.Fault, there bool) {
		t.Helper()
		for has(next(t, changed, what).State.Faults, f) != there {
		}
	}
	for !isUp(next(t, changed, "the reader").State.Sources) {
	}
	if f := s.State().Faults; has(f, scanner.FaultReader) || has(f, scanner.FaultNoSource) {
		t.Errorf("with a reader the faults are %v", f)
	}
	far.Close()
	until("the unplug", scanner.FaultReader, true)
}

// isUp reports whether the first source delivers.
func isUp(sources []SourceState) bool { return len(sources) > 0 && sources[0].Up }

// Nothing plugged in is said once every source has told so, and by no source
// that may be about to deliver.
func TestNothingToScanWith(t *testing.T) {
	faults := map[string]scanner.Fault{}
	e := &eyes{log: slog.New(slog.DiscardHandler), fault: func(who string, f scanner.Fault) { faults[who] = f }, changed: func() {}}
	e.begin("camera auto")
	e.begin("wedge auto")
	e.down("wedge auto", wedge.ErrNoReader)
	if faults["sources"] != "" {
		t.Error("said before the camera has told")
	}
	e.down("camera auto", camera.ErrNoCamera)
	if faults["sources"] != scanner.FaultNoSource {
		t.Errorf("with nothing plugged in: %v", faults)
	}
	e.up("wedge auto")
	if faults["sources"] != "" {
		t.Errorf("with a reader: %v", faults)
	}
	e.down("wedge auto", wedge.ErrUnplugged)
	if faults["sources"] != "" || faults["wedge auto"] != scanner.FaultReader {
		t.Errorf("unplugged: %v", faults)
	}
}

func TestSourceFault(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		was  bool
		want scanner.Fault
	}{
		{"camera auto", camera.ErrNoCamera, false, ""},
		{"camera auto", camera.ErrUnplugged, true, scanner.FaultCamera},
		{"camera /dev/video7", camera.ErrNoCamera, false, scanner.FaultCamera},
		{"camera auto", camera.ErrPermission, false, scanner.FaultPermission},
		{"camera auto", fmt.Errorf("camera 0: %w", camera.ErrBusy), false, scanner.FaultCameraBusy},
		{"camera auto", camera.ErrTooMany, true, scanner.FaultCameraBusy},
		{"camera auto", camera.ErrDisabled, false, scanner.FaultCameraOff},
		{"camera auto", camera.ErrCameraless, false, scanner.FaultNoCamera},
		{"serial /dev/ttyUSB0,9600", serial.ErrPermission, false, scanner.FaultPermissionSerial},
		{"serial /dev/ttyUSB0", serial.ErrUnplugged, true, scanner.FaultReader},
		{"wedge auto", wedge.ErrNoReader, false, ""},
		{"wedge auto,silence", wedge.ErrNoReader, false, ""},
		{"wedge auto", wedge.ErrPermission, false, scanner.FaultPermissionInput},
		{"wedge Newland", wedge.ErrNoReader, false, scanner.FaultReader},
	} {
		if got := sourceFault(c.name, c.err, c.was); got != c.want {
			t.Errorf("%s, %v: %q, want %q", c.name, c.err, got, c.want)
		}
	}
}

// While something else hears, nothing is judged; afterwards it is.
func TestDivert(t *testing.T) {
	r := newRig(t)
	s := r.open(nil)
	defer s.Close()
	heard := make(chan Read, 10)
	s.Divert(func(r Read) bool { heard <- r; return r.Source == Window })
	if result := s.Submit(t.Context(), scanner.Payload{Bytes: []byte("a test"), Input: "wedge"}); result.Kept {
		t.Error("a diverted read was judged")
	}
	if got := next(t, heard, "the read"); got.Source != Window || string(got.Bytes) != "a test" {
		t.Errorf("heard %+v", got)
	}
	s.Divert(func(Read) bool { return false })
	if !s.Submit(t.Context(), scanner.Payload{Bytes: []byte("a scan"), Input: "wedge"}).Kept {
		t.Error("what nobody wanted was not judged")
	}
	if size := s.State().Size; size != 1 {
		t.Errorf("the journal holds %d", size)
	}
}

// A device that is nobody's yet hears what its readers read, and ends when it
// is told to.
func TestLook(t *testing.T) {
	far, path := terminal(t)
	heard := make(chan Read, 10)
	o := Options{}
	changed := watcher[Changed](&o)
	o.Sources.Serials = []string{path}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Look(ctx, DefaultConfig(), o, func(r Read) { heard <- r }) }()
	for !isUp(next(t, changed, "the reader").State.Sources) {
	}
	if _, err := far.WriteString("CHOT1:ABC\r"); err != nil {
		t.Fatal(err)
	}
	if got := next(t, heard, "the code"); string(got.Bytes) != "CHOT1:ABC" || got.Source != "serial "+path {
		t.Errorf("heard %+v", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	// Without any source it waits all the same.
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := Look(ctx, DefaultConfig(), Options{}, nil); err != nil {
		t.Error(err)
	}
}

// A camera is set to what chot.toml says, and without a word to what suits a gate.
func TestCameraControls(t *testing.T) {
	r := newRig(t)
	for text, want := range map[string]camera.Controls{
		"": {PowerLine: camera.Mains50Hz},
		"[camera]\npower_line = 60\nexposure_us = 4000\nfocus = 70\ntorch = true\n": {
			PowerLine: camera.Mains60Hz, Exposure: 4 * time.Millisecond, Focus: 70, Torch: true,
		},
		"[camera]\npower_line = 0\nslow_in_the_dark = true\nbacklight = true\n": {
			PowerLine: camera.MainsOff, SlowInTheDark: true, Backlight: true,
		},
		"[camera]\nleave = true\n": {Leave: true},
	} {
		r.configure(text)
		s := r.open(nil)
		if got := s.eyes.camera("/dev/video7"); got.Path != "/dev/video7" || got.FPS != liveFPS || got.Controls != want {
			t.Errorf("%q gives %+v, want %+v", text, got, want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Each live source tells of its own light, through everything else it sees; of
// pictures that each come once there is nothing to tell.
func TestSeenTellsOfTheLight(t *testing.T) {
	var seen []Seen
	s := &Station{options: Options{Observe: func(e Event) { seen = append(seen, e.(Seen)) }}}
	e := &eyes{log: slog.New(slog.DiscardHandler), told: s.told}
	at := time.Date(2026, 8, 14, 9, 41, 27, 0, time.UTC)
	show := func(see func(context.Context, camera.Frame) error, level byte, still bool, seconds ...float64) camera.LightLevel {
		t.Helper()
		for _, after := range seconds {
			f := camera.Frame{Image: image.NewGray(image.Rect(0, 0, 320, 240)), At: at.Add(time.Duration(after * float64(time.Second))), Still: still}
			for i := range f.Image.Pix {
				f.Image.Pix[i] = level
			}
			if err := see(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		return seen[len(seen)-1].Light
	}
	night, noon, stills := e.seer("camera 1", "camera", true), e.seer("camera 2", "camera", true), e.seer("frames x", "frames", true)
	if l := show(night, 10, false, 0, 0.3); l != camera.LightEnough {
		t.Errorf("a shadow of 0.3 s gives %v", l)
	}
	if l := show(noon, 254, false, 0, 0.3, 1); l != camera.TooBright || seen[len(seen)-1].Source != "camera 2" {
		t.Errorf("a white picture gives %v of %s", l, seen[len(seen)-1].Source)
	}
	if l := show(night, 10, false, 1); l != camera.TooDark || seen[len(seen)-1].Source != "camera 1" {
		t.Errorf("a black picture gives %v of %s", l, seen[len(seen)-1].Source)
	}
	if l := show(night, 75, false, 2, 3); l != camera.TooDark {
		t.Errorf("dusk after the night gives %v", l)
	}
	if l := show(night, 120, false, 4, 5); l != camera.LightEnough {
		t.Errorf("the day gives %v", l)
	}
	if l := show(stills, 10, true, 0, 1, 2); l != camera.LightEnough {
		t.Errorf("pictures that come once give %v", l)
	}
}

// While nothing changes few frames are decoded, and told of; a code that comes into
// view is read from the first frame that shows it.
func TestSeerRestsUntilACodeComes(t *testing.T) {
	seen, taken := 0, 0
	e := &eyes{within: time.Minute, log: slog.New(slog.DiscardHandler), now: func() scanner.Instant { return scanner.Instant{} }, told: func(Event) { seen++ },
		take: func(_ context.Context, p scanner.Payload, _ scanner.Instant, _ Scanned, _ time.Time) scanner.Result {
			if string(p.Bytes) != "CHỐT" {
				t.Errorf("%q was read", p.Bytes)
			}
			taken++
			return scanner.Result{}
		}}
	picture, err := symbol.PNG("CHỐT")
	if err != nil {
		t.Fatal(err)
	}
	code, err := camera.DecodePicture(picture)
	if err != nil {
		t.Fatal(err)
	}
	empty := image.NewGray(code.Rect)
	for i := range empty.Pix {
		empty.Pix[i] = 128
	}
	see, at := e.seer("camera 1", "camera", true), time.Date(2026, 8, 14, 9, 41, 27, 0, time.UTC)
	show := func(g *image.Gray, frames int) {
		for range frames {
			at = at.Add(time.Second / liveFPS)
			if err := see(t.Context(), camera.Frame{Image: g, At: at}); err != nil {
				t.Fatal(err)
			}
		}
	}
	show(empty, 10*liveFPS)
	seen = 0
	if show(empty, 10*liveFPS); seen > 50 || seen < 30 {
		t.Errorf("%d frames of ten seconds' nothing were decoded", seen)
	}
	seen = 0
	if show(code, 1); seen != 1 || taken != 1 {
		t.Errorf("the first frame of a code is told of %d times and gives %d scans", seen, taken)
	}
	show(code, 10*liveFPS)
	seen = 0
	if show(code, 10*liveFPS); seen > 50 || seen < 30 || taken != 1 {
		t.Errorf("of a code that lies there %d frames of ten seconds were decoded, and it gave %d scans", seen, taken)
	}
}
