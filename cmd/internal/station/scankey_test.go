package station

import (
	"context"
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"chot/camera/intent"
	"chot/scanner"
)

// An air is what a handheld's apps broadcast.
type air struct {
	maker string
	sent  chan []byte
}

func newAir(manufacturer string) *air { return &air{manufacturer, make(chan []byte)} }

func (a *air) Manufacturer() string { return a.maker }

func (a *air) Run(ctx context.Context, heard func([]byte)) error {
	for {
		select {
		case m := <-a.sent:
			heard(m)
			clear(m) // not theirs any more
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// send has an app broadcast and returns when it was taken.
func (a *air) send(b intent.Broadcast) { a.sent <- b.Append(nil); synctest.Wait() }

// The forms of three makers.
func newland(code string) intent.Broadcast {
	return intent.Broadcast{Action: "nlscan.action.SCANNER_RESULT", Extras: []intent.Extra{said("SCAN_BARCODE1", code), said("SCAN_STATE", "ok")}}
}
func seuic(code string) intent.Broadcast {
	return intent.Broadcast{Action: "com.android.server.scannerservice.broadcast", Extras: []intent.Extra{said("scannerdata", code)}}
}
func dataWedge(sender, code string) intent.Broadcast {
	return intent.Broadcast{Action: intent.OwnAction, Sender: sender, Extras: []intent.Extra{
		{Key: "com.symbol.datawedge.decode_data", Kind: intent.Bytes, Size: uint32(len(code)), Value: []byte(code)}}}
}
func said(key, value string) intent.Extra {
	return intent.Extra{Key: key, Kind: intent.Text, Size: uint32(len(value)), Value: []byte(value)}
}

const scanKeySource = "intent auto"

// onDevice opens a station with a scan key, and the air around it.
func (r *rig) onDevice(a *air, key *ScanKey) (*Station, func()) {
	r.t.Helper()
	s := r.open(func(o *Options) {
		o.Sources.Intents, o.Patient, o.Broadcasts, o.ScanKey = []string{"auto"}, true, a, key
	})
	stop := r.run(s)
	synctest.Wait()
	return s, stop
}

func cardOf(number string) string {
	return number + "|123456789|Nguyễn Thị Ví Dụ|15011990|Nữ|Ấp Đỗ Xá|01012022"
}

// TestScanKey: the device's own scan key needs nobody's leave, is a source like
// others, and stays enrolled; whoever else broadcasts is refused, counted and
// shown, and then forgotten.
func TestScanKey(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		a := newAir("Newland")
		s, stop := r.onDevice(a, nil)
		if st := s.State().Sources; len(st) != 1 || st[0].Up || st[0].Fault != "" || st[0].Kind != "intent" {
			t.Errorf("before the first scan: %+v", st)
		}
		a.send(seuic(cardOf(listed)))
		if st := s.State(); st.Size != 0 || !slices.Contains(st.Faults, scanner.FaultForeignScan) || st.Sources[0].Refused != 1 {
			t.Errorf("another app was first: %+v", st)
		}
		a.send(newland(cardOf(refused)))
		st := s.State()
		if st.Size != 1 || !st.Sources[0].Up || st.Sources[0].Maker != "Newland" || st.Sources[0].LastRead.IsZero() {
			t.Errorf("after a scan: %+v", st)
		}
		a.send(newland(cardOf(refused)))
		a.send(seuic(cardOf(refused))) // the same service in another's form
		if st := s.State(); st.Size != 1 || st.Sources[0].Refused != 1 {
			t.Errorf("told twice: %+v", st)
		}
		a.send(seuic(cardOf(listed)))
		if st := s.State(); st.Size != 1 || st.Sources[0].Refused != 2 {
			t.Errorf("another app: %+v", st)
		}
		time.Sleep(strangeFor + time.Second)
		if st := s.State(); slices.Contains(st.Faults, scanner.FaultForeignScan) || st.Sources[0].Refused != 2 {
			t.Errorf("it has been quiet since: %+v", st)
		}
		stop()

		a = newAir("alps") // what says who made it does not matter any more
		s, stop = r.onDevice(a, nil)
		defer stop()
		if st := s.State().Sources[0]; !st.Up || st.Maker != "Newland" {
			t.Errorf("after a restart: %+v", st)
		}
		a.send(newland(cardOf(listed)))
		if st := s.State(); st.Size != 2 {
			t.Errorf("a scan after a restart: %+v", st)
		}
	})
}

// TestScanKeyOfNobodysDevice: where the device does not say whose it is, the
// supervisor's test enrols who is heard, and nothing else does.
func TestScanKeyOfNobodysDevice(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		a := newAir("alps")
		s, stop := r.onDevice(a, nil)
		a.send(newland(cardOf(refused)))
		if st := s.State(); st.Size != 0 || !slices.Contains(st.Faults, scanner.FaultForeignScan) {
			t.Errorf("nobody is enrolled: %+v", st)
		}
		s.Testing("camera auto")
		a.send(newland(cardOf(refused)))
		if s.State().Sources[0].Maker != "" {
			t.Error("enrolled while a camera is tested")
		}
		var tested []string
		s.Divert(func(read Read) bool { tested = append(tested, read.Source+": "+string(read.Bytes)); return true })
		s.Testing(scanKeySource)
		empty := newland("")
		a.send(empty)
		if s.State().Sources[0].Maker != "" {
			t.Error("enrolled by what is no scan")
		}
		a.send(newland(cardOf(refused)))
		s.Testing("")
		s.Divert(nil)
		if want := []string{scanKeySource + ": " + cardOf(refused)}; !slices.Equal(tested, want) || s.State().Size != 0 {
			t.Errorf("the test read %q", tested)
		}
		time.Sleep(time.Minute)
		a.send(newland(cardOf(listed)))
		a.send(dataWedge("com.example.evil", cardOf(refused)))
		if st := s.State(); st.Size != 1 || st.Sources[0].Maker != "Newland" {
			t.Errorf("after the test: %+v", st)
		}
		stop()
	})
}

// TestScanKeyBeforeEnrolment: on a new device the hub's code is read with the
// scan key, and that is remembered when there is a journal.
func TestScanKeyBeforeEnrolment(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		var key ScanKey
		a := newAir("alps")
		ctx, cancel := context.WithCancel(t.Context())
		ended, read := make(chan error, 1), make(chan string, 1)
		o := Options{Sources: Sources{Intents: []string{"auto"}}, Broadcasts: a, ScanKey: &key}
		go func() { ended <- Look(ctx, DefaultConfig(), o, func(r Read) { read <- string(r.Bytes) }) }()
		synctest.Wait()
		a.send(newland("CHOT1:CODE"))
		if got := <-read; got != "CHOT1:CODE" {
			t.Errorf("read %q", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		s, stop := r.onDevice(a, &key)
		a.send(newland(cardOf(listed)))
		if st := s.State(); st.Size != 1 || len(st.Faults) > 0 && st.Faults[0] == scanner.FaultForeignScan {
			t.Errorf("%+v", st)
		}
		stop()
		s, stop = r.onDevice(a, nil) // another process
		if st := s.State().Sources[0]; st.Maker != "Newland" {
			t.Errorf("not kept: %+v", st)
		}
		stop()
	})
}

// TestRubbishOnTheAir: what another app sends in the enrolled maker's form and
// no code can hold is no scan, is shown, and what scans has not noticed.
func TestRubbishOnTheAir(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		a := newAir("SEUIC")
		var lost int
		s := r.open(func(o *Options) {
			o.Sources.Intents, o.Patient, o.Broadcasts = []string{"auto"}, true, a
			o.Observe = func(e Event) {
				if _, ok := e.(Lost); ok {
					lost++
				}
			}
		})
		stop := r.run(s)
		synctest.Wait()
		a.send(seuic(cardOf(refused)))
		for i, b := range []intent.Broadcast{
			{Action: seuic("").Action, Extras: []intent.Extra{{Key: "scannerdata", Kind: intent.Text, Size: 1 << 20}}}, // a megabyte
			{Action: "com.example.SCAN", Extras: []intent.Extra{said("scannerdata", "x")}},
			newland(cardOf(listed)),
		} {
			a.send(b)
			if st := s.State(); st.Size != 1 || st.Sources[0].Refused != uint64(i+1) || !slices.Contains(st.Faults, scanner.FaultForeignScan) {
				t.Errorf("rubbish %d: %+v", i, st)
			}
		}
		a.sent <- binary.BigEndian.AppendUint64(nil, 1<<63)
		a.sent <- make([]byte, 1<<20)
		synctest.Wait()
		if st := s.State(); st.Size != 1 || st.Sources[0].Refused != 5 {
			t.Errorf("not even a broadcast: %+v", st)
		}
		if lost != 0 {
			t.Errorf("%d scans lost", lost)
		}
		a.send(seuic("")) // the enrolled scanner's own mistake
		if lost != 1 || s.State().Sources[0].Refused != 5 {
			t.Errorf("an empty code: %d lost", lost)
		}
		a.send(seuic(cardOf(listed)))
		time.Sleep(time.Minute)
		if st := s.State(); st.Size != 2 || st.Acknowledged != 2 {
			t.Errorf("scanning on: %+v", st)
		}
		stop()
	})
}

// TestNoScanKeyHere: other systems say that they have none.
func TestNoScanKeyHere(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(func(o *Options) { o.Sources.Intents, o.Offline = []string{"auto"}, true })
		if err := s.Run(t.Context()); err == nil || err.Error() != intent.ErrUnsupported.Error() {
			t.Errorf("got %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = r.open(func(o *Options) { o.Sources.Intents, o.Patient, o.Offline = []string{"auto"}, true, true })
		stop := r.run(s)
		synctest.Wait()
		if st := s.State(); !slices.Contains(st.Faults, scanner.FaultNoSource) {
			t.Errorf("%+v", st)
		}
		stop()
	})
}
