package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"chot/sync/wire"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// Options of a hub. The zero value serves no lists and logs nowhere.
type Options struct {
	// DB is the URL of a PostgreSQL database, "postgres://user@host/name";
	// "" keeps everything in the folder, with SQLite.
	DB    string
	Lists string   // the TUF repository's folder, served under /tuf/
	Hosts []string // further names and addresses for the self-made certificate
	// Cert and Key are PEM files of the hub's own certificate and its key, ""
	// for the self-made one. Devices pin the key, so it cannot be changed later.
	Cert, Key string
	Scrapers  []netip.Prefix // who beside this machine may read /metrics
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now

	// Rate is how many bundles a device may send a second, Burst how many at
	// once. 0 means 10 and 100.
	Rate  rate.Limit
	Burst int
	// Memory bounds the request bodies held at a time, in bytes. 0 means 128 MiB.
	Memory int64
}

// A Hub is the other end of every device's uplink. Its methods may be called
// from any goroutine.
type Hub struct {
	dir      string
	options  Options
	log      *slog.Logger
	now      func() time.Time
	store    Store
	identity identity
	metrics  *metrics

	tracing sync.Mutex // one use at a time

	memory  *semaphore.Weighted
	working *semaphore.Weighted // bundles being decoded and stored

	mu       sync.Mutex
	limiters map[string]*rate.Limiter // by device id, known devices only
	keys     map[string]wire.DeviceVerifier
}

// Open opens the hub in a folder, making folder, keys, certificate and, without
// Options.DB, database at the first start.
func Open(dir string, o Options) (*Hub, error) {
	h, err := open(dir, o)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return nil, fmt.Errorf("open hub: %w; give this user the right to write the hub's folder, or run as the user who has it", err)
	} else if err != nil {
		return nil, fmt.Errorf("open hub: %w", err)
	}
	return h, nil
}

func open(dir string, o Options) (*Hub, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Rate <= 0 {
		o.Rate = 10
	}
	if o.Burst <= 0 {
		o.Burst = 100
	}
	if o.Memory <= 0 {
		o.Memory = 128 << 20
	}
	store, id, err := openFolder(context.Background(), dir, o)
	if err != nil {
		return nil, err
	}
	h := &Hub{
		dir: dir, options: o, log: o.Log, now: o.Now, store: store, identity: id,
		memory: semaphore.NewWeighted(o.Memory), working: semaphore.NewWeighted(store.Writers()),
		limiters: make(map[string]*rate.Limiter), keys: make(map[string]wire.DeviceVerifier),
	}
	h.metrics = newMetrics(h)
	return h, nil
}

// Close closes the database. Serve must have returned.
func (h *Hub) Close() error { return h.store.Close() }

// Key returns the key whose receipts devices trust.
func (h *Hub) Key() wire.HubVerifier { return h.identity.key.Verifier() }

// Pin returns the digest of the certificate's public key.
func (h *Hub) Pin() wire.Digest { return h.identity.pin }

// allow reports whether a device may send now, and else how long it should
// wait.
func (h *Hub) allow(device string) (ok bool, wait time.Duration) {
	h.mu.Lock()
	l := h.limiters[device]
	if l == nil {
		l = rate.NewLimiter(h.options.Rate, h.options.Burst)
		h.limiters[device] = l
	}
	h.mu.Unlock()
	now := h.now()
	if l.AllowN(now, 1) {
		return true, 0
	}
	return false, time.Duration(float64(time.Second) / float64(h.options.Rate))
}

// refuse logs why a request was refused and returns what to answer.
func (h *Hub) refuse(op, device string, err error) *wire.Problem {
	var p *wire.Problem
	if !errors.As(err, &p) {
		return h.trouble(op, device, err)
	}
	h.log.Warn(op, "device", device, "refused", p.Code)
	return p
}
