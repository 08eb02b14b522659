package hub

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"chot/sync/wire"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

//go:embed migrations/postgres/*.sql
var postgresMigrations embed.FS

// postgres is the Store of a province: any number of hubs on one database.
//
// Transactions run under REPEATABLE READ and lock the rows they decide upon
// (sqlTx.lock), which makes them serialisable: two that touch one device or
// one enrolment wait for each other, and whoever read before the other wrote
// is begun again.
type postgres struct{ db *sql.DB }

// connections is how many a hub holds; a few are left for reading.
const connections = 20

// retries is how often a transaction that met another is begun again.
const retries = 50

// ErrDatabaseURL: the database's URL cannot be used.
var ErrDatabaseURL = errors.New("not a database this hub can use: want postgres://USER@HOST/DATABASE")

// dialPostgres connects, and reports whether a hub has used the database.
func dialPostgres(ctx context.Context, address string) (p *postgres, used bool, err error) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, false, ErrDatabaseURL // the address may hold a password: never in an error
	}
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, false, ErrDatabaseURL
	}
	for name, value := range map[string]string{"application_name": "chot-hub", "idle_in_transaction_session_timeout": "60000", "lock_timeout": "10000"} {
		if c.RuntimeParams[name] == "" {
			c.RuntimeParams[name] = value
		}
	}
	p = &postgres{stdlib.OpenDB(*c, stdlib.OptionAfterConnect(keepCommits))}
	p.db.SetMaxOpenConns(connections)
	p.db.SetMaxIdleConns(connections)
	p.db.SetConnMaxIdleTime(5 * time.Minute)
	var table sql.NullString
	err = p.db.QueryRowContext(ctx, "SELECT to_regclass('chot_schema')::text").Scan(&table)
	if err == nil {
		err = p.fsyncs(ctx)
	}
	if err != nil {
		return nil, false, errors.Join(fmt.Errorf("open database: %w", err), p.Close())
	}
	return p, table.Valid, nil
}

// keepCommits makes a commit wait for the disk on a server where it would not.
func keepCommits(ctx context.Context, c *pgx.Conn) error {
	var setting string
	if err := c.QueryRow(ctx, "SHOW synchronous_commit").Scan(&setting); err != nil || setting != "off" {
		return err
	}
	_, err := c.Exec(ctx, "SET synchronous_commit = on")
	return err
}

// fsyncs refuses a server that would lose commits with the power.
func (p *postgres) fsyncs(ctx context.Context) error {
	var setting string
	err := p.db.QueryRowContext(ctx, "SELECT setting FROM pg_settings WHERE name = 'fsync'").Scan(&setting)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // another engine, without such a switch
	}
	if err == nil && setting != "on" {
		return errors.New("the PostgreSQL server runs with fsync off and would lose what devices were told it has: turn it on")
	}
	return err
}

// prepare brings the schema to this version's and makes sure that the
// database is this hub's.
func (p *postgres) prepare(ctx context.Context, hub wire.HubVerifier) error {
	files, err := postgresMigrations.ReadDir("migrations/postgres")
	if err != nil {
		return err
	}
	return transact(ctx, p.db, nil, &sqlTx{postgres: true, write: true}, func(t Tx) error {
		tx := t.(*sqlTx)
		// Another program may be changing a large table.
		if err := tx.exec("wait as long as it takes", "SET LOCAL lock_timeout = 0"); err != nil {
			return err
		}
		// One program at a time; 0x63686f74 is "chot".
		if err := tx.exec("wait for other programs", "SELECT pg_advisory_xact_lock(1667788660)"); err != nil {
			return err
		}
		err := tx.exec("make schema table", "CREATE TABLE IF NOT EXISTS chot_schema (step INTEGER PRIMARY KEY, name TEXT NOT NULL, hub TEXT NOT NULL)")
		if err != nil {
			return err
		}
		names, err := rows(tx, "read schema", func(r *sql.Rows) (name string, err error) { return name, r.Scan(&name) }, "SELECT name FROM chot_schema ORDER BY step")
		if err != nil {
			return err
		}
		if len(names) > len(files) {
			return fmt.Errorf("the database was made by a newer version of this program (schema %d, this one knows %d): update the program", len(names), len(files))
		}
		for i := len(names); i < len(files); i++ {
			step, err := postgresMigrations.ReadFile("migrations/postgres/" + files[i].Name())
			if err != nil {
				return err
			}
			for _, statement := range statements(string(step)) {
				if err := tx.exec(fmt.Sprintf("bring database to schema %d", i+1), statement); err != nil {
					return err
				}
			}
			if err := tx.exec("number schema", "INSERT INTO chot_schema (step, name, hub) VALUES (?, ?, ?)", i+1, files[i].Name(), hub.ID()); err != nil {
				return err
			}
		}
		var owner string
		if err := tx.tx.QueryRowContext(ctx, "SELECT hub FROM chot_schema WHERE step = 1").Scan(&owner); err != nil {
			return fmt.Errorf("read schema: %w", err)
		}
		if owner != hub.ID() {
			return fmt.Errorf("the database is that of hub %s, and this folder's key is hub %s: use the folder with %s's keys, or another database", owner, hub.ID(), owner)
		}
		return nil
	})
}

// statements splits a migration: each ends with ";" at the end of a line,
// before any comment.
func statements(step string) []string {
	var all []string
	var b strings.Builder
	for line := range strings.Lines(step) {
		code, _, _ := strings.Cut(line, "--")
		if code = strings.TrimSpace(code); code == "" {
			continue
		}
		b.WriteString(code + "\n")
		if strings.HasSuffix(code, ";") {
			all = append(all, b.String())
			b.Reset()
		}
	}
	if b.Len() > 0 {
		all = append(all, b.String())
	}
	return all
}

func (p *postgres) Update(ctx context.Context, do func(Tx) error) error {
	for try := 1; ; try++ {
		err := transact(ctx, p.db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, &sqlTx{postgres: true, write: true}, do)
		var month errMonth
		var refused *pgconn.PgError
		switch {
		case errors.As(err, &month):
			err = p.makeMonth(ctx, int(month))
			if err != nil {
				return err
			}
		case errors.As(err, &refused) && slices.Contains(met, refused.Code):
		default:
			return err
		}
		if try == retries {
			return err
		}
	}
}

// met are the codes of a transaction that met another: serialization_failure
// and deadlock_detected (PostgreSQL §13.5, Appendix A).
var met = []string{"40001", "40P01"}

func (p *postgres) View(ctx context.Context, do func(Tx) error) error {
	return transact(ctx, p.db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, &sqlTx{postgres: true}, do)
}

// Writers is more than the processors: the server writes the commits of
// several at once to disk.
func (p *postgres) Writers() int64 { return connections - 4 }

func (p *postgres) Close() error { return p.db.Close() }
