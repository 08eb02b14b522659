package hub_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"chot/sync/hub"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

var (
	simSeeds = flag.Int("sim-seeds", 6, "how many simulations to run")
	simSeed  = flag.Uint64("sim-seed", 0, "run this one only")
)

// Every entry at the hub exactly once, in order, and the cursor never ahead
// of a receipt, whatever happens on the way.
func TestExactlyOnce(t *testing.T) {
	exactlyOnce(t, *simSeeds, func(*testing.T) string { return "" })
}

// The same with PostgreSQL underneath.
func TestPostgresExactlyOnce(t *testing.T) {
	hub.NeedSchema(t) // the server starts outside the simulations' time
	exactlyOnce(t, (*simSeeds+1)/2, func(t *testing.T) string { return hub.NeedSchema(t) })
}

func exactlyOnce(t *testing.T, count int, store func(*testing.T) string) {
	seeds := make([]uint64, 0, count)
	for i := range count {
		seeds = append(seeds, uint64(i)+1)
	}
	if *simSeed != 0 {
		seeds = []uint64{*simSeed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			db := store(t)
			synctest.Test(t, func(t *testing.T) {
				s := newSim(t, seed, db)
				began := time.Now()
				for _, wrong := range s.run(40) {
					t.Error(wrong)
				}
				t.Logf("%d entries in %v", s.log.Size(), time.Since(began).Round(time.Hour))
			})
		})
	}
}

// The simulation is not blind: a device that moves its cursor when it has
// sent, or believes whatever answers, is found out, and so is a hub that gives
// receipts for what it did not store.
func TestExactlyOnceControls(t *testing.T) {
	for name, cheat := range map[string]func(*sim){
		"cursor moved when sent":  func(s *sim) { s.journal = eager{s.log} },
		"receipt kept unverified": func(s *sim) { s.client.Transport = forger{s} },
		"receipt before the commit": func(s *sim) {
			text, err := os.ReadFile(filepath.Join(s.dir, "hub", "hub.key"))
			if err != nil {
				s.t.Fatal(err)
			}
			key, err := wire.ParseHubKey(string(text))
			if err != nil {
				s.t.Fatal(err)
			}
			s.liar = func() http.HandlerFunc { return s.forgetful(key) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := false
			for seed := uint64(1); seed <= 10 && !found; seed++ {
				synctest.Test(t, func(t *testing.T) {
					s := newSim(t, seed, "")
					cheat(s)
					found = len(s.run(40)) > 0
				})
			}
			if !found {
				t.Error("ten simulations found nothing wrong")
			}
		})
	}
}

// eager moves the cursor as soon as entries are read for sending.
type eager struct{ *wiretest.Log }

func (e eager) Unsent(limit int) (uint64, [][]byte, []byte, error) {
	from, entries, head, err := e.Log.Unsent(limit)
	e.SetCursor(from + uint64(len(entries)))
	return from, entries, head, err
}

func (e eager) Acknowledge(uint64, []byte, time.Time) error { return nil }

// forger stands for an uplink that does not verify: it takes any answer at
// all for the acknowledgement of everything.
type forger struct{ s *sim }

func (f forger) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = f.s.log.Acknowledge(f.s.log.Size(), []byte("<html>"), time.Now())
	return nil, io.ErrUnexpectedEOF
}
