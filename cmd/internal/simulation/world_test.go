package simulation

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"hash"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner/seal"
	"chot/sync/hub"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"

	mrand "math/rand/v2"
)

// A world is a device, a hub, what stands between them, and a script.
type world struct {
	t   testing.TB
	dir string
	db  string // "": SQLite
	rng *mrand.Rand

	epoch   time.Time     // when it begins, in 2026
	passed  time.Duration // by the script's clock
	hubSkew time.Duration // of the hub's clock
	hubTime atomic.Int64  // what the hub's clock shows, in milliseconds

	hub       *hub.Hub
	hubDir    string
	hubs      int
	hubKey    wire.HubVerifier
	collector collector
	network   *network
	device    *device
	variant   variant

	restored restored
	receipts [][]byte        // on sticks, in pockets
	alarmed  map[uint64]bool // the hub said that it has them

	mu    sync.Mutex
	found []string
	trace hash.Hash
	told  []string
	tell  bool
}

// A collector is a hub as the world sees it.
type collector interface {
	Handler() http.Handler
	Take(ctx context.Context, packed []byte) ([]byte, error)
	Entries(ctx context.Context, device string, from, to uint64) ([][]byte, error)
	WatchHits(ctx context.Context, since time.Time) ([]hub.AlarmRow, error)
}

// A variant puts something false in the place of a part; the zero value puts
// nothing.
type variant struct {
	Journal   func(kept) uplink.Journal
	Transport func(*world) http.RoundTripper
	Collector func(*world, collector) collector
}

func (v variant) journal(k kept) uplink.Journal {
	if v.Journal == nil {
		return k
	}
	return v.Journal(k)
}

func (v variant) transport(w *world) http.RoundTripper {
	if v.Transport == nil {
		return w.network
	}
	return v.Transport(w)
}

var (
	traceKey   = sync.OnceValue(func() seal.TraceKey { return must(seal.GenerateTraceKey()) })
	foreignKey = sync.OnceValue(func() wire.HubKey { return must(wire.GenerateHubKey()) })
)

var otherCertificate = sync.OnceValue(func() tls.Certificate {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(100, 0, 0)}
	return tls.Certificate{Certificate: [][]byte{must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))}, PrivateKey: key}
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the machine has no randomness
	}
	return v
}

// newWorld enrols a device at a hub. It must run inside a bubble.
func newWorld(t testing.TB, seed uint64, db string, v variant) *world {
	w := &world{
		t: t, db: db, dir: t.TempDir(), rng: mrand.New(mrand.NewPCG(seed, 5)), epoch: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		alarmed: map[uint64]bool{}, variant: v, trace: sha256.New(),
	}
	w.tick(0)
	w.hubDir = filepath.Join(w.dir, "hub")
	w.openHub()
	w.hubKey = w.hub.Key()
	w.network = newNetwork(w)
	w.network.serve()
	e, err := w.hub.NewEnrolment(context.Background(), hub.Site{
		URL: "https://hub.example.test", Checkpoint: "gate", Root: []byte("{}"), Trace: traceKey().Public().String(),
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := wire.GenerateDeviceKey()
	if err != nil {
		t.Fatal(err)
	}
	model := wiretest.NewLog()
	model.Key, model.Hub = key, w.hubKey
	d := &device{w: w, key: key, model: model, file: filepath.Join(w.dir, "journal.db"), client: uplink.Client(e.Pin)}
	d.client.Transport.(*http.Transport).DialContext = w.network.net.Dial
	w.device = d
	body, err := wire.SignEnrol(key, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.hub.Enrol(context.Background(), body); err != nil {
		t.Fatal(err)
	}
	d.open()
	d.start()
	synctest.Wait()
	return w
}

// tick lets the script's time go by.
func (w *world) tick(d time.Duration) {
	w.passed += d
	if w.device != nil {
		w.device.since += d
	}
	w.hubTime.Store(w.epoch.Add(w.passed + w.hubSkew).UnixMilli())
}

func (w *world) hubNow() time.Time { return time.UnixMilli(w.hubTime.Load()) }

func (w *world) openHub() {
	h, err := hub.Open(w.hubDir, hub.Options{DB: w.db, Now: w.hubNow})
	if err != nil {
		w.t.Fatal(err)
	}
	w.hub, w.collector = h, h
	if w.variant.Collector != nil {
		w.collector = w.variant.Collector(w, h)
	}
	w.hubs++
}

// restartHub ends the hub and starts it again; a killed one goes on with the
// files as they were at that moment.
func (w *world) restartHub(killed bool) {
	from := ""
	if killed {
		from = w.hubDir
	}
	w.reopenHub(from)
}

// reopenHub ends the hub and starts it again, with a copy of other files.
func (w *world) reopenHub(from string) {
	w.network.net.Plug(nil)
	w.network.at = nil
	w.network.real.close()
	w.device.client.CloseIdleConnections()
	old, was := w.hub, w.hubDir
	if from != "" {
		w.hubDir = filepath.Join(w.dir, fmt.Sprintf("hub-%d", w.hubs))
		if err := os.CopyFS(w.hubDir, os.DirFS(from)); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		w.wrong("close the hub: %v", err)
	}
	if from != "" {
		if err := os.RemoveAll(was); err != nil {
			w.t.Fatal(err)
		}
	}
	w.openHub()
	w.network.serve()
}

func (w *world) close() {
	w.device.stop()
	w.network.close()
	if err := w.device.store.Close(); err != nil {
		w.wrong("close the journal: %v", err)
	}
	if err := w.hub.Close(); err != nil {
		w.wrong("close the hub: %v", err)
	}
	synctest.Wait()
}

// wrong notes a violation.
func (w *world) wrong(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found = append(w.found, fmt.Sprintf(format, args...))
}

func (w *world) violations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found
}

// note adds an event to the trace.
func (w *world) note(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	fmt.Fprintln(w.trace, line)
	w.told = append(w.told, line)
	if w.tell {
		w.t.Log(line)
	}
}

// hubKey reads the hub's own key, for a hub that goes wrong.
func hubKey(w *world) wire.HubKey {
	text, err := os.ReadFile(filepath.Join(w.hubDir, "hub.key"))
	if err != nil {
		w.t.Fatal(err)
	}
	return must(wire.ParseHubKey(string(text)))
}
