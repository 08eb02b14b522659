package hub

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// sqlite is the Store of one site: a file, one writer, any number of readers.
type sqlite struct{ write, read *sql.DB }

// openSQLite opens or makes the database at path. Every commit is on disk
// before it returns (WAL with synchronous=FULL).
func openSQLite(ctx context.Context, path string) (Store, error) {
	// SQLite gives its WAL the file's own permissions.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	f.Close()
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	dsn := func(pragmas ...string) string {
		q := url.Values{"_pragma": append(pragmas, "busy_timeout(10000)", "foreign_keys(1)")}
		return (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String()
	}
	write, err := sql.Open("sqlite", dsn("journal_mode(WAL)", "synchronous(FULL)")+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	write.SetMaxOpenConns(1) // SQLite has one writer; a queue here is fairer than its busy loop
	read, err := sql.Open("sqlite", dsn("query_only(1)"))
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	read.SetMaxOpenConns(4)
	s := &sqlite{write, read}
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("open database %s: %w", filepath.Base(path), err)
	}
	return s, nil
}

// migrate brings the schema to this version's, one file a step, each in its
// own transaction.
func (s *sqlite) migrate(ctx context.Context) error {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	var have int
	if err := s.write.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return fmt.Errorf("it cannot be read: %w", err)
	}
	if have > len(files) {
		return fmt.Errorf("it was made by a newer version of this program (schema %d, this one knows %d): update the program", have, len(files))
	}
	for i := have; i < len(files); i++ {
		step, err := migrations.ReadFile("migrations/" + files[i].Name())
		if err != nil {
			return err
		}
		err = transact(ctx, s.write, nil, func(tx *sqliteTx) error {
			// Another program may have taken the step since.
			if err := tx.tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil || have > i {
				return err
			}
			return errors.Join(tx.exec("change schema", string(step)), tx.exec("number schema", fmt.Sprintf("PRAGMA user_version = %d", i+1)))
		})
		if err != nil {
			return fmt.Errorf("bring it to schema %d: %w", i+1, err)
		}
	}
	return nil
}

func (s *sqlite) Update(ctx context.Context, do func(Tx) error) error {
	return transact(ctx, s.write, nil, func(tx *sqliteTx) error { return do(tx) })
}

func (s *sqlite) View(ctx context.Context, do func(Tx) error) error {
	return transact(ctx, s.read, &sql.TxOptions{ReadOnly: true}, func(tx *sqliteTx) error { return do(tx) })
}

func transact(ctx context.Context, db *sql.DB, o *sql.TxOptions, do func(*sqliteTx) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	if err := do(&sqliteTx{ctx, tx}); err != nil {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			return errors.Join(err, fmt.Errorf("roll back: %w", rollback))
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (s *sqlite) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// sqliteTx is one transaction; its methods stand in sqlitetx.go.
type sqliteTx struct {
	ctx context.Context
	tx  *sql.Tx
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
