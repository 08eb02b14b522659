package station

import (
	"context"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/roster"
)

// once runs one background round.
func (r *rig) once(n Network) Round {
	r.t.Helper()
	round, err := SyncOnce(r.t.Context(), r.device(), n, Options{Dial: r.net.Dial})
	if err != nil {
		r.t.Fatal(err)
	}
	return round
}

// alone scans in a station that reaches nobody, so that it waits.
func (r *rig) alone(numbers ...string) {
	r.t.Helper()
	s := r.open(func(o *Options) { o.Offline = true })
	for _, number := range numbers {
		r.typed(s, number)
		time.Sleep(time.Second)
	}
	if err := s.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// TestSyncOnce sends what waits and fetches the list, where no station runs;
// when all is done it costs nothing.
func TestSyncOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.alone(listed, nobody, refused)
		round := r.once(Network{})
		if round.Sent != 3 || round.Unsent != 0 || round.Fault != "" || round.Again || round.Yielded {
			t.Errorf("the first round: %+v", round)
		}
		s := r.open(func(o *Options) { o.Offline = true })
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if round = r.once(Network{}); round.Sent != 1 || round.Plan.Fetch || round.Again {
			t.Errorf("one more scan: %+v", round)
		}
		if round = r.once(Network{}); round.Bytes != 0 || round.Plan != (Work{}) {
			t.Errorf("nothing to do cost %+v", round)
		}
		time.Sleep(time.Hour)
		if round = r.once(Network{Metered: true}); round.Bytes != 0 || round.Plan.Fetch {
			t.Errorf("paid for a list that will do: %+v", round)
		}
		time.Sleep(21 * time.Hour) // of 24 until it is stale
		if round = r.once(Network{Metered: true}); !round.Plan.Fetch || round.Fault != "" || round.Bytes == 0 {
			t.Errorf("a list about to be stale: %+v", round)
		}
		r.exactlyOnce(4, func(i int) string { return []string{listed, nobody, refused, listed}[i] })
	})
}

// TestSyncOnceAway: a hub that is away costs three attempts and some seconds,
// and the round asks to be called again; nothing is lost.
func TestSyncOnceAway(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.alone(listed)
		r.killHub()
		began := time.Now()
		round := r.once(Network{})
		if round.Fault != scanner.FaultHubAway || !round.Again || round.Sent != 0 || round.Unsent != 1 {
			t.Errorf("the hub is away: %+v", round)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
		r.startHub()
		if round = r.once(Network{}); round.Sent != 1 || round.Again {
			t.Errorf("it is back: %+v", round)
		}
		r.exactlyOnce(1, func(int) string { return listed })
	})
}

// TestSyncOnceWithinItsBytes: on a paid link a round stays within its bytes,
// and each gets on where the one before stopped.
func TestSyncOnceWithinItsBytes(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		if round := r.once(Network{}); round.Fault != "" {
			t.Fatalf("%+v", round)
		}
		const n = 1500
		numbers := make([]string, n)
		for i := range numbers {
			numbers[i] = []string{listed, nobody, refused}[i%3]
		}
		r.alone(numbers...)
		const budget = 64 << 10
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		rounds, left := 0, uint64(n)
		for left > 0 {
			if rounds++; rounds > 20 {
				t.Fatalf("%d scans still wait after %d rounds", left, rounds)
			}
			m := &meter{dial: r.net.Dial}
			within, over := context.WithCancel(ctx)
			m.over, m.limit = over, budget
			s := r.open(func(o *Options) { o.Dial = m.Dial })
			s.sendOnce(within)
			now := s.store.Stats().Unsent()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			over()
			// A TLS record more may have been on its way.
			if used := m.used(); used > budget+17<<10 {
				t.Errorf("a round used %d bytes of %d", used, budget)
			}
			if now >= left {
				t.Fatalf("a round sent nothing: %d wait", now)
			}
			left = now
		}
		if rounds < 2 {
			t.Errorf("%d rounds: the limit was never reached", rounds)
		}
		r.exactlyOnce(n, func(i int) string { return numbers[i] })
	})
}

// TestSyncOnceYields: the station that somebody looks at has the journal. A
// round finds it taken and leaves; one under way ends for it.
func TestSyncOnceYields(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.alone(listed, nobody)
		s := r.open(func(o *Options) { o.Offline = true })
		if round := r.once(Network{}); !round.Yielded || round.Again || round.Bytes != 0 {
			t.Errorf("beside a station: %+v", round)
		}
		r.typed(s, refused)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}

		// The network takes the round's connection and never answers.
		hanging := make(chan struct{})
		var began atomic.Bool
		hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
			if began.CompareAndSwap(false, true) {
				close(hanging)
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
		ended := make(chan Round, 1)
		go func() {
			round, err := SyncOnce(context.Background(), r.device(), Network{}, Options{Dial: hang})
			if err != nil {
				t.Error(err)
			}
			ended <- round
		}()
		<-hanging
		before := time.Now()
		s = r.open(nil) // waits for the round, which ends at once
		if took := time.Since(before); took > time.Second {
			t.Errorf("the window waited %v", took)
		}
		if round := <-ended; !round.Yielded || round.Sent != 0 || round.Unsent != 3 {
			t.Errorf("the round: %+v", round)
		}
		stop := r.run(s)
		time.Sleep(time.Minute)
		if st := s.State(); st.Acknowledged != 3 {
			t.Errorf("%d receipted, want 3", st.Acknowledged)
		}
		stop()
		r.exactlyOnce(3, func(i int) string { return []string{listed, nobody, refused}[i] })
	})
}

// TestSyncOnceNotEnrolled: a device that belongs to nobody has nothing to do,
// and one whose folder is damaged says so.
func TestSyncOnceNotEnrolled(t *testing.T) {
	if round, err := SyncOnce(t.Context(), t.TempDir(), Network{}, Options{}); err != nil || round != (Round{}) {
		t.Errorf("%+v, %v", round, err)
	}
}

// TestAirplaneForWeeks: two weeks without a network. Scanning goes on, what
// the screen says grows with it, the retries are cheap, and nothing is lost.
func TestAirplaneForWeeks(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.alone()
		if round := r.once(Network{}); round.Fault != "" {
			t.Fatalf("%+v", round)
		}
		var dials atomic.Int64
		r.killHub()
		s := r.open(func(o *Options) {
			o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				dials.Add(1)
				return r.net.Dial(ctx, network, address)
			}
		})
		stop := r.run(s)
		time.Sleep(2 * time.Hour) // off the hour at which the station looks, and the days end
		const weeks, scans = 2, 4 // of weeks, and of scans a day
		for day := range 7 * weeks {
			for range scans {
				r.typed(s, refused)
				time.Sleep(24 * time.Hour / scans)
			}
			faults := s.State().Faults
			if offline := day+1 >= 3; slices.Contains(faults, scanner.FaultOffline) != offline {
				t.Errorf("on day %d: %v", day+1, faults)
			}
			if slices.Contains(faults, scanner.FaultOffline) && slices.Contains(faults, scanner.FaultHubAway) {
				t.Errorf("on day %d it is said twice: %v", day+1, faults)
			}
		}
		st := s.State()
		if st.Size-st.Acknowledged != 7*weeks*scans || st.ListAge != roster.Expired || !slices.Contains(st.Faults, scanner.FaultListExpired) {
			t.Errorf("after %d weeks: %+v", weeks, st)
		}
		r.expect(s, listed, scanner.Refer, scanner.ListExpired)
		// Every two minutes for scans and every quarter of an hour for lists, at
		// most: a refused connection costs a handful of packets.
		if perDay := dials.Load() / (7 * weeks); perDay > 24*60 {
			t.Errorf("%d attempts a day", perDay)
		}
		if _, err := r.authored.Refresh(time.Now()); err != nil {
			t.Fatal(err)
		}
		r.startHub()
		time.Sleep(time.Hour)
		if st := s.State(); st.Acknowledged != 7*weeks*scans+1 || slices.Contains(st.Faults, scanner.FaultOffline) {
			t.Errorf("back on the ground: %+v", st)
		}
		stop()
		r.exactlyOnce(7*weeks*scans+1, func(i int) string {
			if i == 7*weeks*scans {
				return listed
			}
			return refused
		})
	})
}
