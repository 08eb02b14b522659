package simulation

import (
	"flag"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"

	"chot/sync/hub/hubtest"
)

var (
	seeds = flag.Int("seeds", 100, "how many scripts to play")
	first = flag.Uint64("first", 1, "the first seed")
	only  = flag.Uint64("seed", 0, "play this one only, and tell it")
)

// events is how long a script is.
const events = 30

// play plays one script in a bubble of its own.
func play(t *testing.T, seed uint64, db string, v variant) (wrong []string, trace string) {
	wrong, trace, _ = playTold(t, seed, db, v)
	return wrong, trace
}

func playTold(t *testing.T, seed uint64, db string, v variant) (wrong []string, trace string, told []string) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, seed, db, v)
		w.tell = *only != 0
		wrong = w.run(events)
		trace, told = w.summary(), w.told
	})
	return wrong, trace, told
}

// Every entry that the device acknowledged is at the hub exactly once and in
// order, the cursor is never ahead of a receipt, and every watch-list hit is
// there once, whatever happens on the way.
//
// A hub restored from a backup is one of the things that happen: what the
// device still holds is there once and in order, and the rest is named exactly.
func TestOnce(t *testing.T) {
	playAll(t, *seeds, func(*testing.T) string { return "" })
}

// The same with PostgreSQL underneath.
func TestOncePostgreSQL(t *testing.T) {
	s, err := hubtest.Start()
	hubtest.Need(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	playAll(t, (*seeds+9)/10, func(t *testing.T) string { return s.Schema(t) })
}

func playAll(t *testing.T, count int, db func(*testing.T) string) {
	from, to := *first, *first+uint64(count)
	if *only != 0 {
		from, to = *only, *only+1
	}
	for seed := from; seed < to; seed++ {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			wrong, summary := play(t, seed, db(t), variant{})
			for _, what := range wrong {
				t.Error(what)
			}
			if t.Failed() {
				t.Logf("see it again: go test ./cmd/internal/simulation -run 'TestOnce$' -seed %d -v", seed)
			}
			t.Log(summary)
		})
	}
}

// A seed plays the same script to the same effect each time.
func TestSeedReproduces(t *testing.T) {
	traces := map[string]bool{}
	for seed := *first; seed < *first+8; seed++ {
		_, once, first := playTold(t, seed, "", variant{})
		runtime.GC() // whatever else differs between two runs
		if _, again, then := playTold(t, seed, "", variant{}); once != again {
			t.Errorf("seed %d: %s, then %s", seed, once, again)
			for i := range min(len(first), len(then)) {
				if first[i] != then[i] {
					t.Errorf("event %d is %q, then %q", i, first[i], then[i])
					break
				}
			}
		}
		traces[once] = true
	}
	if len(traces) != 8 {
		t.Errorf("8 seeds play %d scripts", len(traces))
	}
}
