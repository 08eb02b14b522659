package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// An AlarmRow is a watch-list hit as the hub has it.
type AlarmRow struct {
	Device   string
	Seq      uint64
	Received time.Time // when it first came
	Ahead    bool      // ahead of its run, which is not here yet
	Body     []byte
	Head     []byte // of one that came ahead

	Encapsulation []byte // as the device sent it with one that came ahead; unproven
}

// Alarms keeps watch-list hits that came ahead of their run.
type Alarms interface {
	PutAlarm(AlarmRow) error                              // again: changes nothing
	Ahead(id string, from, to uint64) ([]AlarmRow, error) // those that came ahead, by log index
	WatchHits(received time.Time) ([]AlarmRow, error)     // all since, by either way, the oldest first
}

var errAlarms = errors.New("this hub's database keeps no alarms: bring it to this version's schema")

// TakeAlarm takes an alarm and returns what to answer once it is on disk. A
// refusal is a *wire.Problem. It moves nothing of the device's log.
func (h *Hub) TakeAlarm(ctx context.Context, packed []byte) (taken []byte, device string, err error) {
	defer func() { h.metrics.alarms.WithLabelValues(answer(err, "taken")).Inc() }()
	a, err := wire.ParseAlarm(packed)
	if err != nil {
		return nil, "", wire.NewProblem(wire.BadBundle)
	}
	e, err := scanner.ParseEntry(a.Entry)
	if err == nil && (!e.Watch || e.Seq != a.Index) {
		return nil, a.Device, wire.NewProblem(wire.BadBundle) // only a watch list's hit may go first
	}
	if ok, wait := h.allowKnown(ctx, a.Device); !ok {
		p := wire.NewProblem(wire.SlowDown)
		p.Retry = int(wait/time.Second) + 1
		return nil, a.Device, p
	}
	var problem *wire.Problem
	var fresh bool
	err = h.store.Update(ctx, func(tx Tx) error {
		problem, fresh, err = takeAlarm(tx, a, packed, h.identity.key, h.now().UTC())
		return err
	})
	if err != nil {
		return nil, a.Device, err
	}
	if problem != nil {
		return nil, a.Device, problem
	}
	if fresh {
		h.log.Warn("watch-list hit", "device", a.Device, "seq", a.Index, "checkpoint", e.Checkpoint, "lane", e.Lane, "at", e.At.Wall)
	}
	return a.Taken(), a.Device, nil
}

// allowKnown is allow for a device that exists: strangers get no limiter.
func (h *Hub) allowKnown(ctx context.Context, device string) (bool, time.Duration) {
	err := h.store.View(ctx, func(tx Tx) error {
		_, err := tx.Device(device)
		return err
	})
	if err != nil {
		return true, 0 // refused, or failed, in the transaction
	}
	return h.allow(device)
}

func takeAlarm(tx Tx, a wire.Alarm, packed []byte, key wire.HubKey, now time.Time) (problem *wire.Problem, fresh bool, err error) {
	alarms, ok := tx.(Alarms)
	if !ok {
		return nil, false, errAlarms
	}
	d, err := tx.Device(a.Device)
	switch {
	case errors.Is(err, ErrNoDevice):
		return wire.NewProblem(wire.UnknownDevice), false, nil
	case err != nil:
		return nil, false, err
	case !d.Revoked.IsZero():
		problem, err = revoked(key, d)
		return problem, false, err // its run is kept apart when it comes
	}
	if _, err := a.Verify(d.Key); errors.Is(err, wire.ErrHead) {
		return wire.NewProblem(wire.BadSignature), false, nil
	} else if err != nil {
		return wire.NewProblem(wire.BadBundle), false, nil
	}
	had, err := tx.Bodies(a.Device, a.Index, a.Index+1)
	if err != nil {
		return nil, false, err
	}
	before, err := alarms.Ahead(a.Device, a.Index, a.Index+1)
	if err != nil {
		return nil, false, err
	}
	for _, row := range before {
		had = append(had, row.Body)
	}
	for _, body := range had {
		if !bytes.Equal(body, a.Entry) {
			_, err := tx.Keep(Evidence{Device: a.Device, At: now, Kind: wire.Inconsistent, Digest: sha256.Sum256(packed), Bundle: packed}, maxEvidence)
			return wire.NewProblem(wire.Inconsistent), false, err
		}
	}
	d.Seen = now
	if err := tx.PutDevice(d); err != nil || len(had) > 0 {
		return nil, false, err
	}
	return nil, true, alarms.PutAlarm(AlarmRow{Device: a.Device, Seq: a.Index, Received: now, Body: a.Entry, Head: a.Head, Encapsulation: a.Encapsulation})
}

// contradicts reports whether a run differs from an alarm that came ahead of
// it: both are under heads the device signed.
func (t *taking) contradicts(tx Tx, from uint64) (bool, error) {
	alarms, ok := tx.(Alarms)
	if !ok || from >= t.To() {
		return false, nil
	}
	ahead, err := alarms.Ahead(t.Device, from, t.To())
	if err != nil {
		return false, err
	}
	for _, row := range ahead {
		if !bytes.Equal(row.Body, t.Entries[row.Seq-t.From]) {
			return true, nil
		}
	}
	return false, nil
}

// WatchHits returns the watch-list hits received since a time, those that came
// ahead and those that came with their run, the oldest first.
func (h *Hub) WatchHits(ctx context.Context, since time.Time) (all []AlarmRow, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		alarms, ok := tx.(Alarms)
		if !ok {
			return errAlarms
		}
		all, err = alarms.WatchHits(since)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read alarms: %w", err)
	}
	return all, nil
}

func (h *Hub) serveAlarm(w http.ResponseWriter, r *http.Request, body []byte) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), takeTimeout)
	defer cancel()
	taken, device, err := h.TakeAlarm(ctx, body)
	if err != nil {
		h.refuse("take alarm", device, err).Answer(w)
		return
	}
	w.Header().Set("Content-Type", wire.AlarmType)
	_, _ = w.Write(taken) // a lost answer is asked for again
}

var _ Alarms = (*sqlTx)(nil)

// PutAlarm implements Alarms.
func (t *sqlTx) PutAlarm(a AlarmRow) error {
	n, err := t.number(a.Device)
	if err != nil {
		return err
	}
	if a.Encapsulation == nil {
		a.Encapsulation = []byte{}
	}
	return t.exec("write alarm", "INSERT INTO alarm (device, seq, received, body, head, encapsulation) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (device, seq) DO NOTHING",
		n, a.Seq, millis(a.Received), a.Body, string(a.Head), a.Encapsulation)
}

func scanAlarm(r *sql.Rows) (a AlarmRow, err error) {
	var received int64
	var head string
	err = r.Scan(&a.Device, &a.Seq, &received, &a.Ahead, &a.Body, &head)
	a.Received, a.Head = fromMillis(received), []byte(head)
	return a, err
}

func scanAhead(r *sql.Rows) (AlarmRow, error) {
	a := AlarmRow{Ahead: true}
	var received int64
	var head string
	err := r.Scan(&a.Device, &a.Seq, &received, &a.Body, &head, &a.Encapsulation)
	a.Received, a.Head = fromMillis(received), []byte(head)
	return a, err
}

// Ahead implements Alarms.
func (t *sqlTx) Ahead(id string, from, to uint64) ([]AlarmRow, error) {
	return rows(t, "read alarms", scanAhead, `SELECT device.id, seq, received, body, head, encapsulation FROM alarm JOIN device ON device.n = alarm.device
		WHERE device.id = ? AND seq >= ? AND seq < ? ORDER BY seq`, id, from, to)
}

// WatchHits implements Alarms.
func (t *sqlTx) WatchHits(since time.Time) ([]AlarmRow, error) {
	return rows(t, "read watch-list hits", scanAlarm, `SELECT device.id, hit.seq, min(hit.received) AS first, min(hit.ahead), hit.body, max(hit.head) FROM (
			SELECT device, seq, received, 0 AS ahead, body, '' AS head FROM entry WHERE watch = 1
			UNION ALL SELECT device, seq, received, 1, body, head FROM alarm
		) AS hit JOIN device ON device.n = hit.device
		GROUP BY device.id, hit.seq, hit.body HAVING min(hit.received) >= ? ORDER BY first, device.id, hit.seq`, millis(since))
}
