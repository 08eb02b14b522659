package simulation

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chot/sync/hub"
	"chot/sync/uplink"
	"chot/sync/wire"
)

// The simulation is not blind: with each of these in the place of the real
// part, it finds what is wrong, and finds the right thing.
func TestControls(t *testing.T) {
	for name, c := range map[string]struct {
		variant variant
		finds   string
	}{
		"a hub that keeps entries without their key of device and sequence": {
			variant{Collector: func(w *world, c collector) collector { return ledgerOf(w, c) }}, "the hub has"},
		"a hub that keeps alarms without that key": {
			variant{Collector: func(w *world, c collector) collector { return &bell{collector: c, rung: w.shared()} }}, "times"},
		"a hub that gives the receipt and stores afterwards, or never": {
			variant{Collector: func(w *world, c collector) collector { return hasty{c, w} }}, "the cursor is at"},
		"a hub that says it has an alarm and has not": {
			variant{Collector: func(w *world, c collector) collector { return deaf{c} }}, "said it had hit"},
		"a hub that mixes up the order": {
			variant{Collector: func(w *world, c collector) collector { return shuffled{c} }}, "is not the device's"},
		"a cursor that moves when entries are sent": {
			variant{Journal: func(k kept) uplink.Journal { return eager{k} }}, "the cursor is at"},
		"a cursor that moves by one too many": {
			variant{Journal: func(k kept) uplink.Journal { return generous{k} }}, "acknowledged"},
		"a device that keeps to itself where its journal begins": {
			variant{Journal: func(k kept) uplink.Journal { return mute{k} }}, "requests after all is well"},
		"a device that hides an entry it still holds": {
			variant{Journal: func(k kept) uplink.Journal { return hiding{k} }}, "is not what was lost"},
		"a receipt believed unverified": {
			variant{Transport: func(w *world) http.RoundTripper { return credulous{w} }}, "acknowledged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found []string
			for seed := uint64(1); seed <= 20 && len(found) == 0; seed++ {
				found, _ = play(t, seed, "", c.variant)
			}
			if !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, c.finds) }) {
				t.Errorf("20 scripts find %q", found)
			}
		})
	}
}

// A ledger writes down the entries of every bundle that is given a receipt,
// one after the other: the hub, but for the key that makes a repetition the
// same.
type ledger struct {
	collector
	mu    *sync.Mutex
	lines *[][]byte
}

var ledgers sync.Map // by world: a hub's memory outlives its restart

func ledgerOf(w *world, c collector) collector {
	l, _ := ledgers.LoadOrStore(w, &ledger{mu: new(sync.Mutex), lines: new([][]byte)})
	kept := l.(*ledger)
	return &ledger{c, kept.mu, kept.lines}
}

func (l *ledger) Take(ctx context.Context, packed []byte) ([]byte, error) {
	receipt, err := l.collector.Take(ctx, packed)
	if err == nil {
		l.write(packed)
	}
	return receipt, err
}

func (l *ledger) write(packed []byte) {
	b, err := wire.ParseBundle(packed)
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.lines = append(*l.lines, b.Entries...)
}

func (l *ledger) Handler() http.Handler {
	return after(l.collector.Handler(), func(path string, body []byte) {
		if path == wire.BundlesPath {
			l.write(body)
		}
	})
}

func (l *ledger) Entries(context.Context, string, uint64, uint64) ([][]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(*l.lines), nil
}

// after calls done with every request that went well.
func after(h http.Handler, done func(path string, body []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = nil // the real one says so too
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		a := httptest.NewRecorder()
		h.ServeHTTP(a, r)
		if a.Code == http.StatusOK {
			done(r.URL.Path, body)
		}
		maps.Copy(w.Header(), a.Header())
		w.WriteHeader(a.Code)
		_, _ = w.Write(a.Body.Bytes())
	})
}

// A bell rings once more for every alarm it is told of.
type bell struct {
	collector
	rung *rings
}

type rings struct {
	mu  sync.Mutex
	all []uint64
}

var bells sync.Map

func (w *world) shared() *rings {
	r, _ := bells.LoadOrStore(w, new(rings))
	return r.(*rings)
}

func (b *bell) Handler() http.Handler {
	return after(b.collector.Handler(), func(path string, body []byte) {
		if a, err := wire.ParseAlarm(body); err == nil && path == wire.AlarmsPath {
			b.rung.mu.Lock()
			b.rung.all = append(b.rung.all, a.Index)
			b.rung.mu.Unlock()
		}
	})
}

func (b *bell) WatchHits(context.Context, time.Time) ([]hub.AlarmRow, error) {
	b.rung.mu.Lock()
	defer b.rung.mu.Unlock()
	var rows []hub.AlarmRow
	for _, i := range b.rung.all {
		rows = append(rows, hub.AlarmRow{Seq: i})
	}
	return rows, nil
}

// hasty signs first; every third bundle it then forgets to store.
type hasty struct {
	collector
	w *world
}

func (h hasty) Handler() http.Handler {
	real := h.collector.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.BundlesPath || h.w.network.number%3 != 0 {
			real.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = nil
		}
		h.w.network.forge(w, body, hubKey(h.w))
	})
}

// deaf answers alarms and keeps none.
type deaf struct{ collector }

func (d deaf) Handler() http.Handler {
	real := d.collector.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.AlarmsPath {
			real.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = nil
		}
		a, err := wire.ParseAlarm(body)
		if err != nil {
			wire.NewProblem(wire.BadBundle).Answer(w)
			return
		}
		w.Header().Set("Content-Type", wire.AlarmType)
		_, _ = w.Write(a.Taken())
	})
}

// shuffled keeps everything once, in another order.
type shuffled struct{ collector }

func (s shuffled) Entries(ctx context.Context, device string, from, to uint64) ([][]byte, error) {
	all, err := s.collector.Entries(ctx, device, from, to)
	if len(all) > 1 {
		all[0], all[1] = all[1], all[0]
	}
	return all, err
}

// eager moves the cursor as soon as entries are read for sending.
type eager struct{ kept }

func (e eager) Unsent(limit int) (uint64, [][]byte, []byte, error) {
	from, entries, head, err := e.kept.Unsent(limit)
	if err == nil {
		err = e.Store.Acknowledge(from+uint64(len(entries)), nil, time.Time{})
	}
	return from, entries, head, err
}

// generous acknowledges one entry more than the receipt is for, if there is
// one.
type generous struct{ kept }

func (g generous) Acknowledge(size uint64, receipt []byte, at time.Time) error {
	return g.kept.Acknowledge(min(size+1, g.model.Size()), receipt, at)
}

// mute is a journal of a version before: it cannot show where it begins.
type mute struct{ uplink.Journal }

// hiding goes on one entry later than it could.
type hiding struct{ kept }

func (h hiding) Base() (first uint64, frontier, receipt []byte, err error) {
	first, frontier, receipt, err = h.kept.Base()
	if first > 0 && first < h.model.Cursor() {
		first++
		frontier = h.model.Frontier(first)
	}
	return first, frontier, receipt, err
}

// credulous is an uplink that takes whatever is answered with status 200 for
// the receipt it asked for.
type credulous struct{ w *world }

func (c credulous) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	packed, err := io.ReadAll(sent)
	if err != nil {
		return nil, err
	}
	resp, err := c.w.network.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	answer, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	if b, e := wire.ParseBundle(packed); e == nil && err == nil {
		d := c.w.device
		if err := (kept{d.store, d.model}).Acknowledge(b.To(), answer, time.Time{}); err != nil {
			return nil, fmt.Errorf("keep the answer: %w", err)
		}
	}
	return resp, nil
}
