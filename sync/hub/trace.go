package hub

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"chot/sync/wire"
)

// A Trace is one use of a trace key on a hub's entries, as its audit keeps it.
type Trace struct {
	N     uint64 // from 1
	At    time.Time
	Who   string   // the account and machine
	Key   string   // the trace key's id
	Kind  string   // "subject" or "with"
	Asked []byte   // what was asked, sealed to that key: the hub cannot read it
	Chain [32]byte // SHA-256 over the chain before and this row
}

// Traces keeps the audit of tracing, in order. Rows are never changed.
type Traces interface {
	AddTrace(Trace) error
	AllTraces() ([]Trace, error)
}

// link computes a row's chain: changing or removing one shows in every later.
func (t Trace) link(before [32]byte) [32]byte {
	b := append([]byte("chot trace 1\n"), before[:]...)
	b = binary.BigEndian.AppendUint64(b, t.N)
	b = binary.BigEndian.AppendUint64(b, uint64(millis(t.At)))
	for _, part := range [][]byte{[]byte(t.Who), []byte(t.Key), []byte(t.Kind), t.Asked} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return sha256.Sum256(b)
}

// A Run is entries of one device, as they were taken.
type Run struct {
	Device  string
	From    uint64
	Entries [][]byte

	// Encapsulation came with a hit that is ahead of its run, whose segment's
	// first entry may be under way: nothing proves it but that the hit opens.
	Encapsulation []byte
}

// runLength is how many entries are read in one transaction.
const runLength = 4096

// ErrAudit is wrapped when the audit of tracing was tampered with, or cannot
// be kept.
var ErrAudit = errors.New("the audit of tracing")

// Trace writes a use down and then, only then, hands out every entry, device
// by device and in order, and the watch-list hits that came ahead of theirs,
// each as a run of its own. The sequence may be ranged over more than once. Of t
// the hub fills N, At and Chain.
func (h *Hub) Trace(ctx context.Context, t Trace) (Trace, iter.Seq2[Run, error], error) {
	h.tracing.Lock() // in this folder's order, which trace.head is to keep
	defer h.tracing.Unlock()
	var devices []Device
	err := h.store.Update(ctx, func(tx Tx) error {
		audit, all, err := h.audit(tx)
		if err != nil {
			return err
		}
		var last Trace
		if len(all) > 0 {
			last = all[len(all)-1]
		}
		t.N, t.At = last.N+1, h.now().UTC().Truncate(time.Millisecond)
		t.Chain = t.link(last.Chain)
		if err := audit.AddTrace(t); err != nil {
			return err
		}
		devices, err = tx.AllDevices()
		return err
	})
	if err != nil {
		return Trace{}, nil, fmt.Errorf("begin tracing: %w", err)
	}
	if err := h.keepTraceHead(t); err != nil {
		return Trace{}, nil, fmt.Errorf("begin tracing: keep %s: %w", traceHeadFile, err)
	}
	h.log.Info("tracing", "n", t.N, "chain", fmt.Sprintf("%x", t.Chain), "who", t.Who, "key", t.Key, "kind", t.Kind)
	return t, func(yield func(Run, error) bool) {
		for _, d := range devices {
			if !h.device(ctx, d, yield) {
				return
			}
		}
	}, nil
}

// device yields one device's entries, and the hits from where it has none.
func (h *Hub) device(ctx context.Context, d Device, yield func(Run, error) bool) bool {
	var gaps []Gap
	err := h.store.View(ctx, func(tx Tx) (err error) {
		gaps, err = tx.GapsOf(d.Key.ID())
		return err
	})
	if err != nil {
		yield(Run{Device: d.Key.ID()}, err)
		return false
	}
	for _, s := range spansOf(gaps, d.Size) {
		if !h.runs(ctx, d.Key.ID(), s.from, s.to, yield) {
			return false
		}
	}
	for _, g := range append(gaps, Gap{From: d.Size, To: wire.MaxSize}) {
		if !h.ahead(ctx, d.Key.ID(), g.From, g.To, yield) {
			return false
		}
	}
	return true
}

// runs yields a span of one device's entries and reports whether to go on.
func (h *Hub) runs(ctx context.Context, device string, from, to uint64, yield func(Run, error) bool) bool {
	for ; from < to; from += runLength {
		bodies, err := h.Entries(ctx, device, from, min(from+runLength, to))
		if err == nil && uint64(len(bodies)) < min(runLength, to-from) {
			err = fmt.Errorf("device %s: entries from %d on are missing: restore the database from a backup", device, from)
		}
		if !yield(Run{Device: device, From: from, Entries: bodies}, err) || err != nil {
			return false
		}
	}
	return true
}

// ahead yields a device's hits that came where it has no entries.
func (h *Hub) ahead(ctx context.Context, device string, from, to uint64, yield func(Run, error) bool) bool {
	var rows []AlarmRow
	err := h.store.View(ctx, func(tx Tx) (err error) {
		if alarms, ok := tx.(Alarms); ok {
			rows, err = alarms.Ahead(device, from, to)
		}
		return err
	})
	if err != nil {
		yield(Run{Device: device}, fmt.Errorf("read alarms: %w", err))
		return false
	}
	for _, a := range rows {
		if !yield(Run{Device: device, From: a.Seq, Entries: [][]byte{a.Body}, Encapsulation: a.Encapsulation}, nil) {
			return false
		}
	}
	return true
}

// Traces returns the audit, after proving its chain.
func (h *Hub) Traces(ctx context.Context) (all []Trace, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		_, all, err = h.audit(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read audit: %w", err)
	}
	return all, nil
}

func (h *Hub) audit(tx Tx) (Traces, []Trace, error) {
	audit, ok := tx.(Traces)
	if !ok {
		return nil, nil, fmt.Errorf("%w cannot be kept in this database: trace on a hub folder with SQLite", ErrAudit)
	}
	all, err := audit.AllTraces()
	if err != nil {
		return nil, nil, err
	}
	var before [32]byte
	for i, t := range all {
		if t.N != uint64(i)+1 || t.link(before) != t.Chain {
			return nil, nil, fmt.Errorf("%w was changed at use %d: keep the database as evidence, and restore it from a backup", ErrAudit, i+1)
		}
		before = t.Chain
	}
	if err := h.heldAgainst(all); err != nil {
		return nil, nil, err
	}
	return audit, all, nil
}

// AddTrace implements Traces.
func (t *sqlTx) AddTrace(r Trace) error {
	return t.exec("write audit", "INSERT INTO trace (n, at, who, key, kind, asked, chain) VALUES (?, ?, ?, ?, ?, ?, ?)",
		r.N, millis(r.At), r.Who, r.Key, r.Kind, r.Asked, r.Chain[:])
}

// AllTraces implements Traces.
func (t *sqlTx) AllTraces() ([]Trace, error) {
	return rows(t, "read audit", func(r *sql.Rows) (v Trace, err error) {
		var at int64
		var chain []byte
		err = r.Scan(&v.N, &at, &v.Who, &v.Key, &v.Kind, &v.Asked, &chain)
		v.At = fromMillis(at)
		copy(v.Chain[:], chain)
		return v, err
	}, "SELECT n, at, who, key, kind, asked, chain FROM trace ORDER BY n")
}

var _ Traces = (*sqlTx)(nil)
