package hub

import (
	"database/sql"
	"fmt"
	"time"
)

// hold notes the lists that records were decided by. The last one counts: a
// device never goes back.
func (t *sqlTx) hold(device int64, received time.Time, records []Record) error {
	last := make(map[string]uint64)
	var order []string
	for _, r := range records {
		if r.List == "" || r.Quarantine != "" {
			continue
		}
		if _, ok := last[r.List]; !ok {
			order = append(order, r.List)
		}
		last[r.List] = r.Version
	}
	for _, list := range order {
		err := t.exec("note list", `INSERT INTO held (device, list, version, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (device, list) DO UPDATE SET version = excluded.version, at = excluded.at`, device, list, int64(last[list]), millis(received))
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *sqlTx) Held() ([]Holding, error) {
	return rows(t, "read lists", func(r *sql.Rows) (h Holding, err error) {
		var version, at int64
		err = r.Scan(&h.Device, &h.List, &version, &at)
		h.Version, h.At = uint64(version), fromMillis(at)
		return h, err
	}, "SELECT device.id, held.list, held.version, held.at FROM held JOIN device ON device.n = held.device ORDER BY device.id, held.list")
}

// quarter is how fine days are counted, in milliseconds: every time zone's
// offset is a multiple of it.
const quarter = 15 * 60 * 1000

// tallied are the columns a report may count by: key and quarter of an hour.
var tallied = map[By][2]string{
	ByCheckpoint: {"entry.checkpoint", "0"},
	ByZone:       {"device.zone", "0"},
	ByDay:        {"''", fmt.Sprintf("entry.wall / %d", quarter)},
	ByOutcome:    {"entry.outcome", "0"},
}

func (t *sqlTx) Tally(from, to time.Time, by By) ([]Tally, error) {
	columns, ok := tallied[by]
	if !ok {
		return nil, fmt.Errorf("count scans: %w %q", ErrBy, string(by))
	}
	return rows(t, "count scans", func(r *sql.Rows) (c Tally, err error) {
		var quarters int64
		err = r.Scan(&c.Key, &quarters, &c.Direction, &c.Outcome, &c.Reason, &c.Entries)
		c.At = time.UnixMilli(quarters * quarter)
		return c, err
	}, "SELECT "+columns[0]+", "+columns[1]+`, entry.direction, entry.outcome, entry.reason, count(*)
		FROM entry JOIN device ON device.n = entry.device
		WHERE entry.quarantine = '' AND entry.outcome IN ('refuse', 'refer', 'admit') AND entry.wall >= ? AND entry.wall < ?
		GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`, from.UnixMilli(), to.UnixMilli())
}

func (t *sqlTx) Quarantined(after Place, most int) ([]Held, error) {
	return rows(t, "read quarantine", func(r *sql.Rows) (h Held, err error) {
		var received int64
		err = r.Scan(&h.Device, &h.Index, &received, &h.Why, &h.Body)
		h.Received = fromMillis(received)
		return h, err
	}, `SELECT device.id, entry.seq, entry.received, entry.quarantine, entry.body FROM entry JOIN device ON device.n = entry.device
		WHERE entry.quarantine <> '' AND (device.id > ?1 OR device.id = ?1 AND entry.seq >= ?2)
		ORDER BY device.id, entry.seq LIMIT ?3`, after.Device, after.Index, most)
}

func (t *sqlTx) Release(p Place, r Record) error {
	n, err := t.number(p.Device)
	if err != nil {
		return err
	}
	return t.exec("release entry", `UPDATE entry SET quarantine = ?, wall = ?, checkpoint = ?, lane = ?, direction = ?, outcome = ?, reason = ?,
		scheme = ?, list = ?, version = ?, watch = ? WHERE device = ? AND seq = ? AND quarantine <> ''`,
		r.Quarantine, millis(r.Wall), r.Checkpoint, r.Lane, r.Direction, r.Outcome, r.Reason, r.Scheme, r.List, int64(r.Version), flag(r.Watch), n, p.Index)
}
