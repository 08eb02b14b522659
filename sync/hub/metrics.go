package hub

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"chot/sync/wire"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what a hub counts while it runs, for Prometheus. No label names
// a device, a place or a person: series stay few, and a scrape tells nobody
// where anyone was.
type metrics struct {
	registry    *prometheus.Registry
	page        http.Handler
	bundles     *prometheus.CounterVec
	entries     prometheus.Counter
	quarantined prometheus.Counter
	taking      prometheus.Histogram
	enrolments  *prometheus.CounterVec
	alarms      *prometheus.CounterVec
	bodies      *prometheus.CounterVec
	database    *prometheus.CounterVec
}

func newMetrics(h *Hub) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		bundles: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "chot_hub_bundles_total",
			Help: "Bundles by how they were answered: taken, repeated (nothing new in it), or the problem's code."}, []string{"answer"}),
		entries: prometheus.NewCounter(prometheus.CounterOpts{Name: "chot_hub_entries_total", Help: "Entries stored since the program started."}),
		quarantined: prometheus.NewCounter(prometheus.CounterOpts{Name: "chot_hub_quarantined_entries_total",
			Help: "Entries stored that this version could not read, since the program started."}),
		taking: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "chot_hub_take_seconds",
			Help: "How long a bundle took from its last byte to its answer.", Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 30}}),
		enrolments: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "chot_hub_enrolments_total",
			Help: "Enrolment requests by how they were answered: granted, or the problem's code."}, []string{"answer"}),
		alarms: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "chot_hub_alarms_total",
			Help: "Watch-list hits sent ahead by how they were answered: taken, or the problem's code."}, []string{"answer"}),
		bodies: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "chot_hub_bodies_refused_total",
			Help: "Requests whose body was not taken in: too-large, busy (too many at once) or bad-request (it broke off)."}, []string{"answer"}),
		database: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "chot_hub_database_errors_total",
			Help: "Requests that failed because of the database: full, read-only, locked, gone, damaged or other."}, []string{"cause"}),
	}
	m.registry.MustRegister(m.bundles, m.entries, m.quarantined, m.taking, m.enrolments, m.alarms, m.bodies, m.database, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), kept{h})
	for _, answer := range []string{"taken", "repeated", string(wire.Internal), string(wire.Inconsistent), string(wire.RevokedDevice)} {
		m.bundles.WithLabelValues(answer) // a series from the start shows its first event
	}
	for _, cause := range databaseCauses {
		m.database.WithLabelValues(cause)
	}
	for _, code := range []wire.Code{wire.TooLarge, wire.Busy, wire.BadRequest} {
		m.bodies.WithLabelValues(string(code))
	}
	m.page = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 20 * time.Second})
	return m
}

// answer is the label of how something went; ok when it went well.
func answer(err error, ok string) string {
	var p *wire.Problem
	switch {
	case err == nil:
		return ok
	case errors.As(err, &p):
		return string(p.Code)
	}
	return string(wire.Internal) // why is counted by cause
}

// kept collects what is in the store at the time of a scrape.
type kept struct{ h *Hub }

var (
	devicesDesc = prometheus.NewDesc("chot_hub_devices", "Enrolled devices.", []string{"state"}, nil)
	logsDesc    = prometheus.NewDesc("chot_hub_entries", "Entries kept, of all devices.", nil, nil)
	silenceDesc = prometheus.NewDesc("chot_hub_longest_silence_seconds", "Time since the last bundle of the active device silent the longest.", nil, nil)
	upDesc      = prometheus.NewDesc("chot_hub_database_up", "1 while the database answers.", nil, nil)
)

func (k kept) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{devicesDesc, logsDesc, silenceDesc, upDesc} {
		c <- d
	}
}

func (k kept) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var devices []Device
	var missing []Missing
	err := k.h.store.View(ctx, func(tx Tx) (err error) {
		if devices, err = tx.AllDevices(); err != nil {
			return err
		}
		missing, err = tx.Missing()
		return err
	})
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if err != nil {
		k.h.log.Error("collect metrics", "err", err)
		gauge(upDesc, 0)
		return
	}
	gauge(upDesc, 1)
	var active, revoked int
	var entries uint64
	var silence time.Duration
	for _, d := range devices {
		entries += d.Size
		if !d.Revoked.IsZero() {
			revoked++
			continue
		}
		active++
		heard := d.Seen
		if heard.IsZero() {
			heard = d.Enrolled
		}
		silence = max(silence, k.h.now().Sub(heard))
	}
	for _, m := range missing {
		if m.Final {
			entries -= m.To - m.From
		}
	}
	gauge(devicesDesc, float64(active), "active")
	gauge(devicesDesc, float64(revoked), "revoked")
	gauge(logsDesc, float64(entries))
	gauge(silenceDesc, silence.Seconds())
}

// serveMetrics answers this machine, and the networks the options name; to
// everyone else there is nothing here.
func (h *Hub) serveMetrics(w http.ResponseWriter, r *http.Request) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	addr := from.Addr().Unmap()
	if err != nil || !addr.IsLoopback() && !slices.ContainsFunc(h.options.Scrapers, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		wire.NewProblem(wire.NotFound).Answer(w)
		return
	}
	h.metrics.page.ServeHTTP(w, r)
}
