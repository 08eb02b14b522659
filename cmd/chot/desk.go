package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick"
	"chot/scanner"
	"chot/store"
	"chot/ui"
)

// A desk carries out what the window orders of a station at work. What may
// take long runs beside it, as an errand, and is waited for at the end.
type desk struct {
	*kiosk
	station *station.Station
	ctx     context.Context
	errands sync.WaitGroup
	looking atomic.Bool // for sticks
}

// serve carries out orders until the station ends, or an enrolment was
// confirmed, for which no station may run.
func (d *desk) serve(ended <-chan error) (enrol bool, err error) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case err := <-ended:
			return false, err
		case <-second.C:
			d.model.Start() // it has run for a while: nothing stopped it at once
			d.sticks()
			if d.shown() == ui.ListsScreen {
				d.bridge.lists(d.station)
				d.invalidate()
			}
		case w := <-d.work:
			if _, ok := w.(ui.Enrol); ok && d.mayLeaveHub() {
				return true, nil
			}
			d.do(w)
		}
	}
}

// do carries one order out.
func (d *desk) do(w any) {
	switch w := w.(type) {
	case scanner.Payload:
		d.station.Submit(d.ctx, w)
	case ui.PassageChanged:
		d.station.SetPassage(w.Passage)
	case ui.JudgeAgain:
		if p, ok := d.judgedLast(w.ID); ok {
			d.station.Again(d.ctx, p)
		}
	case ui.CheckPIN:
		d.errands.Go(func() { d.checkPIN(w) })
	case ui.KeepLock: // the station counts by itself, over restarts
	case ui.HandOver:
		if err := d.station.HandOver(d.ctx, w.To); err != nil {
			d.log.Error("shift not handed over", "err", err)
		}
		d.bridge.state(d.station.State())
	case ui.KeepPreferences:
		d.prefer(w.Preferences)
	case ui.Showing:
		d.shows(w.Screen)
		d.sticks()
		d.bridge.lists(d.station)
		d.bridge.state(d.station.State())
	case ui.TestSource:
		d.test(w)
		d.station.Testing(d.tested())
	case ui.ReadEnrolment:
		d.readEnrolment(w.On)
	case ui.Refresh:
		d.station.Refresh()
	case ui.Export:
		d.errands.Go(func() { d.export(w.Stick) })
	case ui.FetchLists:
		d.errands.Go(func() { d.fetch(w.Offer) })
	case ui.CheckJournal:
		d.errands.Go(d.check)
	case ui.PlaySound:
		d.station.Hear(w.Outcome)
		d.hand.verdict(scanner.Verdict{Outcome: w.Outcome})
	}
	d.invalidate()
}

func (d *desk) checkPIN(w ui.CheckPIN) {
	operator := ""
	if w.Gate == ui.HandoverGate {
		operator = w.Operator
	}
	a := d.station.TryPIN(d.ctx, operator, w.PIN)
	now := time.Now()
	d.model.PINChecked(now, w.Attempt, a.OK)
	if !a.OK {
		d.model.SetLock(lock(a, now))
	}
	d.invalidate()
}

func (d *desk) prefer(p ui.Preferences) {
	d.hand.feel(p.Vibrate)
	err := d.station.SetPreferences(station.Preferences{
		Language: p.Language, Preset: p.Preset.String(), Large: p.Large, Volume: p.Volume, Spoken: p.Spoken, Vibrate: p.Vibrate,
	})
	if err != nil {
		d.log.Error("preferences not kept", "err", err)
	}
}

// sticks looks for sticks while a screen shows them. One that answers slowly, or
// not at all, must not hold up a scan, so that it is an errand; one at a time.
func (d *desk) sticks() {
	screen := d.shown()
	if screen != ui.ExportScreen && screen != ui.ListsScreen && screen != ui.FetchScreen || !d.looking.CompareAndSwap(false, true) {
		return
	}
	d.errands.Go(func() {
		defer d.looking.Store(false)
		mounted := stick.Mounted()
		if screen == ui.ExportScreen {
			var all []ui.Stick
			for _, s := range mounted {
				all = append(all, ui.Stick{ID: s.Path, Name: s.Name, Free: s.Free, ReadOnly: s.ReadOnly})
			}
			d.model.SetSticks(all)
		} else {
			d.model.SetOffers(offers(mounted))
		}
		d.invalidate()
	})
}

// export writes what no hub has to a stick.
func (d *desk) export(to string) {
	var task ui.Task
	tell := func(done, total uint64) {
		task = ui.Task{State: ui.TaskRunning, Done: int64(done), Total: int64(total)}
		d.model.SetExport(task)
		d.invalidate()
	}
	tell(0, d.station.State().Stats.Unsent())
	files, err := d.exportTo(to, tell)
	task.State = ui.TaskDone
	if len(files) > 0 {
		task.Note = filepath.Join(to, files[len(files)-1])
	}
	if err != nil {
		d.log.Error("export", "err", err)
		task.State, task.Failure = ui.TaskFailed, stickFailure(err, to)
	}
	d.model.SetExport(task)
	d.invalidate()
}

func (d *desk) exportTo(to string, tell func(done, total uint64)) (names []string, err error) {
	onto, err := stick.Open(to)
	if err != nil {
		return nil, err
	}
	defer onto.Close()
	// Without a stick its mount point is an ordinary folder, on the device's own
	// drive. Looked at after it was opened: it may be pulled out any time.
	if !plugged(to) {
		return nil, stick.ErrGone
	}
	if err := onto.There(); err != nil {
		return nil, err
	}
	names, _, err = d.station.ExportTo(onto, tell)
	return names, err
}

// stickFailure is how an export that failed shows on the screen.
func stickFailure(err error, path string) ui.Failure {
	_, gone := os.Stat(path)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ui.StickFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return ui.StickReadOnly
	case gone != nil, errors.Is(err, stick.ErrGone), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO), errors.Is(err, fs.ErrNotExist):
		return ui.StickGone
	}
	return ui.StickBroken
}

// check reads the whole journal and compares it with its signed head.
func (d *desk) check() {
	var task ui.Task
	var drawn time.Time
	err := d.station.Verify(func(done, total uint64) {
		task = ui.Task{State: ui.TaskRunning, Done: int64(done), Total: int64(total)}
		if now := time.Now(); now.Sub(drawn) >= 100*time.Millisecond {
			drawn = now
			d.model.SetJournalCheck(task)
			d.invalidate()
		}
	})
	task.State = ui.TaskDone
	switch {
	case err == nil:
		task.Note = fingerprint(d.station.Head())
	case errors.Is(err, store.ErrAltered), errors.Is(err, store.ErrDamaged):
		task.State, task.Failure = ui.TaskFailed, ui.JournalDamaged
	default:
		task.State, task.Failure = ui.TaskFailed, ui.JournalUnread
	}
	if err != nil {
		d.log.Error("journal check", "err", err)
	}
	d.model.SetJournalCheck(task)
	d.invalidate()
}

// fingerprint is a text's digest in groups that two people can compare.
func fingerprint(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	sum := sha256.Sum256(text)
	return groups(hex.EncodeToString(sum[:8]))
}

func groups(hex string) (s string) {
	for i := 0; i < len(hex); i += 4 {
		s += fmt.Sprintf(" %s", hex[i:min(i+4, len(hex))])
	}
	return s[min(1, len(s)):]
}

// shows notes the screen in front of the operator.
func (k *kiosk) shows(s ui.Screen) {
	k.mu.Lock()
	k.showing = s
	k.mu.Unlock()
}

func (k *kiosk) shown() ui.Screen {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.showing
}
