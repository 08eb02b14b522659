package uplink_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/seal"
	"chot/store"
	"chot/sync/hub"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"

	"golang.org/x/mod/sumdb/tlog"
)

// A modem's link as villages have it.
const (
	modemRate  = 5000 // bytes a second: 40 kbit/s
	modemDelay = 250 * time.Millisecond
)

// holds is how long the link holds: about 20 seconds, never the same.
func holds(seed uint64) func() time.Duration {
	rng := rand.New(rand.NewPCG(seed, 2))
	return func() time.Duration { return 17*time.Second + time.Duration(rng.Int64N(int64(6*time.Second))) }
}

// A gate is a device's key and what its journal is opened with.
type gate struct {
	key     wire.DeviceKey
	options store.Options
}

func newGate(t *testing.T) gate {
	t.Helper()
	key, err := wire.GenerateDeviceKey()
	if err != nil {
		t.Fatal(err)
	}
	trace, err := seal.GenerateTraceKey()
	if err != nil {
		t.Fatal(err)
	}
	return gate{key, store.Options{
		Device: key.Verifier().Digest(), Trace: trace.Public(),
		Sign: func(size uint64, root [32]byte) ([]byte, error) { return wire.SignHead(key, size, tlog.Hash(root)) },
	}}
}

// scan n of a morning at the gate: people come seven seconds apart.
func scan(n int) scanner.Draft {
	subject := credential.Subject{Namespace: credential.NamespaceID, Number: fmt.Sprintf("001190%06d", n)}
	at := time.Duration(n) * 7 * time.Second
	return scanner.Draft{
		Entry: scanner.Entry{
			At:         scanner.Instant{Boot: [16]byte{1, 2, 3}, Since: at, Wall: time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC).Add(at), Trust: scanner.Plausible},
			Checkpoint: "Cầu Ví Dụ", Lane: "2", Direction: scanner.Direction(n % 2), Outcome: scanner.Admit, Reason: scanner.Listed,
			Scheme: credential.CCCD, List: "workers", Version: 7, Operator: "tổ 1", Input: "camera",
		},
		Personal: scanner.Personal{Subject: subject.String(), Name: "NGUYỄN THỊ VÍ DỤ", Birth: "1990-01-15"},
		Subject:  subject,
	}
}

// fill makes a journal of n scans.
func (g gate) fill(t *testing.T, path string, n int) {
	t.Helper()
	s, err := store.Open(path, g.options)
	if err != nil {
		t.Fatal(err)
	}
	next := make(chan int)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			for i := range next {
				if _, err := s.Append(context.Background(), scan(i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// best is what the link would need if it never broke and knew no exchanges: the
// bytes of all scans in one bundle at its rate, and one round trip.
func (g gate) best(t *testing.T, path string) (time.Duration, int) {
	t.Helper()
	s, err := store.Open(path, g.options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	bytes := 0
	for packed, err := range uplink.Export(s, g.key.Verifier()) {
		if err != nil {
			t.Fatal(err)
		}
		bytes += len(packed)
	}
	return time.Duration(bytes)*time.Second/modemRate + 2*modemDelay, bytes
}

// TestModem: 5,000 scans of a real journal reach a real hub, over TLS, through
// a link of 40 kbit/s with half a second's round trip that is cut about every
// 20 seconds, within 1.3 times what the link could carry at best.
func TestModem(t *testing.T) {
	const scans, bar = 5000, 1.3
	links := uint64(3)
	if testing.Short() {
		links = 1
	}
	for seed := range links {
		g, dir := newGate(t), t.TempDir()
		path := filepath.Join(dir, "journal")
		g.fill(t, path, scans)
		best, bytes := g.best(t, path)
		synctest.Test(t, func(t *testing.T) {
			m := &wiretest.Modem{To: new(wiretest.Net), Rate: modemRate, Delay: modemDelay, Hold: holds(seed)}
			took := g.send(t, dir, path, m, scans, rand.New(rand.NewPCG(seed, 3)))
			up, down, cuts := m.Carried()
			ratio := took.Seconds() / best.Seconds()
			t.Logf("link %d: %d scans took %.1f s, %.2f times the best of %.1f s (%d bytes in one bundle, %.1f a scan); %d bytes went up, %d down, %d cuts",
				seed, scans, took.Seconds(), ratio, best.Seconds(), bytes, float64(bytes)/scans, up, down, cuts)
			if ratio > bar {
				t.Errorf("%.2f times the best, the bar is %.1f", ratio, bar)
			}
			if cuts < 4 || up < bytes {
				t.Errorf("%d cuts, %d bytes: the link is not what it should be", cuts, up)
			}
		})
	}
}

// send runs an uplink until everything has a receipt, and says how long that
// took.
func (g gate) send(t *testing.T, dir, path string, m *wiretest.Modem, scans uint64, jitter *rand.Rand) time.Duration {
	t.Helper()
	h, err := hub.Open(filepath.Join(dir, "hub"), hub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := h.NewEnrolment(t.Context(), hub.Site{URL: "https://hub.example.test", Checkpoint: "gate", Root: []byte("{}"), Trace: "trace"})
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEnrol(g.key, e)
	if err == nil {
		_, err = h.Enrol(t.Context(), body)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(path, g.options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l := wiretest.Listen()
	served := make(chan error, 1)
	go func() { served <- h.Serve(ctx, l) }()
	m.To.Plug(l)

	client := uplink.Client(e.Pin)
	client.Transport.(*http.Transport).DialContext = m.Dial
	began, done := time.Now(), make(chan time.Duration, 1)
	u := &uplink.Uplink{
		Journal: s, Device: g.key.Verifier(), Hub: "https://hub.example.test", HubKey: h.Key(), Client: client, Rand: jitter,
		Observe: func(state uplink.State) {
			if state.Acknowledged == scans {
				select {
				case done <- time.Since(began):
				default:
				}
			}
		},
	}
	ran := make(chan error, 1)
	go func() { ran <- u.Run(ctx, s.Changed()) }()
	var took time.Duration
	select {
	case took = <-done:
	case <-time.After(time.Hour):
		t.Errorf("after an hour %d of %d scans have a receipt", s.Stats().Acknowledged, scans)
	}
	cancel()
	client.CloseIdleConnections()
	if err := errors.Join(ignore(<-ran, context.Canceled), <-served, s.Close()); err != nil {
		t.Error(err)
	}
	m.To.Plug(nil)
	if got, err := h.Entries(context.Background(), g.key.ID(), 0, wire.MaxSize); err != nil || uint64(len(got)) != scans {
		t.Errorf("the hub has %d of %d scans (%v)", len(got), scans, err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	return took
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
