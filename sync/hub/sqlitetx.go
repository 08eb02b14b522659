package hub

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"chot/sync/wire"
)

func (t *sqliteTx) exec(what, query string, args ...any) error {
	if _, err := t.tx.ExecContext(t.ctx, query, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// rows reads every row of a query with scan.
func rows[T any](t *sqliteTx, what string, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	r, err := t.tx.QueryContext(t.ctx, query, args...)
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

const deviceColumns = "key, checkpoint, lane, zone, enrolled, revoked, seen, size, frontier, receipt"

func scanDevice(r *sql.Rows) (d Device, err error) {
	var key, receipt string
	var enrolled, revoked, seen int64
	if err := r.Scan(&key, &d.Checkpoint, &d.Lane, &d.Zone, &enrolled, &revoked, &seen, &d.Size, &d.Frontier, &receipt); err != nil {
		return Device{}, err
	}
	d.Enrolled, d.Revoked, d.Seen, d.Receipt = fromMillis(enrolled), fromMillis(revoked), fromMillis(seen), []byte(receipt)
	d.Key, err = wire.ParseDeviceVerifier(key)
	return d, err
}

func (t *sqliteTx) Device(id string) (Device, error) {
	all, err := rows(t, "read device", scanDevice, "SELECT "+deviceColumns+" FROM device WHERE id = ?", id)
	if err != nil {
		return Device{}, err
	}
	if len(all) == 0 {
		return Device{}, ErrNoDevice
	}
	return all[0], nil
}

func (t *sqliteTx) AllDevices() ([]Device, error) {
	return rows(t, "read devices", scanDevice, "SELECT "+deviceColumns+" FROM device ORDER BY id")
}

func (t *sqliteTx) PutDevice(d Device) error {
	if d.Frontier == nil {
		d.Frontier = []byte{}
	}
	return t.exec("write device", `INSERT INTO device (id, `+deviceColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET checkpoint = excluded.checkpoint, lane = excluded.lane, zone = excluded.zone,
			enrolled = excluded.enrolled, revoked = excluded.revoked, seen = excluded.seen,
			size = excluded.size, frontier = excluded.frontier, receipt = excluded.receipt`,
		d.Key.ID(), d.Key.String(), d.Checkpoint, d.Lane, d.Zone, millis(d.Enrolled), millis(d.Revoked), millis(d.Seen),
		d.Size, d.Frontier, string(d.Receipt))
}

// number returns the device's row number, which other tables refer to.
func (t *sqliteTx) number(id string) (n int64, err error) {
	err = t.tx.QueryRowContext(t.ctx, "SELECT n FROM device WHERE id = ?", id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNoDevice
	}
	return n, err
}

func (t *sqliteTx) Append(id string, from uint64, received time.Time, records []Record) error {
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
			r.Direction, r.Outcome, r.Reason, r.Scheme, r.List, int64(r.Version), r.Watch); err != nil {
			return fmt.Errorf("append entry %d: %w", from+uint64(i), err)
		}
	}
	return nil
}

func scanBlob(r *sql.Rows) (b []byte, err error) {
	err = r.Scan(&b)
	return b, err
}

func (t *sqliteTx) Bodies(id string, from, to uint64) ([][]byte, error) {
	return rows(t, "read entries", scanBlob, `SELECT body FROM entry JOIN device ON device.n = entry.device
		WHERE device.id = ? AND seq >= ? AND seq < ? ORDER BY seq`, id, from, to)
}

func (t *sqliteTx) PutMark(id string, m Mark, milestone bool) error {
	n, err := t.number(id)
	if err != nil {
		return err
	}
	err = t.exec("write mark", "INSERT INTO mark (device, size, frontier, receipt, milestone) VALUES (?, ?, ?, ?, ?)",
		n, m.Size, m.Frontier, string(m.Receipt), milestone)
	if err != nil {
		return err
	}
	return t.exec("thin out marks", `DELETE FROM mark WHERE device = ?1 AND milestone = 0 AND size <
		(SELECT size FROM mark WHERE device = ?1 ORDER BY size DESC LIMIT 1 OFFSET 15)`, n)
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

func (t *sqliteTx) MarkUpTo(id string, size uint64) (Mark, error) {
	return first(rows(t, "read mark", scanMark, markQuery+"<= ? ORDER BY mark.size DESC LIMIT 1", id, size))
}

func (t *sqliteTx) MarkFrom(id string, size uint64) (Mark, error) {
	return first(rows(t, "read mark", scanMark, markQuery+">= ? ORDER BY mark.size LIMIT 1", id, size))
}
