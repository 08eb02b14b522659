package station

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
	"chot/sync/wire"
)

// inBubble runs f in virtual time that begins in November 2026: a bubble's
// clock starts in 2000, when this program did not exist.
func inBubble(t *testing.T, f func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)))
		f(t, newRig(t))
	})
}

// TestHubAwayForDays has the hub away at the start, in the middle, and for
// five days; scanning never stops, and in the end every entry is at the hub
// exactly once and opens with the trace key.
func TestHubAwayForDays(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		numbers := []string{listed, nobody, refused}
		n := 0
		var s *Station
		scan := func(count int) {
			for range count {
				r.typed(s, numbers[n%len(numbers)])
				n++
				time.Sleep(time.Second)
			}
		}

		r.killHub() // away at the start
		s = r.open(nil)
		stop := r.run(s)
		r.expect(s, listed, scanner.Refer, scanner.ListMissing)
		n++
		scan(10)
		if st := s.State(); st.Acknowledged != 0 || st.Size != 11 || !slices.Contains(st.Faults, scanner.FaultHubAway) {
			t.Errorf("with the hub away: %+v", st)
		}

		r.startHub() // comes back by itself
		time.Sleep(5 * time.Minute)
		if st := s.State(); st.Acknowledged != 11 || st.List != "people" || len(st.Faults) != 0 {
			t.Errorf("after the hub came: %+v", st)
		}
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		n++
		r.expect(s, nobody, scanner.Refer, scanner.Absent)
		n++
		scan(9)

		r.killHub() // in the middle, and for five days
		for range 5 {
			scan(10)
			time.Sleep(24 * time.Hour)
		}
		st := s.State()
		if st.Size-st.Acknowledged < 50 || st.ListAge != roster.Stale {
			t.Errorf("after five days alone: %+v", st)
		}
		r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
		n++

		stop() // the device restarts too, still alone
		s = r.open(nil)
		stop = r.run(s)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		n++

		if _, err := r.authored.Refresh(time.Now()); err != nil {
			t.Fatal(err)
		}
		r.startHub()
		time.Sleep(30 * time.Minute)
		if st := s.State(); st.Acknowledged != uint64(n) || st.ListAge != roster.Fresh || len(st.Faults) != 0 {
			t.Errorf("after the hub came back: %+v, want %d receipted", st, n)
		}
		stop()
		r.exactlyOnce(n, func(i int) string {
			// the order in which the scans above were made
			switch {
			case i == 0 || i == 11 || i == n-1:
				return listed
			case i == 12:
				return nobody
			case i == n-2:
				return refused
			}
			return numbers[i%len(numbers)]
		})
	})
}

// TestNewListArrives publishes a version that names somebody new and drops
// somebody: the running station follows without a restart.
func TestNewListArrives(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(nil)
		stop := r.run(s)
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		r.expect(s, nobody, scanner.Refer, scanner.Absent)
		r.publish(2, nobody)
		time.Sleep(time.Hour)
		r.expect(s, listed, scanner.Refer, scanner.Absent)
		r.expect(s, nobody, scanner.Admit, scanner.Listed)
		if st := s.State(); st.ListVersion != 2 {
			t.Errorf("list version %d, want 2", st.ListVersion)
		}
		stop()
	})
}

// TestListGrowsOld leaves a device alone: its list turns stale, then expires,
// and then admits nobody.
func TestListGrowsOld(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(nil)
		stop := r.run(s)
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		r.killHub()
		for _, row := range []struct {
			alone   time.Duration
			fault   scanner.Fault
			outcome scanner.Outcome
			reason  scanner.Reason
		}{
			{25 * time.Hour, scanner.FaultListStale, scanner.Admit, scanner.Listed},
			{7 * 24 * time.Hour, scanner.FaultListExpired, scanner.Refer, scanner.ListExpired},
		} {
			time.Sleep(row.alone)
			r.expect(s, listed, row.outcome, row.reason)
			time.Sleep(time.Hour) // faults that follow from time are looked at every hour
			if st := s.State(); !slices.Contains(st.Faults, row.fault) {
				t.Errorf("after %v: faults %v, want %v", row.alone, st.Faults, row.fault)
			}
		}
		stop()
	})
}

// TestClockIn1970 starts a device whose clock battery died: nobody is admitted
// on a date it cannot know, a forgery is still refused, scans are kept and
// sent, and the clock is named as the fault.
func TestClockIn1970(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(nil)
		stop := r.run(s)
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		stop()

		s = r.open(func(o *Options) { o.Wall = func() time.Time { return time.Unix(3600, 0) } })
		stop = r.run(s)
		r.expect(s, listed, scanner.Refer, scanner.ClockDoubtful)
		r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
		forged, err := credential.Issue(credential.Pass{ID: listed, Name: "Nguyễn Thị Ví Dụ", Birth: credential.Birth{Year: 1990, Month: 1, Day: 15}, Issuer: "rig", StatusIndex: -1,
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IssuedAt: time.Now()}, forger(), r.keyID)
		if err != nil {
			t.Fatal(err)
		}
		if v := s.Submit(t.Context(), scanner.Payload{Bytes: []byte(forged), Input: "serial"}).Verdict; v.Outcome != scanner.Refuse || v.Reason != scanner.Forged {
			t.Errorf("a forged pass: %v %v", v.Outcome, v.Reason)
		}
		time.Sleep(10 * time.Minute)
		st := s.State()
		if !slices.Contains(st.Faults, scanner.FaultClock) || st.Acknowledged != 4 || st.Now.Trust != scanner.Doubtful {
			t.Errorf("state %+v", st)
		}
		stop()
	})
}

// TestForeignFolder mixes one device's grant with another's key and journal.
func TestForeignFolder(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(nil)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		other, err := wire.GenerateDeviceKey()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(r.path("device", keyFile), []byte(other.Private()+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = Open(r.device(), Options{})
		if err == nil || !strings.Contains(err.Error(), "put the right device.key back") {
			t.Errorf("another device's key: %v", err)
		}
	})
}

func TestNotEnrolled(t *testing.T) {
	if _, err := Open(t.TempDir(), Options{}); !errors.Is(err, ErrNotEnrolled) {
		t.Errorf("got %v", err)
	}
}

// TestRunEndsWithItsContext: nothing is left behind when the program is told
// to end, hub or no hub.
func TestRunEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for range 2 {
			s := r.open(nil)
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			if err := s.Run(ctx); err != nil {
				t.Errorf("Run: %v", err)
			}
			cancel()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			r.killHub()
			r.startHub()
		}
	})
}

// TestQuietStart: a new device with nothing to send and nothing wrong says so,
// and shows no fault on its way to the first scan's receipt.
func TestQuietStart(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		var seen []scanner.Fault
		s := r.open(func(o *Options) {
			o.Observe = func(e Event) {
				if c, ok := e.(Changed); ok {
					seen = append(seen, c.State.Faults...)
				}
			}
		})
		if err := s.FetchLists(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		seen = nil // before the first list there was none, and it said so
		stop := r.run(s)
		time.Sleep(time.Hour)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		time.Sleep(time.Hour)
		if st := s.State(); st.Acknowledged != 1 {
			t.Errorf("state %+v", st)
		}
		stop()
		if len(seen) > 0 {
			t.Errorf("faults were shown: %v", seen)
		}
	})
}
