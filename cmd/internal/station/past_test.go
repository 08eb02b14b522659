package station

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chot/cmd/internal/keystore"
	"chot/cmd/internal/stick"
	"chot/sync/uplink"
)

// another makes the rig's device one that begins anew, with n scans of the one
// before in past/, and returns its folder there.
func (r *rig) another(n int) string {
	r.t.Helper()
	s := r.open(func(o *Options) { o.Offline = true })
	id := s.id.key.ID()
	for range n {
		r.typed(s, nobody)
	}
	if err := s.Close(); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Remove(r.path("device", "keeper", "file.key")); err != nil {
		r.t.Fatal(err)
	}
	r.enrol()
	return r.path("device", pastFolder, id)
}

// The journal of a device before goes when the hub has signed for all of it and
// the retention is over; that it was exported, or receipted in part, is not enough,
// however long it waits.
func TestPastJournalGoes(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		past := r.another(3)
		stop := r.run(r.open(func(o *Options) { o.Offline = true }))
		const day = 24 * time.Hour
		time.Sleep(60 * day)
		stop()
		bundles, n := r.carry(past)
		if n != 3 || len(bundles) != 1 {
			t.Fatalf("after 60 days %d of 3 scans are there", n)
		}
		receipt, err := r.hub.Take(t.Context(), bundles[0])
		if err != nil {
			t.Fatal(err)
		}
		c, err := OpenCarrier(past, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := uplink.Import(c.Journal, c.Device, c.Hub, receipt); err != nil {
			t.Fatal(err)
		}
		if err := c.Journal.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute) // off the hour
		stop = r.run(r.open(func(o *Options) { o.Offline = true }))
		time.Sleep(20 * day)
		if len(Past(r.device())) != 1 {
			t.Error("it went before the retention was over: a hub that lost it could not ask again")
		}
		time.Sleep(2 * day)
		stop()
		if _, err := os.Stat(past); !os.IsNotExist(err) {
			t.Errorf("it is still there: %v", err)
		}
	})
}

// What is not provably the hub's stays: entries without a receipt, a cursor that
// moved without the hub's signature, a journal that cannot be read; and a folder
// that holds more than a station has put there.
func TestPastJournalStays(t *testing.T) {
	r := newRig(t)
	later := time.Now().Add(365 * 24 * time.Hour)
	for name, change := range map[string]func(past string){
		"nothing receipted": func(string) {},
		"no signature": func(past string) {
			c, err := OpenCarrier(past, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Journal.Acknowledge(2, []byte("not a receipt"), time.Now()); err != nil {
				t.Fatal(err)
			}
			if err := c.Journal.Close(); err != nil {
				t.Fatal(err)
			}
		},
		"damaged": func(past string) {
			if err := os.Truncate(journalPath(past), 5000); err != nil {
				t.Fatal(err)
			}
		},
	} {
		past := r.another(2)
		change(past)
		s := r.open(func(o *Options) { o.Offline = true })
		s.clearPast(later)
		if _, err := os.Stat(journalPath(past)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}

	empty := r.another(0) // the control
	stranger := filepath.Join(empty, "note.txt")
	if err := os.WriteFile(stranger, []byte("of a technician"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := r.open(func(o *Options) { o.Offline = true })
	defer s.Close()
	s.clearPast(later)
	if _, err := os.Stat(journalPath(empty)); !os.IsNotExist(err) {
		t.Errorf("an empty journal stays: %v", err)
	}
	if _, err := os.Stat(stranger); err != nil {
		t.Error(err)
	}
}

// However the power is cut while a journal is removed, the next round finishes it,
// and exporting goes on meanwhile.
func TestPastRemovedCutAtEveryStep(t *testing.T) {
	r := newRig(t)
	n := 0
	for done := false; !done; n++ {
		past := r.another(0)
		if err := r.open(nil).Close(); err != nil {
			t.Fatal(err)
		}
		left := n
		f := keystore.Folder{Path: past, Before: func(string) error {
			if left--; left < 0 {
				return errCut
			}
			return nil
		}}
		_, _, err := clearJournal(f, time.Now())
		done = err == nil
		carried(t, r.device())
		s := r.open(func(o *Options) { o.Offline = true })
		s.clearPast(time.Now())
		if _, err := os.Stat(past); !os.IsNotExist(err) {
			t.Errorf("after a cut at step %d: %v", n, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n < 8 {
		t.Errorf("there were %d steps only", n)
	}
}

// A journal that somebody carries is looked after another time.
func TestPastInUse(t *testing.T) {
	r := newRig(t)
	past := r.another(0)
	s := r.open(func(o *Options) { o.Offline = true })
	defer s.Close()
	c, err := OpenCarrier(past, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.clearPast(time.Now())
	if _, err := os.Stat(journalPath(past)); err != nil {
		t.Error(err)
	}
	if _, err := c.Journal.Setting("still open"); err != nil {
		t.Error(err)
	}
	if err := c.Journal.Close(); err != nil {
		t.Fatal(err)
	}
	s.clearPast(time.Now())
	if _, err := os.Stat(past); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// A journal of a device before that cannot be read keeps back no other scans.
func TestDamagedPast(t *testing.T) {
	r := newRig(t)
	for range 2 {
		s := r.open(func(o *Options) { o.Offline = true })
		r.typed(s, nobody)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(r.path("device", "keeper", "file.key")); err != nil {
			t.Fatal(err)
		}
		r.enrol()
	}
	past := Past(r.device())
	if len(past) != 2 {
		t.Fatalf("put aside: %v", past)
	}
	if err := os.Truncate(journalPath(past[0]), 5000); err != nil {
		t.Fatal(err)
	}
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	onto, err := stick.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer onto.Close()
	if _, n, err := s.ExportTo(onto, nil); n != 2 || err == nil || !strings.Contains(err.Error(), filepath.Base(past[0])) {
		t.Errorf("%d of 2 scans are exported, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := OpenCarriers(r.device(), Options{})
	if err == nil || all.Unsent() != 2 {
		t.Errorf("%d of 2 scans are carried, %v", all.Unsent(), err)
	}
	if err := all.Close(); err != nil {
		t.Error(err)
	}
}
