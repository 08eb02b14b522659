package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/store"
	"chot/ui"
)

// A desk carries out what the window orders of a station at work. What may
// take long runs beside it, as an errand, and is waited for at the end.
type desk struct {
	porter
	station *station.Station
	ctx     context.Context
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
		d.errands.Go(func() { d.export(w.Stick, d.station.State().Stats.Unsent()+uint64(d.bridge.left.Load()), d.station) })
	case ui.FetchLists:
		d.errands.Go(func() { d.fetch(w.Offer) })
	case ui.FetchReceipts:
		d.errands.Go(func() { d.fetchReceipts(w.Offer) })
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
