package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"
)

// unfinished is the name, up to its random end, of a file being created.
const unfinished = ".new-"

// create makes an empty journal at path. Whatever stops it, path either does
// not exist or is complete; where another program was faster, its file stays.
func create(path string, o Options) error {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, filepath.Base(path)+unfinished+"*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if err := temp.Close(); err != nil {
		return err
	}
	if err := shield(func() error { return initialise(temp.Name(), o) }); err != nil {
		return err
	}
	if err := publish(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// initialise writes the buckets and the journal's identity.
func initialise(name string, o Options) error {
	db, err := bolt.Open(name, 0o600, &bolt.Options{Timeout: lockTimeout, FreelistType: bolt.FreelistMapType, PageSize: pageSize})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		empty, err := tlog.TreeHash(0, nil)
		if err != nil {
			return err
		}
		b := tx.Bucket(bucketLog)
		version, priors := byte(1), newPriors()
		if o.Priors != nil {
			key, err := o.Priors(nil)
			if err != nil {
				return fmt.Errorf("get the key of prior use: %w", err)
			}
			version, priors = 2, priorsMark(priorsApart, key)
		}
		return errors.Join(
			put(b, keyFormat, []byte{version}),
			put(b, keyDevice, o.Device[:]),
			put(b, keyPriors, priors),
			state{root: empty}.store(tx),
		)
	})
	return errors.Join(err, db.Sync(), db.Close())
}

// publish gives a finished file its name unless that is taken. A hard link
// does both at once; where links are not allowed (Android, FAT) a check and a
// rename come as close as there is.
func publish(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if _, err := os.Lstat(temp); errors.Is(err, fs.ErrNotExist) {
		return nil // swept away by a program that has the journal open
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(temp, path)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

// sweep removes what a power cut during create left behind. The caller has the
// journal open, so no file being created will be needed.
func sweep(path string) {
	left, err := filepath.Glob(globEscape(path) + unfinished + "*")
	if err != nil {
		return
	}
	for _, name := range left {
		_ = os.Remove(name)
	}
}

// globEscape quotes what filepath.Glob would take for a pattern.
func globEscape(path string) string {
	var b []rune
	for _, r := range path {
		if r == '*' || r == '?' || r == '[' || r == '\\' {
			b = append(b, '\\')
		}
		b = append(b, r)
	}
	return string(b)
}
