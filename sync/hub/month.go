package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// In PostgreSQL entries lie in one partition a month, by when they were
// received: a month can be moved to another disk, dumped or vacuumed by
// itself, and a report over a week does not read the years before.

// errMonth: there is no partition for the month yet. Update makes it, outside
// the transaction that found out, and begins that one again.
type errMonth int

func (e errMonth) Error() string { return fmt.Sprintf("there is no partition for month %d", int(e)) }

// monthOf returns a time's month as the partitions number them: 202603.
func monthOf(t time.Time) int {
	y, m, _ := t.UTC().Date()
	return y*100 + int(m)
}

// makeMonth makes a month's partition. Attaching a table locks out neither
// readers nor writers of the others, which creating it as a partition would.
func (p *postgres) makeMonth(ctx context.Context, month int) error {
	name := fmt.Sprintf("entry_%d", month)
	return transact(ctx, p.db, nil, &sqlTx{postgres: true, write: true}, func(t Tx) error {
		tx := t.(*sqlTx)
		if err := tx.exec("wait for other programs", "SELECT pg_advisory_xact_lock(1667788660)"); err != nil {
			return err
		}
		var there bool
		if err := tx.tx.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", name).Scan(&there); err != nil || there {
			return err
		}
		return errors.Join(
			tx.exec("make month", "CREATE TABLE "+name+" (LIKE entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"),
			tx.exec("make month", fmt.Sprintf("ALTER TABLE entry ATTACH PARTITION %s FOR VALUES IN (%d)", name, month)),
		)
	})
}

// appendArrays is Append in two statements, whatever the number of records:
// the first numbers the device and makes sure that nothing is there yet.
func (t *sqlTx) appendArrays(id string, from uint64, received time.Time, records []Record) error {
	if len(records) == 0 {
		return nil
	}
	ns, err := rows(t, "append entries", scanNumber,
		"UPDATE device SET tail = tail + ? WHERE id = ? AND tail = ? RETURNING n", len(records), id, from)
	if err != nil {
		return err
	}
	if len(ns) == 0 {
		if _, err := t.number(id); err != nil {
			return err
		}
		return fmt.Errorf("append entries: entry %d is not the device's next", from)
	}
	var c columns
	for _, r := range records {
		c.add(r)
	}
	month := monthOf(received)
	err = t.exec("append entries", `INSERT INTO entry (month, device, seq, received, body, quarantine, wall, checkpoint, lane,
			direction, outcome, reason, scheme, list, version, watch)
		SELECT ?::int, ?::bigint, ?::bigint + place - 1, ?::bigint, body, quarantine, wall, checkpoint, lane, direction, outcome, reason, scheme, list, version, watch
		FROM unnest(?::bytea[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::smallint[])
			WITH ORDINALITY AS u (body, quarantine, wall, checkpoint, lane, direction, outcome, reason, scheme, list, version, watch, place)`,
		month, ns[0], int64(from), millis(received),
		c.body, c.quarantine, c.wall, c.checkpoint, c.lane, c.direction, c.outcome, c.reason, c.scheme, c.list, c.version, c.watch)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23514" && refused.TableName == "entry" { // check_violation: no partition takes the row
		return errMonth(month)
	}
	if err != nil {
		return err
	}
	if err := t.tally(ns[0], records); err != nil {
		return err
	}
	return t.hold(ns[0], received, records)
}

// columns are records turned on their side.
type columns struct {
	body                                                                   [][]byte
	wall, version                                                          []int64
	watch                                                                  []int16
	quarantine, checkpoint, lane, direction, outcome, reason, scheme, list []string
}

func (c *columns) add(r Record) {
	c.body, c.quarantine = append(c.body, r.Body), append(c.quarantine, r.Quarantine)
	c.wall, c.version, c.watch = append(c.wall, millis(r.Wall)), append(c.version, int64(r.Version)), append(c.watch, int16(flag(r.Watch)))
	c.checkpoint, c.lane, c.direction = append(c.checkpoint, r.Checkpoint), append(c.lane, r.Lane), append(c.direction, r.Direction)
	c.outcome, c.reason = append(c.outcome, r.Outcome), append(c.reason, r.Reason)
	c.scheme, c.list = append(c.scheme, r.Scheme), append(c.list, r.List)
}
