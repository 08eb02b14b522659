package hub

import (
	"database/sql"
	"fmt"
	"time"

	"chot/sync/wire"
)

func (t *sqlTx) Invitation(token [32]byte) (Admission, error) {
	all, err := rows(t, "read enrolment", func(r *sql.Rows) (Admission, error) {
		a := Admission{Token: token}
		var expires, used int64
		err := r.Scan(&expires, &a.Sealed, &a.Device, &used)
		a.Expires, a.Used = fromMillis(expires), fromMillis(used)
		return a, err
	}, "SELECT expires, sealed, device, used FROM invitation WHERE token = ?"+t.lock(), token[:])
	if err != nil {
		return Admission{}, err
	}
	if len(all) == 0 {
		return Admission{}, ErrNoInvitation
	}
	return all[0], nil
}

func (t *sqlTx) PutInvitation(a Admission) error {
	return t.exec("write enrolment", `INSERT INTO invitation (token, expires, sealed, device, used) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET device = excluded.device, used = excluded.used`,
		a.Token[:], millis(a.Expires), a.Sealed, a.Device, millis(a.Used))
}

func (t *sqlTx) Forget(before time.Time) error {
	return t.exec("forget expired grants", "UPDATE invitation SET sealed = ? WHERE expires <= ? AND length(sealed) > 0", []byte{}, millis(before))
}

func (t *sqlTx) Keep(e Evidence, most int64) (kept bool, err error) {
	n, err := t.number(e.Device)
	if err != nil {
		return false, err
	}
	var held int64
	var same int64
	err = t.tx.QueryRowContext(t.ctx, t.bind("SELECT coalesce(sum(length(bundle)), 0), count(CASE WHEN digest = ? THEN 1 END) FROM evidence WHERE device = ?"),
		e.Digest[:], n).Scan(&held, &same)
	if err != nil {
		return false, fmt.Errorf("keep evidence: %w", err)
	}
	if again := same > 0; again || held+int64(len(e.Bundle)) > most {
		return again, nil
	}
	return true, t.exec("keep evidence", "INSERT INTO evidence (device, at, kind, digest, bundle) VALUES (?, ?, ?, ?, ?)",
		n, millis(e.At), string(e.Kind), e.Digest[:], e.Bundle)
}

func (t *sqlTx) Evidence(id string) ([]Evidence, error) {
	return rows(t, "read evidence", func(r *sql.Rows) (Evidence, error) {
		var e Evidence
		var at int64
		var kind string
		var digest []byte
		if err := r.Scan(&e.Device, &at, &kind, &digest, &e.Bundle); err != nil {
			return Evidence{}, err
		}
		e.At, e.Kind = fromMillis(at), wire.Code(kind)
		copy(e.Digest[:], digest)
		return e, nil
	}, `SELECT device.id, at, kind, digest, bundle FROM evidence JOIN device ON device.n = evidence.device
		WHERE ?1 = '' OR device.id = ?1 ORDER BY evidence.n`, id)
}

func (t *sqlTx) Counts() ([]Count, error) {
	return rows(t, "count entries", func(r *sql.Rows) (c Count, err error) {
		err = r.Scan(&c.Checkpoint, &c.Direction, &c.Outcome, &c.Reason, &c.Entries)
		return c, err
	}, `SELECT checkpoint, direction, outcome, reason, count(*) FROM entry WHERE quarantine = '' AND outcome IN ('refuse', 'refer', 'admit')
		GROUP BY checkpoint, direction, outcome, reason ORDER BY checkpoint, direction, outcome, reason`)
}

func (t *sqlTx) Apart() (map[string]Apart, error) {
	type row struct {
		id string
		Apart
	}
	all, err := rows(t, "count what is kept apart", func(r *sql.Rows) (a row, err error) {
		err = r.Scan(&a.id, &a.Quarantined, &a.Evidence)
		return a, err
	}, `SELECT id, (SELECT count(*) FROM entry WHERE entry.device = device.n AND quarantine <> ''), (SELECT count(*) FROM evidence WHERE evidence.device = device.n) FROM device`)
	m := make(map[string]Apart, len(all))
	for _, a := range all {
		m[a.id] = a.Apart
	}
	return m, err
}

func (t *sqlTx) Open(now time.Time) (n uint64, err error) {
	err = t.tx.QueryRowContext(t.ctx, t.bind("SELECT count(*) FROM invitation WHERE used = 0 AND expires > ?"), millis(now)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count enrolments: %w", err)
	}
	return n, nil
}
