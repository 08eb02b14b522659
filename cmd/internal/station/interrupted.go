package station

import (
	"context"
	"time"

	"chot/scanner"
)

// settingRunning is there while a station runs: one that finds it at its start
// follows one that was killed.
const settingRunning = "running"

// justNow is how long before the start the last scan must have been for the kill
// to concern whoever stands there. Android ends programs that nobody looks at as
// it likes.
const justNow = 2 * time.Minute

// mark notes that the station runs, and says so when the one before was killed
// while it scanned. The first scan that is kept, or some minutes, end that.
func (s *Station) mark(ctx context.Context) error {
	before, err := s.store.Setting(settingRunning)
	if err == nil && before == nil {
		err = s.store.PutSetting(settingRunning, []byte{1})
	}
	if err != nil {
		s.log.Warn("start not noted", "err", err) // the journal itself says when it fails
	}
	if before != nil && s.scannedWithin(justNow) {
		s.fault("interrupted", scanner.FaultInterrupted)
		timer := time.NewTimer(justNow)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
			s.fault("interrupted", "")
		}
	}
	<-ctx.Done()
	if err := s.store.PutSetting(settingRunning, nil); err != nil {
		s.log.Warn("end not noted", "err", err)
	}
	return ctx.Err()
}

// scannedWithin reports whether the newest entry is not older than d.
func (s *Station) scannedWithin(d time.Duration) bool {
	size := s.store.Stats().Size
	if size == 0 {
		return false
	}
	now := s.clock.now()
	for e, err := range s.store.Entries(size - 1) {
		if err != nil {
			return false
		}
		if e.At.Trust == scanner.Doubtful || now.Trust == scanner.Doubtful {
			return e.At.Boot == now.Boot && now.Since-e.At.Since < d
		}
		ago := now.Wall.Sub(e.At.Wall)
		return ago >= 0 && ago < d
	}
	return false
}
