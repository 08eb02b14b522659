package uplink

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

func TestSendsWhatThereIs(t *testing.T) {
	bubble(t, func(r *rig) {
		defer r.listen(0)()
		r.log.Add(3)
		changed, stop := r.run()
		defer stop()
		synctest.Wait()
		r.all()
		r.log.Add(2)
		changed <- struct{}{}
		synctest.Wait()
		r.all()
		if b := r.sent(); len(b) != 2 || b[0].From != 0 || len(b[0].Entries) != 3 || b[1].From != 3 || len(b[1].Entries) != 2 {
			t.Errorf("sent %d bundles, not the two expected", len(b))
		}
		if s := r.state(); s.Acknowledged != 5 || !s.Receipt.Equal(time.Now().Truncate(time.Second)) {
			t.Errorf("state %+v", s)
		}
	})
}

func TestSignOfLife(t *testing.T) {
	bubble(t, func(r *rig) {
		defer r.listen(0)()
		_, stop := r.run()
		defer stop()
		time.Sleep(65 * time.Minute)
		synctest.Wait()
		r.all()
		n := len(r.sent())
		if n < 6 || n > 8 {
			t.Errorf("%d bundles in an hour and five minutes, want one each ten minutes", n)
		}
		if r.log.Seen().IsZero() {
			t.Error("the hub's time never reached the journal")
		}
	})
}

// Days without a hub, then a hub: nothing needs a switch, nothing is lost,
// and nobody was hammered.
func TestHubAwayForDays(t *testing.T) {
	bubble(t, func(r *rig) {
		r.log.Add(300)
		_, stop := r.run()
		defer stop()
		time.Sleep(3 * 24 * time.Hour)
		synctest.Wait()
		r.stuck(0, scanner.FaultHubAway)
		if next := time.Until(r.state().Next); next <= 0 || next > 2*time.Minute {
			t.Errorf("the next attempt is in %v", next)
		}
		r.mu.Lock()
		attempts := len(r.states) / 2
		r.mu.Unlock()
		if attempts > 3*24*61 {
			t.Errorf("%d attempts in three days", attempts)
		}
		defer r.listen(0)()
		time.Sleep(2*time.Minute + time.Second)
		synctest.Wait()
		r.all()
		if b := r.sent(); len(b) > 6 {
			t.Errorf("%d bundles for 300 entries", len(b))
		}
	})
}

// The hub took a batch, the answer was lost, and the device now cuts its
// batches differently: the hub repeats the receipt for its longer head.
func TestReceiptForLongerHead(t *testing.T) {
	bubble(t, func(r *rig) {
		defer r.listen(0)()
		r.log.Add(2000)
		r.set(func(w http.ResponseWriter, b wire.Bundle) {
			r.give(w, r.receipt(r.hub, max(b.To(), 1777)))
		})
		_, stop := r.run()
		defer stop()
		synctest.Wait()
		r.all()
		if b := r.sent(); len(b) < 2 || b[1].From != 1777 {
			t.Errorf("after the receipt for 1777 entries it sent from %d", b[1].From)
		}
	})
}

func TestGap(t *testing.T) {
	bubble(t, func(r *rig) {
		defer r.listen(0)()
		r.log.Add(500)
		changed, stop := r.run()
		defer stop()
		synctest.Wait()
		r.all()

		// The hub was restored from a backup and has 120 entries.
		have := uint64(120)
		r.set(func(w http.ResponseWriter, b wire.Bundle) {
			if b.From > have {
				p := wire.NewProblem(wire.Gap)
				p.Size = have
				p.Answer(w)
				return
			}
			have = b.To()
			r.honest(w, b)
		})
		r.log.Add(1)
		changed <- struct{}{}
		synctest.Wait()
		r.all()
		if have != 501 {
			t.Errorf("the hub has %d entries, want 501", have)
		}

		// A hub that answers gap whatever is sent is not obeyed for ever.
		before := len(r.sent())
		r.set(func(w http.ResponseWriter, b wire.Bundle) {
			p := wire.NewProblem(wire.Gap)
			p.Size = b.From / 2
			p.Answer(w)
		})
		r.log.Add(1)
		changed <- struct{}{}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(r.sent()) - before; n > 40 {
			t.Errorf("%d bundles in ten minutes", n)
		}
		if s := r.state(); s.Fault != scanner.FaultHubRefuses {
			t.Errorf("fault %q", s.Fault)
		}
	})
}

// A device that has purged what a restored hub lacks goes back to the first
// entry it holds and shows how it came there; a hub of a version before cannot
// read that, and everything stays unsent; another hub is shown nothing.
func TestGapAfterPurge(t *testing.T) {
	bubble(t, func(r *rig) {
		defer r.listen(0)()
		r.log.Add(500)
		changed, stop := r.run()
		defer stop()
		synctest.Wait()
		r.all()
		r.log.Purge(300)
		_, frontier, receipt, _ := r.log.Base()

		have, old := uint64(120), true
		var shown []wire.Bundle
		r.set(func(w http.ResponseWriter, b wire.Bundle) {
			switch {
			case b.Receipt != nil && old:
				wire.NewProblem(wire.BadBundle).Answer(w)
				return
			case b.Receipt != nil:
				shown = append(shown, b)
			case b.From > have:
				p := wire.NewProblem(wire.Gap)
				p.Size = have
				p.Answer(w)
				return
			}
			have = b.To()
			r.honest(w, b)
		})
		before := len(r.sent())
		r.log.Add(1)
		changed <- struct{}{}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if s := r.state(); s.Fault != scanner.FaultHubRefuses || !strings.Contains(s.Err.Error(), "update the hub") {
			t.Errorf("at an old hub: %v, %v", s.Fault, s.Err)
		}
		if n := len(r.sent()) - before; have != 120 || r.log.Cursor() != 300 || n > 60 {
			t.Errorf("at an old hub: %d entries there, cursor %d, %d bundles in ten minutes", have, r.log.Cursor(), n)
		}
		r.mu.Lock()
		old = false
		r.mu.Unlock()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if len(shown) != 1 || shown[0].From != 300 || !bytes.Equal(shown[0].Frontier, frontier) || !bytes.Equal(shown[0].Receipt, receipt) {
			t.Errorf("shown %d times", len(shown))
		}
		if have != 501 || r.log.Cursor() != 501 {
			t.Errorf("the hub is at %d, the cursor at %d", have, r.log.Cursor())
		}
		if v := r.log.Violations(); len(v) > 0 {
			t.Error(v)
		}
	})
}

// A receipt of another hub's is shown to nobody: the device was moved.
func TestBaseOfAnotherHub(t *testing.T) {
	bubble(t, func(r *rig) {
		r.log.Add(20)
		other, err := wire.GenerateHubKey()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			key  wire.HubKey
			size uint64
			ok   bool
		}{{other, 10, false}, {r.hub, 10, true}} {
			head, err := wire.OpenHead(r.log.Head(c.size), r.log.Key.Verifier())
			if err != nil {
				t.Fatal(err)
			}
			text, err := wire.Cosign(c.key, head, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			r.log.Hub = c.key.Verifier()
			if err := r.log.Acknowledge(c.size, text, time.Now()); err != nil {
				t.Fatal(err)
			}
			r.log.Purge(5)
			if b, ok := r.uplink.baseOf(); ok != c.ok || ok && b.first != 5 {
				t.Errorf("shown: %v, want %v", ok, c.ok)
			}
		}
		r.log.Purge(11) // beyond the receipt
		if _, ok := r.uplink.baseOf(); ok {
			t.Error("a receipt for less is shown")
		}
	})
}

func TestBatches(t *testing.T) {
	bubble(t, func(r *rig) {
		defer r.listen(0)()
		r.log.Add(20_000)
		// The hub takes little at a time: half, half again, then all of it.
		r.set(func(w http.ResponseWriter, b wire.Bundle) {
			if len(b.Entries) > 50 {
				wire.NewProblem(wire.TooLarge).Answer(w)
				return
			}
			r.honest(w, b)
		})
		_, stop := r.run()
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		r.all()

		// A link that cuts every long answer off makes the batches smaller.
		r.set(func(w http.ResponseWriter, b wire.Bundle) {
			if len(b.Entries) > 100 {
				panic(http.ErrAbortHandler)
			}
			r.honest(w, b)
		})
		r.log.Add(2000)
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		r.all()

		// And a good one makes them larger again.
		r.set(nil)
		before := len(r.sent())
		r.log.Add(20_000)
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		r.all()
		if n := len(r.sent()) - before; n > 40 {
			t.Errorf("%d bundles for 20,000 entries", n)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	bubble(t, func(r *rig) {
		defer r.listen(0)()
		r.set(func(w http.ResponseWriter, _ wire.Bundle) {
			p := wire.NewProblem(wire.SlowDown)
			p.Retry = 300
			p.Answer(w)
		})
		r.log.Add(1)
		_, stop := r.run()
		defer stop()
		time.Sleep(29 * time.Minute)
		synctest.Wait()
		if n := len(r.sent()); n < 5 || n > 6 {
			t.Errorf("%d attempts in 29 minutes though the hub asked for five between them", n)
		}
	})
}

// A journal that fails, or is another device's, is reported and not sent.
func TestJournalTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		journal func(*rig) Journal
		want    scanner.Fault
	}{
		"fails":            {func(r *rig) Journal { return broken{r.log, nil} }, scanner.FaultJournal},
		"another device's": {func(r *rig) Journal { l := wiretest.NewLog(); l.Add(5); return l }, scanner.FaultJournalForeign},
		"short head":       {func(r *rig) Journal { return broken{r.log, func(size uint64) []byte { return r.log.Head(size - 1) }} }, scanner.FaultJournal},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				defer r.listen(0)()
				r.log.Add(5)
				r.uplink.Journal = c.journal(r)
				_, stop := r.run()
				defer stop()
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				r.stuck(0, c.want)
				if len(r.sent()) > 0 {
					t.Error("something was sent")
				}
			})
		})
	}
}

type broken struct {
	*wiretest.Log
	head func(uint64) []byte
}

func (b broken) Unsent(limit int) (uint64, [][]byte, []byte, error) {
	if b.head == nil {
		return 0, nil, nil, errors.New("input/output error")
	}
	from, entries, _, err := b.Log.Unsent(limit)
	return from, entries, b.head(from + uint64(len(entries))), err
}

// The checks above are not blind: an uplink that moves the cursor when it has
// sent, or that believes any hub's receipt, is found out.
func TestControls(t *testing.T) {
	other, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, cheat := range map[string]func(*rig){
		"cursor moved when sent": func(r *rig) { r.uplink.Journal = eager{r.log} },
		"another hub believed": func(r *rig) {
			r.uplink.HubKey = other.Verifier()
			r.set(func(w http.ResponseWriter, b wire.Bundle) { r.give(w, r.receipt(other, b.To())) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				defer r.listen(0)()
				r.set(func(w http.ResponseWriter, _ wire.Bundle) { io.WriteString(w, "<html>") })
				cheat(r)
				r.log.Add(3)
				_, stop := r.run()
				defer stop()
				time.Sleep(time.Minute)
				synctest.Wait()
				if r.log.Cursor() != 3 || len(r.log.Violations()) == 0 {
					t.Errorf("the cursor is at %d and nothing was noticed", r.log.Cursor())
				}
			})
		})
	}
}

type eager struct{ *wiretest.Log }

func (e eager) Unsent(limit int) (uint64, [][]byte, []byte, error) {
	from, entries, head, err := e.Log.Unsent(limit)
	e.SetCursor(from + uint64(len(entries)))
	return from, entries, head, err
}

func TestPause(t *testing.T) {
	p := pause{max: 2 * time.Minute}
	var longest time.Duration
	for i := range 10_000 {
		d := p.next(false)
		want := min(time.Second<<min(i, 30), p.max)
		if d < want/2 || d > want {
			t.Fatalf("pause %d is %v, want between half of and %v", i, d, want)
		}
		longest = max(longest, d)
	}
	if longest < 100*time.Second {
		t.Errorf("the longest of 10,000 pauses is %v: no jitter?", longest)
	}
	p.reset()
	if d := p.next(false); d > time.Second {
		t.Errorf("after a success the first pause is %v", d)
	}
}

func TestTroubleText(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", &Trouble{Fault: scanner.FaultHubAway, Err: io.ErrUnexpectedEOF})
	var tr *Trouble
	if !errors.As(err, &tr) || tr.Fault != scanner.FaultHubAway || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if troubleOf(errors.New("x")).Fault != scanner.FaultJournal {
		t.Error("a plain error is not the journal's")
	}
}
