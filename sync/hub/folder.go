package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// elsewhereFile says, in a hub's folder, that its database is not there.
const elsewhereFile = "database-elsewhere"

const elsewhereText = "This hub keeps its scans in a PostgreSQL database. Its keys are in this folder.\n"

// openFolder opens a hub's database and keys. One hub has one database: an
// option forgotten must not begin another, empty one.
func openFolder(ctx context.Context, dir string, o Options) (Store, identity, error) {
	path, elsewhere := filepath.Join(dir, databaseFile), filepath.Join(dir, elsewhereFile)
	here, err := exists(path)
	if err != nil {
		return nil, identity{}, err
	}
	away, err := exists(elsewhere)
	if err != nil {
		return nil, identity{}, err
	}
	switch {
	case o.DB == "" && away && !here:
		return nil, identity{}, errors.New("this hub keeps its scans in a PostgreSQL database: name it, postgres://USER@HOST/DATABASE")
	case o.DB != "" && here:
		return nil, identity{}, fmt.Errorf("this hub keeps its scans in %s: leave the database's URL away, or use a new folder", databaseFile)
	case o.DB == "":
		id, err := openIdentity(dir, here, o)
		if err != nil {
			return nil, identity{}, err
		}
		store, err := openSQLite(ctx, path)
		return store, id, err
	}
	p, used, err := dialPostgres(ctx, o.DB)
	if err != nil {
		return nil, identity{}, err
	}
	id, err := openIdentity(dir, used, o)
	if err == nil {
		err = p.prepare(ctx, id.key.Verifier())
	}
	for _, month := range []int{monthOf(o.Now()), monthOf(o.Now().AddDate(0, 0, 32))} { // later ones are made when they come
		if err == nil {
			err = p.makeMonth(ctx, month)
		}
	}
	if err == nil {
		_, err = keep(dir, elsewhereFile, false, func() ([]byte, error) { return []byte(elsewhereText), nil })
	}
	if err != nil {
		return nil, identity{}, errors.Join(err, p.Close())
	}
	return p, id, nil
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
