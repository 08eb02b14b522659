package hub

import (
	"database/sql"
	"time"

	"chot/scanner"
)

// A way is how an entry came out.
type way struct{ checkpoint, direction, outcome, reason string }

// tally adds records to their device's counters. It is part of the
// transaction that stores them, so the counters are never off.
func (t *sqlTx) tally(device int64, records []Record) error {
	counts := make(map[way]int64)
	var order []way // two transactions never lock rows in another order
	for _, r := range records {
		if _, err := scanner.ParseOutcome(r.Outcome); err != nil || r.Quarantine != "" {
			continue // a remark is no scan
		}
		w := way{r.Checkpoint, r.Direction, r.Outcome, r.Reason}
		if counts[w] == 0 {
			order = append(order, w)
		}
		counts[w]++
	}
	if len(order) == 0 {
		return nil
	}
	const more = " ON CONFLICT (device, checkpoint, direction, outcome, reason) DO UPDATE SET entries = tally.entries + excluded.entries"
	if !t.postgres {
		for _, w := range order {
			err := t.exec("count entries", "INSERT INTO tally (device, checkpoint, direction, outcome, reason, entries) VALUES (?, ?, ?, ?, ?, ?)"+more,
				device, w.checkpoint, w.direction, w.outcome, w.reason, counts[w])
			if err != nil {
				return err
			}
		}
		return nil
	}
	var c columns
	var n []int64
	for _, w := range order {
		c.checkpoint, c.direction = append(c.checkpoint, w.checkpoint), append(c.direction, w.direction)
		c.outcome, c.reason, n = append(c.outcome, w.outcome), append(c.reason, w.reason), append(n, counts[w])
	}
	return t.exec("count entries", `INSERT INTO tally (device, checkpoint, direction, outcome, reason, entries)
		SELECT ?::bigint, checkpoint, direction, outcome, reason, entries
		FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[]) AS u (checkpoint, direction, outcome, reason, entries)`+more,
		device, c.checkpoint, c.direction, c.outcome, c.reason, n)
}

func scanCount(r *sql.Rows) (c Count, err error) {
	err = r.Scan(&c.Checkpoint, &c.Direction, &c.Outcome, &c.Reason, &c.Entries)
	return c, err
}

func (t *sqlTx) Counts() ([]Count, error) {
	return rows(t, "count entries", scanCount, `SELECT checkpoint, direction, outcome, reason, CAST(sum(entries) AS BIGINT) FROM tally
		GROUP BY checkpoint, direction, outcome, reason ORDER BY checkpoint, direction, outcome, reason`)
}

func (t *sqlTx) PutMissing(id string, upto uint64, now time.Time) error {
	n, err := t.number(id)
	if err != nil {
		return err
	}
	return t.exec("note missing entries", `INSERT INTO missing (device, upto, since, seen) VALUES (?1, ?2, ?3, ?3)
		ON CONFLICT (device) DO UPDATE SET upto = excluded.upto, seen = excluded.seen,
			since = CASE WHEN missing.upto > (SELECT size FROM device WHERE n = excluded.device) THEN missing.since ELSE excluded.since END`,
		n, upto, millis(now))
}

func (t *sqlTx) Missing() ([]Missing, error) {
	return rows(t, "read missing entries", func(r *sql.Rows) (m Missing, err error) {
		var since, seen int64
		var final, proven int64
		err = r.Scan(&m.Device, &m.Checkpoint, &m.From, &m.To, &since, &seen, &final, &proven)
		m.Final, m.Proven = final != 0, proven != 0
		m.Since, m.Seen = fromMillis(since), fromMillis(seen)
		return m, err
	}, `SELECT device.id, device.checkpoint, device.size AS start, missing.upto, missing.since, missing.seen, 0, 0
			FROM missing JOIN device ON device.n = missing.device WHERE missing.upto > device.size
		UNION ALL SELECT device.id, device.checkpoint, gap.start, gap.upto, gap.since, gap.since, 1, gap.proven
			FROM gap JOIN device ON device.n = gap.device
		ORDER BY 1, 3`)
}
