package station

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
)

// TestKilledWhileScanning: whoever stands there when the program comes back is
// told that what was shown is kept, until the next scan; a program that ended by
// itself, or was killed when nobody scanned, says nothing.
func TestKilledWhileScanning(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		told := func(s *Station) bool { return slices.Contains(s.State().Faults, scanner.FaultInterrupted) }
		kill := func(stop func()) { // the mark stays, as after a kill
			t.Helper()
			stop()
			s := r.open(nil)
			if err := s.store.PutSetting(settingRunning, []byte{1}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		start := func() (*Station, func()) {
			t.Helper()
			s := r.open(nil)
			stop := r.run(s)
			synctest.Wait()
			return s, stop
		}

		s, stop := start()
		r.typed(s, refused)
		if b, err := s.store.Setting(settingRunning); err != nil || b == nil {
			t.Errorf("it runs, and the mark is %v, %v", b, err)
		}
		kill(stop)
		s, stop = start()
		if !told(s) || s.State().Size != 1 {
			t.Errorf("after a kill: %v", s.State().Faults)
		}
		r.typed(s, refused)
		if told(s) {
			t.Error("after the next scan it is still said")
		}

		kill(stop)
		s, stop = start()
		time.Sleep(justNow + time.Second)
		if told(s) {
			t.Error("it is said for ever")
		}
		kill(stop)
		s, stop = start()
		if told(s) {
			t.Error("nobody was scanned when it was killed")
		}
		r.typed(s, refused)
		stop()
		s, stop = start()
		if told(s) {
			t.Error("it ended by itself")
		}
		stop()
		r.exactlyOnce(3, func(int) string { return refused })
	})
}
