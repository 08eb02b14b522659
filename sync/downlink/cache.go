package downlink

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"
)

// A cache is the folder of verified metadata. go-tuf reads timestamp,
// snapshot and targets files in it; nobody but this type writes there.
type cache struct {
	folder string
	disk   disk
}

// newestRoot walks from the root of enrolment through the roots kept since,
// each verified by the one before, and returns the last. What does not follow
// (another authority's, after a new enrolment; a damaged file) ends the walk.
func (c cache) newestRoot(enrolled []byte) (newest []byte, version int64, err error) {
	defer recovered(&err)
	trusted, err := trustedmetadata.New(enrolled)
	if err != nil {
		return nil, 0, fmt.Errorf("read enrolled root: %w", classify(err))
	}
	newest = enrolled
	for {
		data, err := os.ReadFile(c.path(rootName(trusted.Root.Signed.Version + 1)))
		if err != nil {
			break
		}
		if _, err := trusted.UpdateRoot(data); err != nil {
			break
		}
		newest = data
	}
	return newest, trusted.Root.Signed.Version, nil
}

func rootName(version int64) string { return fmt.Sprintf("%d.root.json", version) }

func (c cache) path(name string) string { return filepath.Join(c.folder, name) }

// scrub drops cached files that do not parse: the updater would fail on them
// for ever. Rollback stays refused by the versions of the lists installed.
func (c cache) scrub() error {
	files, err := os.ReadDir(c.folder)
	if err != nil {
		return err
	}
	for _, f := range files {
		name := f.Name()
		var check func([]byte) error
		switch {
		case strings.HasPrefix(name, ".writing-"):
			check = func([]byte) error { return errors.New("unfinished") }
		case name == "timestamp.json":
			check = func(b []byte) error { _, err := metadata.Timestamp().FromBytes(b); return err }
		case name == "snapshot.json":
			check = func(b []byte) error { _, err := metadata.Snapshot().FromBytes(b); return err }
		case name == "targets.json", strings.HasPrefix(name, "lists-"):
			check = func(b []byte) error { _, err := metadata.Targets().FromBytes(b); return err }
		default:
			continue
		}
		data, err := os.ReadFile(c.path(name))
		if err == nil {
			err = parses(check, data)
		}
		if err != nil {
			if err := c.disk.remove(c.path(name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func parses(check func([]byte) error, data []byte) (err error) {
	defer recovered(&err)
	return check(data)
}

// recovered turns a panic of go-tuf into an error: its decoding of a JSON null
// in place of an object dereferences nil (targets.json, "targets":{"x":null}),
// and it decodes before it checks signatures.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = because(ErrDamaged, fmt.Errorf("metadata out of form: %v", p))
	}
}

// keep writes what a refresh has verified, durably: the trusted set says what
// that is, got holds the bytes as they came. Roots go first, in order, because
// a revocation must not be lost once it has been seen.
func (c cache) keep(trusted trustedmetadata.TrustedMetadata, got map[string][]byte, ref time.Time) error {
	var names []string
	put := func(name string, data []byte) error {
		if old, err := os.ReadFile(c.path(name)); err == nil && bytes.Equal(old, data) {
			return nil
		}
		names = append(names, name)
		return c.disk.write(c.path(name), data)
	}
	for v := int64(1); v <= trusted.Root.Signed.Version; v++ {
		if data := got[rootName(v)]; data != nil {
			if err := put(rootName(v), data); err != nil {
				return err
			}
		}
	}
	if len(names) > 0 {
		if err := c.disk.syncFolder(c.folder); err != nil {
			return err
		}
	}
	if t := trusted.Timestamp; t != nil && !t.Signed.IsExpired(ref) {
		if data := got["timestamp.json"]; is(t, data) {
			if err := put("timestamp.json", data); err != nil {
				return err
			}
		}
	}
	if s := trusted.Snapshot; s != nil {
		if data := got[fmt.Sprintf("%d.snapshot.json", s.Signed.Version)]; is(s, data) {
			if err := put("snapshot.json", data); err != nil {
				return err
			}
		}
	}
	for role, m := range trusted.Targets {
		if data := got[fmt.Sprintf("%d.%s.json", m.Signed.Version, role)]; is(m, data) {
			if err := put(role+".json", data); err != nil {
				return err
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return c.disk.syncFolder(c.folder)
}

// is tells whether data is what was verified as m. A file may have come and
// been refused while m stayed what the cache held before.
func is[T metadata.Roles](m *metadata.Metadata[T], data []byte) bool {
	if data == nil {
		return false
	}
	var other metadata.Metadata[T]
	if parses(func(b []byte) error { _, err := other.FromBytes(b); return err }, data) != nil {
		return false
	}
	a, errA := m.ToBytes(false)
	b, errB := other.ToBytes(false)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// timestamp reads the cached timestamp, or nil.
func (c cache) timestamp() (t *metadata.Metadata[metadata.TimestampType], err error) {
	defer recovered(&err)
	data, err := os.ReadFile(c.path("timestamp.json"))
	if err != nil {
		return nil, err
	}
	return metadata.Timestamp().FromBytes(data)
}

// signedAt is when a timestamp was signed, by the field publish adds.
func signedAt(t *metadata.Metadata[metadata.TimestampType]) time.Time {
	if t == nil {
		return time.Time{}
	}
	text, _ := t.Signed.UnrecognizedFields["signed_at"].(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
