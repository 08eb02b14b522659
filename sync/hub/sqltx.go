package hub

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"chot/sync/wire"
)

// sqlTx is one transaction, in SQL that SQLite and PostgreSQL both take. Its
// queries write parameters as ? or ?1.
type sqlTx struct {
	ctx      context.Context
	tx       *sql.Tx
	postgres bool
	write    bool
}

// bind writes a query's parameters the way the database does.
func (t *sqlTx) bind(query string) string {
	if !t.postgres || !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	n := 0
	for i := 0; i < len(query); i++ {
		if query[i] != '?' {
			b.WriteByte(query[i])
			continue
		}
		b.WriteByte('$')
		if i+1 == len(query) || query[i+1] < '0' || query[i+1] > '9' {
			n++
			b.WriteString(strconv.Itoa(n))
		}
	}
	return b.String()
}

// lock ends a query whose rows an update decides upon: nobody else changes
// them until it is done. SQLite has one writer anyway.
func (t *sqlTx) lock() string {
	if t.postgres && t.write {
		return " FOR UPDATE"
	}
	return ""
}

func (t *sqlTx) exec(what, query string, args ...any) error {
	if _, err := t.tx.ExecContext(t.ctx, t.bind(query), args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// rows reads every row of a query with scan.
func rows[T any](t *sqlTx, what string, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	r, err := t.tx.QueryContext(t.ctx, t.bind(query), args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer r.Close()
	var all []T
	for r.Next() {
		v, err := scan(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		all = append(all, v)
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return all, nil
}

const deviceColumns = "key, checkpoint, lane, zone, enrolled, revoked, seen, size, frontier, receipt, unproven"

func scanDevice(r *sql.Rows) (d Device, err error) {
	var key, receipt string
	var enrolled, revoked, seen, unproven int64
	if err := r.Scan(&key, &d.Checkpoint, &d.Lane, &d.Zone, &enrolled, &revoked, &seen, &d.Size, &d.Frontier, &receipt, &unproven); err != nil {
		return Device{}, err
	}
	d.Enrolled, d.Revoked, d.Seen, d.Receipt = fromMillis(enrolled), fromMillis(revoked), fromMillis(seen), []byte(receipt)
	d.Unproven = unproven != 0
	d.Key, err = wire.ParseDeviceVerifier(key)
	return d, err
}

func (t *sqlTx) Device(id string) (Device, error) {
	all, err := rows(t, "read device", scanDevice, "SELECT "+deviceColumns+" FROM device WHERE id = ?"+t.lock(), id)
	if err != nil {
		return Device{}, err
	}
	if len(all) == 0 {
		return Device{}, ErrNoDevice
	}
	return all[0], nil
}

func (t *sqlTx) AllDevices() ([]Device, error) {
	return rows(t, "read devices", scanDevice, "SELECT "+deviceColumns+" FROM device ORDER BY id")
}

func (t *sqlTx) PutDevice(d Device) error {
	if d.Frontier == nil {
		d.Frontier = []byte{}
	}
	return t.exec("write device", `INSERT INTO device (id, `+deviceColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET checkpoint = excluded.checkpoint, lane = excluded.lane, zone = excluded.zone,
			enrolled = excluded.enrolled, revoked = excluded.revoked, seen = excluded.seen,
			size = excluded.size, frontier = excluded.frontier, receipt = excluded.receipt, unproven = excluded.unproven`,
		d.Key.ID(), d.Key.String(), d.Checkpoint, d.Lane, d.Zone, millis(d.Enrolled), millis(d.Revoked), millis(d.Seen),
		d.Size, d.Frontier, string(d.Receipt), flag(d.Unproven))
}

// number returns the device's row number, which other tables refer to.
func (t *sqlTx) number(id string) (n int64, err error) {
	err = t.tx.QueryRowContext(t.ctx, t.bind("SELECT n FROM device WHERE id = ?"), id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNoDevice
	}
	return n, err
}

func (t *sqlTx) Append(id string, from uint64, received time.Time, records []Record) error {
	if t.postgres {
		return t.appendArrays(id, from, received, records)
	}
	n, err := t.number(id)
	if err != nil {
		return err
	}
	insert, err := t.tx.PrepareContext(t.ctx, `INSERT INTO entry (device, seq, received, body, quarantine, wall, checkpoint, lane,
		direction, outcome, reason, scheme, list, version, watch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return fmt.Errorf("append entries: %w", err)
	}
	defer insert.Close()
	for i, r := range records {
		if _, err := insert.ExecContext(t.ctx, n, from+uint64(i), millis(received), r.Body, r.Quarantine, millis(r.Wall), r.Checkpoint, r.Lane,
			r.Direction, r.Outcome, r.Reason, r.Scheme, r.List, int64(r.Version), flag(r.Watch)); err != nil {
			return fmt.Errorf("append entry %d: %w", from+uint64(i), err)
		}
	}
	if err := t.tally(n, records); err != nil {
		return err
	}
	return t.hold(n, received, records)
}

// flag is a truth as both databases keep it.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func scanNumber(r *sql.Rows) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

func scanBlob(r *sql.Rows) (b []byte, err error) {
	err = r.Scan(&b)
	return b, err
}

func (t *sqlTx) Bodies(id string, from, to uint64) ([][]byte, error) {
	if from >= to {
		return nil, nil
	}
	return rows(t, "read entries", scanBlob, `SELECT body FROM entry JOIN device ON device.n = entry.device
		WHERE device.id = ? AND seq >= ? AND seq < ? ORDER BY seq`, id, from, to)
}

func (t *sqlTx) PutMark(id string, m Mark, milestone bool) error {
	err := t.exec("write mark", "INSERT INTO mark (device, size, frontier, receipt, milestone) SELECT n, ?, ?, ?, ? FROM device WHERE id = ?",
		m.Size, m.Frontier, string(m.Receipt), flag(milestone), id)
	if err != nil {
		return err
	}
	return t.exec("thin out marks", `DELETE FROM mark WHERE device = (SELECT n FROM device WHERE id = ?1) AND milestone = 0 AND size <
		(SELECT size FROM mark WHERE device = (SELECT n FROM device WHERE id = ?1) ORDER BY size DESC LIMIT 1 OFFSET 15)`, id)
}

func scanMark(r *sql.Rows) (m Mark, err error) {
	var receipt string
	err = r.Scan(&m.Size, &m.Frontier, &receipt)
	m.Receipt = []byte(receipt)
	return m, err
}

func first[T any](all []T, err error) (v T, _ error) {
	if err == nil && len(all) > 0 {
		v = all[0]
	}
	return v, err
}

const markQuery = "SELECT mark.size, mark.frontier, mark.receipt FROM mark JOIN device ON device.n = mark.device WHERE device.id = ? AND mark.size "

func (t *sqlTx) MarkUpTo(id string, size uint64) (Mark, error) {
	return first(rows(t, "read mark", scanMark, markQuery+"<= ? ORDER BY mark.size DESC LIMIT 1", id, size))
}

func (t *sqlTx) MarkFrom(id string, size uint64) (Mark, error) {
	return first(rows(t, "read mark", scanMark, markQuery+">= ? ORDER BY mark.size LIMIT 1", id, size))
}

// transact begins tx on db, and commits it if do returns nil.
func transact(ctx context.Context, db *sql.DB, o *sql.TxOptions, tx *sqlTx, do func(Tx) error) error {
	begun, err := db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	tx.ctx, tx.tx = ctx, begun
	if err := do(tx); err != nil {
		if rollback := begun.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			return errors.Join(err, fmt.Errorf("roll back: %w", rollback))
		}
		return err
	}
	if err := begun.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
