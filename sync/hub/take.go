package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"chot/scanner"
	"chot/sync/wire"

	"golang.org/x/mod/sumdb/tlog"
)

// maxEvidence bounds what is kept of one device's refused bundles, in bytes.
const maxEvidence = 64 << 20

// milestone is how many entries apart marks are kept for ever.
const milestone = 1024

// Take takes a packed bundle, from whatever it came on, and returns the
// receipt once every entry is on disk. A refusal is a *wire.Problem; any
// other error is the hub's own trouble and nothing was changed.
func (h *Hub) Take(ctx context.Context, packed []byte) (receipt []byte, err error) {
	receipt, _, err = h.take(ctx, packed)
	return receipt, err
}

func (h *Hub) take(ctx context.Context, packed []byte) (receipt []byte, device string, err error) {
	return h.takeAt(ctx, packed, true)
}

// takeUnhurried is take for what somebody brings by hand, however much it is.
func (h *Hub) takeUnhurried(ctx context.Context, packed []byte) (receipt []byte, device string, err error) {
	return h.takeAt(ctx, packed, false)
}

func (h *Hub) takeAt(ctx context.Context, packed []byte, limited bool) (receipt []byte, device string, err error) {
	began := time.Now()
	var t taking
	receipt, err = h.takeBundle(ctx, packed, limited, &t)
	h.metrics.taking.Observe(time.Since(began).Seconds())
	how := "repeated"
	if t.fresh > 0 {
		how = "taken"
	}
	h.metrics.bundles.WithLabelValues(answer(err, how)).Inc()
	if err == nil {
		h.metrics.entries.Add(float64(t.fresh))
		h.metrics.quarantined.Add(float64(t.apart))
	}
	return receipt, t.Device, err
}

func (h *Hub) takeBundle(ctx context.Context, packed []byte, limited bool, t *taking) (receipt []byte, err error) {
	if err := h.working.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer h.working.Release(1)
	b, err := wire.ParseBundle(packed)
	if errors.Is(err, wire.ErrTooLarge) {
		return nil, wire.NewProblem(wire.TooLarge)
	} else if err != nil {
		return nil, wire.NewProblem(wire.BadBundle)
	}
	t.Device = b.Device
	head, err := h.authenticate(ctx, b)
	if err != nil {
		return nil, err
	}
	if limited {
		if ok, wait := h.allow(b.Device); !ok {
			p := wire.NewProblem(wire.SlowDown)
			p.Retry = int(wait/time.Second) + 1
			return nil, p
		}
	}
	*t = taking{Bundle: b, packed: packed, head: head, now: h.now().UTC(), key: h.identity.key, records: interpret(b)}
	var problem *wire.Problem
	err = h.store.Update(ctx, func(tx Tx) error {
		receipt, problem, err = t.take(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if problem != nil {
		return nil, problem
	}
	return receipt, nil
}

// authenticate verifies that a bundle's head is its device's.
func (h *Hub) authenticate(ctx context.Context, b wire.Bundle) (wire.Head, error) {
	key, err := h.keyOf(ctx, b.Device)
	if err != nil {
		return wire.Head{}, err
	}
	head, err := wire.OpenHead(b.Head, key)
	if err != nil {
		return wire.Head{}, wire.NewProblem(wire.BadSignature)
	}
	if head.Size() != b.To() {
		return wire.Head{}, wire.NewProblem(wire.BadBundle)
	}
	return head, nil
}

// keyOf returns a known device's key. An id is a digest of its key, so what
// was read once holds for ever; whether the device is still known is asked
// again when its bundle is stored.
func (h *Hub) keyOf(ctx context.Context, device string) (wire.DeviceVerifier, error) {
	h.mu.Lock()
	key, ok := h.keys[device]
	h.mu.Unlock()
	if ok {
		return key, nil
	}
	err := h.store.View(ctx, func(tx Tx) error {
		d, err := tx.Device(device)
		key = d.Key
		return err
	})
	if errors.Is(err, ErrNoDevice) {
		return key, wire.NewProblem(wire.UnknownDevice)
	} else if err != nil {
		return key, err
	}
	h.mu.Lock()
	h.keys[device] = key
	h.mu.Unlock()
	return key, nil
}

// A taking is one bundle on its way into the store.
type taking struct {
	wire.Bundle
	packed  []byte
	head    wire.Head
	now     time.Time
	key     wire.HubKey
	records []Record
	fresh   int // entries stored
	apart   int // of which in quarantine
}

// take judges and stores the bundle. With a problem the transaction commits
// too: it may hold evidence.
func (t *taking) take(tx Tx) (receipt []byte, problem *wire.Problem, err error) {
	t.fresh, t.apart = 0, 0 // a store may begin the transaction again
	d, err := tx.Device(t.Device)
	if errors.Is(err, ErrNoDevice) {
		return nil, wire.NewProblem(wire.UnknownDevice), nil
	} else if err != nil {
		return nil, nil, err
	}
	if !d.Revoked.IsZero() {
		if _, _, err := t.evidence(tx, wire.RevokedDevice); err != nil {
			return nil, nil, err
		}
		p, err := revoked(t.key, d)
		return nil, p, err
	}
	var gap *Gap
	switch {
	case t.From <= d.Size:
	case len(t.Receipt) > 0:
		g, ok := t.goesOn(d)
		if !ok {
			return t.evidence(tx, wire.Inconsistent)
		}
		gap, d.Size, d.Frontier = &g, g.To, g.Frontier
	default:
		// A device that still has the rest sends it now; one that has not shows
		// how it got there, and until then the gap stands where a report names it.
		p := wire.NewProblem(wire.Gap)
		p.Size = d.Size
		d.Seen = t.now
		return nil, p, errors.Join(tx.PutDevice(d), tx.PutMissing(t.Device, t.From, t.now))
	}
	had, err := tx.Bodies(t.Device, t.From, min(t.To(), d.Size))
	if err != nil {
		return nil, nil, err
	}
	if uint64(len(had)) < min(t.To(), d.Size)-t.From {
		return t.overlaps(tx, d)
	}
	for i, body := range had {
		if !bytes.Equal(body, t.Entries[i]) {
			return t.evidence(tx, wire.Inconsistent)
		}
	}
	if contradicts, err := t.contradicts(tx, d.Size); err != nil {
		return nil, nil, err
	} else if contradicts {
		return t.evidence(tx, wire.Inconsistent)
	}
	d.Seen = t.now
	if t.To() < d.Size {
		return t.repeat(tx, d)
	}

	f, err := parseFrontier(d.Size, d.Frontier)
	if err != nil {
		return nil, nil, err
	}
	var gaps []Gap
	if d.Unproven {
		if gaps, err = tx.GapsOf(t.Device); err != nil {
			return nil, nil, err
		}
	}
	if gap != nil {
		gaps = append(gaps, *gap)
	}
	receipts, err := t.owedBy(gaps, d)
	if err != nil {
		return nil, nil, err
	}
	met := meet(receipts, f)
	for _, e := range t.Entries[len(had):] {
		f.add(tlog.RecordHash(e))
		met = met && meet(receipts, f)
	}
	if !met || f.root() != t.head.Root() {
		return t.evidence(tx, wire.Inconsistent)
	}
	at := t.now
	for _, text := range [][]byte{d.Receipt, t.Receipt} {
		if last, err := wire.OpenReceipt(text, t.key.Verifier(), d.Key); err == nil && last.Time().After(at) {
			at = last.Time() // a clock set back must not make a receipt older than the one before
		}
	}
	if receipt, err = wire.Cosign(t.key, t.head, at); err != nil {
		return nil, nil, err
	}
	for _, g := range gaps {
		if err := tx.PutGap(t.Device, g); err != nil {
			return nil, nil, err
		}
	}
	d.Unproven = slices.ContainsFunc(gaps, func(g Gap) bool { return !g.Proven })
	if fresh := t.records[len(had):]; len(fresh) > 0 || gap != nil {
		if err := tx.Append(t.Device, d.Size, t.now, fresh); err != nil {
			return nil, nil, err
		}
		for _, r := range fresh {
			if r.Quarantine != "" {
				t.apart++
			}
		}
		t.fresh = len(fresh)
		crosses := f.size/milestone != d.Size/milestone
		d.Size, d.Frontier, d.Receipt = f.size, f.bytes(), receipt
		if err := tx.PutMark(t.Device, Mark{d.Size, d.Frontier, receipt}, crosses); err != nil {
			return nil, nil, err
		}
	}
	return receipt, nil, tx.PutDevice(d)
}

// repeat answers a bundle that ends before what the hub has, all of whose
// entries it has: an answer was lost and the batches were cut differently
// since. The head is held against the log as it was at that size.
func (t *taking) repeat(tx Tx, d Device) ([]byte, *wire.Problem, error) {
	f, there, err := logAt(tx, t.Device, t.To())
	switch {
	case err != nil:
		return nil, nil, err
	case !there:
		return t.overlaps(tx, d)
	case f.root() != t.head.Root():
		return t.evidence(tx, wire.Inconsistent)
	}
	m, err := tx.MarkFrom(t.Device, t.To())
	if err != nil {
		return nil, nil, err
	}
	if len(m.Receipt) == 0 {
		return nil, nil, errors.New("take bundle: a receipt that was given is not in the database: restore it from a backup")
	}
	return m.Receipt, nil, tx.PutDevice(d)
}

// evidence keeps the bundle apart and refuses it.
func (t *taking) evidence(tx Tx, kind wire.Code) ([]byte, *wire.Problem, error) {
	content, err := t.Content()
	if err != nil {
		return nil, nil, err
	}
	_, err = tx.Keep(Evidence{Device: t.Device, At: t.now, Kind: kind, Digest: sha256.Sum256(content), Bundle: t.packed}, maxEvidence)
	return nil, wire.NewProblem(kind), err
}

// Why an entry is quarantined: the store's codes.
const (
	unreadable = "unreadable"  // a newer device's, or nonsense
	wrongIndex = "wrong-index" // its own sequence is not its place in the log
)

// interpret reads what can be read of a bundle's entries.
func interpret(b wire.Bundle) []Record {
	records := make([]Record, len(b.Entries))
	for i, body := range b.Entries {
		r := &records[i]
		r.Body = body
		e, err := scanner.ParseEntry(body)
		switch {
		case err != nil || strings.ContainsRune(e.Checkpoint+e.Lane+e.List, 0): // PostgreSQL takes no zero in a text
			r.Quarantine = unreadable
		case e.Seq != b.From+uint64(i):
			r.Quarantine = wrongIndex
		default:
			r.Wall, r.Checkpoint, r.Lane = e.At.Wall, e.Checkpoint, e.Lane
			if e.Kind != scanner.Scan {
				r.Direction, r.Outcome = e.Direction.String(), e.Kind.String() // Tally counts scans only
				continue
			}
			r.Direction, r.Outcome, r.Reason, r.Scheme = e.Direction.String(), e.Outcome.String(), e.Reason.String(), e.Scheme.String()
			r.List, r.Version, r.Watch = e.List, e.Version, e.Watch
		}
	}
	return records
}
