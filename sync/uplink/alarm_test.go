package uplink

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

func (r *rig) inOrder() []string { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.order) }

// hit adds watch-list hits at log indexes.
func (r *rig) hits(n int, at ...int) {
	for i := range n {
		if seq := r.log.Size(); slices.Contains(at, i) {
			r.log.Append(wiretest.Hit(seq))
		} else {
			r.log.Append(wiretest.Entry(seq, ""))
		}
	}
}

// TestAlarmsGoFirst: hits that would wait behind the first bundle are there
// before it; the run follows in the log's order, with the hits in it, and only
// its receipts move the cursor.
func TestAlarmsGoFirst(t *testing.T) {
	bubble(t, func(r *rig) {
		r.hits(5000, 3, 3000, 4999)
		r.set(func(w http.ResponseWriter, b wire.Bundle) {
			if r.log.Cursor() != b.From {
				t.Errorf("the cursor is at %d before the run from %d", r.log.Cursor(), b.From)
			}
			r.honest(w, b)
		})
		stopServer := r.listen(0)
		defer stopServer()
		changed, stop := r.run()
		time.Sleep(time.Second)
		synctest.Wait()
		order := r.inOrder()
		if len(order) < 4 || order[0] != "alarm 3000" || order[1] != "alarm 4999" || !strings.HasPrefix(order[2], "run 0-") {
			t.Errorf("order: %v", order)
		}
		next := uint64(0)
		for _, b := range r.sent() {
			if b.From != next {
				t.Errorf("a run from %d, want %d", b.From, next)
			}
			next = b.To()
		}
		if len(order) != 2+len(r.sent()) {
			t.Errorf("an alarm went twice, or hit 3 did not go with its run: %v", order)
		}
		// With nothing waiting, a hit goes with its run at once.
		r.hits(1, 0)
		changed <- struct{}{}
		synctest.Wait()
		if last := r.inOrder()[len(r.inOrder())-1]; last != "run 5000-5001" {
			t.Errorf("the last was %s", last)
		}
		r.all()
		stop()
	})
}

// TestAlarmsBlockNothing: whatever a hub answers to an alarm, everything is
// delivered with its run.
func TestAlarmsBlockNothing(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, wire.Alarm){
		"an older hub":       func(w http.ResponseWriter, _ wire.Alarm) { wire.NewProblem(wire.NotFound).Answer(w) },
		"trouble of its own": func(w http.ResponseWriter, _ wire.Alarm) { wire.NewProblem(wire.Internal).Answer(w) },
		"a refusal":          func(w http.ResponseWriter, _ wire.Alarm) { wire.NewProblem(wire.Inconsistent).Answer(w) },
	} {
		bubble(t, func(r *rig) {
			r.alarm = answer
			r.hits(3000, 2500, 2600)
			stopServer := r.listen(0)
			defer stopServer()
			_, stop := r.run()
			time.Sleep(time.Second)
			synctest.Wait()
			alarms := 0
			for _, what := range r.inOrder() {
				if strings.HasPrefix(what, "alarm") {
					alarms++
				}
			}
			if alarms == 0 || name == "an older hub" && alarms != 1 || alarms > 2 {
				t.Errorf("%s: %d alarms were tried", name, alarms)
			}
			r.all()
			stop()
		})
	}
	// A page instead of an answer is a fault, as it would be for a bundle.
	bubble(t, func(r *rig) {
		r.alarm = func(w http.ResponseWriter, _ wire.Alarm) { io.WriteString(w, "<html>") }
		r.hits(3000, 2500)
		stopServer := r.listen(0)
		defer stopServer()
		_, stop := r.run()
		time.Sleep(time.Second)
		synctest.Wait()
		r.stuck(0, scanner.FaultHubNotOurs)
		stop()
	})
}

// TestAlarmOpens: an alarm brings its segment's encapsulation while the hub
// has it not, and a hub of a version that cannot read that is sent it without.
func TestAlarmOpens(t *testing.T) {
	for _, older := range []bool{false, true} {
		bubble(t, func(r *rig) {
			e, err := scanner.ParseEntry(wiretest.Entry(0, ""))
			if err != nil {
				t.Fatal(err)
			}
			e.Encapsulation = make([]byte, 1120)
			opens, err := e.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			var with, without []uint64
			r.alarm = func(w http.ResponseWriter, a wire.Alarm) {
				if a.Encapsulation != nil {
					with = append(with, a.Index)
					if older {
						wire.NewProblem(wire.BadBundle).Answer(w)
						return
					}
				} else {
					without = append(without, a.Index)
				}
				w.Header().Set("Content-Type", wire.AlarmType)
				_, _ = w.Write(a.Taken())
			}
			r.log.Append(opens)
			r.hits(900, 800, 850)
			stopServer := r.listen(0)
			defer stopServer()
			_, stop := r.run()
			defer stop()
			time.Sleep(time.Second)
			synctest.Wait()
			r.all()
			if got, want := fmt.Sprint(with, without), map[bool]string{false: "[801 851] []", true: "[801] [801 851]"}[older]; got != want {
				t.Errorf("older %v: with and without %s, want %s", older, got, want)
			}
		})
	}
}

// TestAlarmCutsAPauseShort: at a hub that was away, a plain scan waits for the
// next attempt and a hit does not.
func TestAlarmCutsAPauseShort(t *testing.T) {
	bubble(t, func(r *rig) {
		r.log.Add(1)
		changed, stop := r.run()
		defer stop()
		time.Sleep(20 * time.Minute) // long enough for the longest pause
		synctest.Wait()
		for r.state().Phase != Waiting || time.Until(r.state().Next) < 40*time.Second {
			time.Sleep(5 * time.Second)
			synctest.Wait()
		}
		stopServer := r.listen(0)
		defer stopServer()
		r.log.Add(1)
		changed <- struct{}{}
		synctest.Wait()
		time.Sleep(time.Second)
		if len(r.inOrder()) != 0 {
			t.Errorf("a plain scan hurried: %v", r.inOrder())
		}
		r.hits(1, 0)
		changed <- struct{}{}
		synctest.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		if order := r.inOrder(); len(order) == 0 || r.log.Cursor() != 3 {
			t.Errorf("a hit waited: %v, the cursor is at %d", order, r.log.Cursor())
		}
	})
}
