package hub

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"chot/sync/wire"

	"golang.org/x/mod/sumdb/tlog"
)

// A Gap is a run of a device's entries that neither the device nor this hub
// has any more: the hub was restored from a backup that lacks them, and the
// device purged them on the receipts it had been given. The log goes on after
// it, and the gap is named for ever.
type Gap struct {
	From, To uint64 // log indices, To excluded
	Frontier []byte // of the log at To, as the device kept it
	Before   []byte // the hub's receipt for From entries; empty for none
	Receipt  []byte // the hub's own, of before it was restored, for To entries or more
	Proven   bool   // Frontier and what follows came out as Receipt's root
	Since    time.Time
}

// A Gaps keeps what is missing, by device.
type Gaps interface {
	PutMissing(id string, upto uint64, now time.Time) error
	Missing() ([]Missing, error)           // of all times, and of devices whose log the hub has not caught up with
	PutGap(id string, g Gap) error         // the device's next entry is at g.To; again, with Proven
	GapsOf(id string) (all []Gap, _ error) // in order
}

// goesOn judges what a device shows of the log before its first entry: whether
// this hub has cosigned as much itself, and, as far as can be known yet, whether
// the frontier is that log's. Only a hub that was restored lacks what its own
// receipt is for, so nothing can be left out at any other.
func (t *taking) goesOn(d Device) (Gap, bool) {
	r, err := wire.OpenReceipt(t.Receipt, t.key.Verifier(), d.Key)
	if err != nil || r.Size() < t.From {
		return Gap{}, false
	}
	had, err := parseFrontier(d.Size, d.Frontier)
	if err != nil {
		return Gap{}, false
	}
	f, err := parseFrontier(t.From, t.Frontier)
	if err != nil || !f.extends(had) {
		return Gap{}, false
	}
	return Gap{From: d.Size, To: t.From, Frontier: t.Frontier, Before: d.Receipt, Receipt: t.Receipt, Since: t.now}, true
}

// An owed is a gap whose receipt the log has yet to come out as.
type owed struct {
	gap     *Gap
	receipt wire.Receipt
}

// owedBy opens the receipts of the gaps that are not proven.
func (t *taking) owedBy(gaps []Gap, d Device) ([]owed, error) {
	var all []owed
	for i := range gaps {
		if gaps[i].Proven {
			continue
		}
		r, err := wire.OpenReceipt(gaps[i].Receipt, t.key.Verifier(), d.Key)
		if err != nil {
			return nil, fmt.Errorf("take bundle: a gap's receipt in the database: %w", err)
		}
		all = append(all, owed{&gaps[i], r})
	}
	return all, nil
}

// meet holds the log at f against the receipts for that size, and reports
// whether none is contradicted.
func meet(all []owed, f frontier) (whole bool) {
	for _, o := range all {
		if o.receipt.Size() != f.size {
			continue
		}
		if o.receipt.Root() != f.root() {
			return false
		}
		o.gap.Proven = true
	}
	return true
}

// overlaps answers a bundle with entries from a gap: what is here is compared,
// and what is not cannot be taken any more. Size is where to send from.
func (t *taking) overlaps(tx Tx, d Device) (_ []byte, _ *wire.Problem, err error) {
	gaps, err := tx.GapsOf(t.Device)
	if err != nil {
		return nil, nil, err
	}
	p := wire.NewProblem(wire.Gap)
	for _, s := range spansOf(gaps, d.Size) {
		from, to := max(s.from, t.From), min(s.to, t.To())
		if from >= to {
			continue
		}
		had, err := tx.Bodies(t.Device, from, to)
		if err != nil {
			return nil, nil, err
		}
		if uint64(len(had)) != to-from {
			return nil, nil, errNotThere
		}
		for i, body := range had {
			if !bytes.Equal(body, t.Entries[from-t.From+uint64(i)]) {
				return t.evidence(tx, wire.Inconsistent)
			}
		}
	}
	for _, g := range gaps {
		if g.From < t.To() && t.From < g.To {
			p.Size = g.To
		}
	}
	if p.Size == 0 {
		return nil, nil, errNotThere
	}
	d.Seen = t.now
	return nil, p, tx.PutDevice(d)
}

var errNotThere = errors.New("take bundle: entries that a receipt was given for are not in the database: restore it from a backup")

// A span is a run of entries the hub has.
type span struct {
	from, to uint64
	frontier []byte // of the log at from, when a gap lies before
}

// spansOf returns the runs that gaps leave of a log.
func spansOf(gaps []Gap, size uint64) []span {
	all := []span{{}}
	for _, g := range gaps {
		all[len(all)-1].to = g.From
		all = append(all, span{from: g.To, frontier: g.Frontier})
	}
	all[len(all)-1].to = size
	return all
}

// logAt returns the frontier of a log the hub has at a size, from the last mark
// or gap before; false for a size within a gap.
func logAt(tx Tx, device string, size uint64) (f frontier, there bool, err error) {
	before, err := tx.MarkUpTo(device, size)
	if err != nil {
		return f, false, err
	}
	if f, err = parseFrontier(before.Size, before.Frontier); err != nil {
		return f, false, err
	}
	bodies, err := tx.Bodies(device, before.Size, size)
	if err != nil {
		return f, false, err
	}
	if uint64(len(bodies)) != size-before.Size { // a gap lies between
		gaps, err := tx.GapsOf(device)
		if err != nil {
			return f, false, err
		}
		last := -1
		for i, g := range gaps {
			if before.Size < g.To && g.To <= size {
				last = i
			}
		}
		if last < 0 {
			return f, false, nil
		}
		if f, err = parseFrontier(gaps[last].To, gaps[last].Frontier); err != nil {
			return f, false, err
		}
		if bodies, err = tx.Bodies(device, f.size, size); err != nil {
			return f, false, err
		}
	}
	for _, b := range bodies {
		f.add(tlog.RecordHash(b))
	}
	return f, f.size == size, nil
}

// auditLog hashes everything the hub has of a log again: what lies before a gap
// against the receipt of then, what follows from the frontier the device kept,
// against the receipts it came with, and all of it against the last one.
func auditLog(tx Tx, device string, gaps []Gap, last wire.Receipt, open func([]byte) (wire.Receipt, error)) error {
	receipts := []wire.Receipt{last}
	for _, g := range gaps {
		texts := [][]byte{g.Before}
		if g.Proven {
			texts = append(texts, g.Receipt)
		}
		for _, text := range texts {
			if len(text) == 0 {
				continue // the hub had nothing of this device's
			}
			r, err := open(text)
			if err != nil {
				return err
			}
			receipts = append(receipts, r)
		}
	}
	var f frontier
	var there uint64
	for _, s := range spansOf(gaps, last.Size()) {
		if len(s.frontier) > 0 {
			var err error
			if f, err = parseFrontier(s.from, s.frontier); err != nil {
				return err
			}
		}
		wrong := func() bool {
			return slices.ContainsFunc(receipts, func(r wire.Receipt) bool { return r.Size() == f.size && r.Root() != f.root() })
		}
		contradicted := f.size > 0 && wrong()
		for f.size < s.to && !contradicted {
			bodies, err := tx.Bodies(device, f.size, min(s.to, f.size+4096))
			if err != nil {
				return err
			}
			if len(bodies) == 0 {
				break
			}
			for _, b := range bodies {
				f.add(tlog.RecordHash(b))
				there++
				contradicted = contradicted || wrong()
			}
		}
		if f.size != s.to || contradicted {
			return fmt.Errorf("the stored log does not hash to its receipt's root (%d of %d entries there): restore the database from a backup", there, last.Size())
		}
	}
	return nil
}

// PutGap implements Gaps.
func (t *sqlTx) PutGap(id string, g Gap) error {
	n, err := t.number(id)
	if err != nil {
		return err
	}
	err = t.exec("note gap", `INSERT INTO gap (device, start, upto, frontier, before, receipt, proven, since)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce((SELECT since FROM missing WHERE device = ?1 AND upto >= ?3), ?8))
		ON CONFLICT (device, start) DO UPDATE SET proven = excluded.proven`,
		n, g.From, g.To, g.Frontier, string(g.Before), string(g.Receipt), flag(g.Proven), millis(g.Since))
	if err != nil {
		return err
	}
	if t.postgres {
		if err := t.exec("go on after gap", "UPDATE device SET tail = ? WHERE n = ? AND tail = ?", g.To, n, g.From); err != nil {
			return err
		}
	}
	return t.exec("note gap", "DELETE FROM missing WHERE device = ?", n)
}

// GapsOf implements Gaps.
func (t *sqlTx) GapsOf(id string) ([]Gap, error) {
	return rows(t, "read gaps", func(r *sql.Rows) (g Gap, err error) {
		var before, receipt string
		var proven, since int64
		err = r.Scan(&g.From, &g.To, &g.Frontier, &before, &receipt, &proven, &since)
		g.Proven = proven != 0
		g.Before, g.Receipt, g.Since = []byte(before), []byte(receipt), fromMillis(since)
		return g, err
	}, `SELECT start, upto, gap.frontier, before, gap.receipt, proven, since FROM gap JOIN device ON device.n = gap.device
		WHERE device.id = ? ORDER BY start`, id)
}
