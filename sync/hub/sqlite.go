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
	"runtime"

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
		tx := &sqlTx{write: true}
		err = transact(ctx, s.write, nil, tx, func(Tx) error {
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
	return transact(ctx, s.write, nil, &sqlTx{write: true}, do)
}

func (s *sqlite) View(ctx context.Context, do func(Tx) error) error {
	return transact(ctx, s.read, &sql.TxOptions{ReadOnly: true}, &sqlTx{}, do)
}

// Writers keeps the processors decoding while one bundle is written.
func (s *sqlite) Writers() int64 { return int64(2 * runtime.GOMAXPROCS(0)) }

func (s *sqlite) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }
