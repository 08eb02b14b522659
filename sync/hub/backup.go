package hub

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes the hub's keys, and with SQLite its database, into a new
// folder that a hub can be opened in. The hub may be serving meanwhile. A
// PostgreSQL database is backed up with PostgreSQL's own programs; whole says
// whether the database is in the folder.
func (h *Hub) Backup(ctx context.Context, dir string) (whole bool, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return false, fmt.Errorf("back up: %w; name a folder that is not there yet", err)
	}
	s, whole := h.store.(*sqlite)
	if whole {
		path := filepath.Join(dir, databaseFile)
		err = s.copyTo(ctx, path)
		if err == nil {
			err = errors.Join(os.Chmod(path, 0o600), syncFile(path))
		}
	}
	names := []string{hubKeyFile, tlsKeyFile, tlsCertFile, pinFile, elsewhereFile}
	for _, name := range names {
		b, e := os.ReadFile(filepath.Join(h.dir, name))
		if errors.Is(e, os.ErrNotExist) {
			continue
		}
		if e == nil {
			e = writeOnce(dir, filepath.Join(dir, name), b)
		}
		err = errors.Join(err, e)
	}
	if err != nil {
		return false, fmt.Errorf("back up: %w", err)
	}
	return whole, nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// copyTo writes one consistent state, without the WAL, while others read and
// write (sqlite.org/lang_vacuum.html §3).
func (s *sqlite) copyTo(ctx context.Context, path string) error {
	c, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	// The copy is a write to SQLite. The connection is not used again.
	defer c.Close()
	defer c.Raw(func(any) error { return driver.ErrBadConn })
	if _, err := c.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}
