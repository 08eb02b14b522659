package hub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"chot/sync/wire"

	"golang.org/x/sync/semaphore"
)

// takeTimeout is how long a bundle may wait for a database that is not free: no
// longer than a device waits for the answer, so that bundles do not pile up
// for devices that have sent them again since.
const takeTimeout = 50 * time.Second

// Handler returns the hub's HTTP face.
func (h *Hub) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(wire.BundlesPath, h.post(wire.MaxPacked, h.serveBundle))
	mux.HandleFunc(wire.AlarmsPath, h.post(wire.MaxAlarm, h.serveAlarm))
	mux.HandleFunc(wire.EnrolPath, h.post(64<<10, h.serveEnrol))
	mux.HandleFunc(wire.ListsPath, h.serveLists)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("/readyz", h.serveReady)
	mux.HandleFunc("/metrics", h.serveMetrics)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { wire.NewProblem(wire.NotFound).Answer(w) })
	return mux
}

// post reads a bounded body and hands it on.
func (h *Hub) post(limit int64, serve func(http.ResponseWriter, *http.Request, []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			wire.NewProblem(wire.BadMethod).Answer(w)
			return
		}
		refuse := func(code wire.Code, retry int) {
			h.metrics.bodies.WithLabelValues(string(code)).Inc()
			p := wire.NewProblem(code)
			p.Retry = retry
			p.Answer(w)
		}
		if r.ContentLength > limit {
			refuse(wire.TooLarge, 0)
			return
		}
		m := &metered{r: http.MaxBytesReader(w, r.Body, limit), budget: h.memory}
		defer m.release()
		body, err := io.ReadAll(m)
		var over *http.MaxBytesError
		switch {
		case errors.As(err, &over):
			refuse(wire.TooLarge, 0)
		case errors.Is(err, errBudget):
			refuse(wire.Busy, 10)
		case err != nil: // the link broke; nobody may be listening
			refuse(wire.BadRequest, 0)
		default:
			serve(w, r, body)
		}
	}
}

func (h *Hub) serveBundle(w http.ResponseWriter, r *http.Request, body []byte) {
	// Once it is here it is stored, even if the device has gone: its next
	// attempt is then answered at once.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), takeTimeout)
	defer cancel()
	receipt, device, err := h.take(ctx, body)
	if err != nil {
		h.refuse("take bundle", device, err).Answer(w)
		return
	}
	w.Header().Set("Content-Type", wire.ReceiptType)
	_, _ = w.Write(receipt) // a lost receipt is asked for again
}

func (h *Hub) serveEnrol(w http.ResponseWriter, r *http.Request, body []byte) {
	g, err := h.Enrol(r.Context(), body)
	if err != nil {
		h.refuse("enrol", "", err).Answer(w)
		return
	}
	answer, err := wire.MarshalGrant(g)
	if err != nil {
		h.refuse("enrol", g.Device, err).Answer(w)
		return
	}
	w.Header().Set("Content-Type", wire.GrantType)
	_, _ = w.Write(answer) // a lost grant is asked for again
}

func (h *Hub) serveReady(w http.ResponseWriter, r *http.Request) {
	err := h.store.View(r.Context(), func(tx Tx) error {
		_, err := tx.Open(h.now())
		return err
	})
	if err != nil {
		h.log.Error("not ready", "err", err)
		p := wire.NewProblem(wire.Busy)
		p.Retry = 10
		p.Answer(w)
		return
	}
	io.WriteString(w, "ready\n")
}

var errBudget = errors.New("too many request bodies at once")

// metered reads a body and counts it against what all bodies together may
// hold, as it arrives: a slow sender holds what it has sent, not what it
// promised.
type metered struct {
	r      io.Reader
	budget *semaphore.Weighted
	held   int64
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if n > 0 && !m.budget.TryAcquire(int64(n)) {
		return 0, errBudget
	}
	m.held += int64(n)
	return n, err
}

func (m *metered) release() { m.budget.Release(m.held) }

// patient extends a slow download's deadline as long as it moves.
type patient struct {
	http.ResponseWriter
	c *http.ResponseController
}

func (p patient) Write(b []byte) (int, error) {
	_ = p.c.SetWriteDeadline(time.Now().Add(linkTimeout)) // not every writer has one
	return p.ResponseWriter.Write(b)
}
