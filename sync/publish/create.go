package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

const (
	rootKeys      = 3
	rootThreshold = 2
)

// Create makes a new authority's folder with fresh keys and an empty, signed
// repository. dir must not exist yet, or be empty; it appears whole or not at
// all.
func Create(dir string, o Options, now time.Time) (*Authority, Publication, error) {
	return create(dir, o, now, disk{})
}

func create(dir string, o Options, now time.Time, d disk) (*Authority, Publication, error) {
	fail := func(err error) (*Authority, Publication, error) {
		return nil, Publication{}, fmt.Errorf("create authority %s: %w", dir, err)
	}
	if len(o.Authorities) == 0 {
		return fail(fmt.Errorf("%w: name at least one authority that signs lists", ErrBadName))
	}
	for _, name := range o.Authorities {
		if err := checkName("authority", authorityForm, name); err != nil {
			return fail(err)
		}
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fail(fmt.Errorf("%w: choose another, or open this one", ErrExists))
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fail(err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fail(err)
	}
	// Built beside its place and renamed: half an authority never exists. What
	// an interrupted run left was never published, so nobody trusts its keys.
	building := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".creating")
	if err := os.RemoveAll(building); err != nil {
		return fail(err)
	}
	a := &Authority{dir: building, lifetimes: o.Lifetimes.orDefault(), disk: d, ask: o.Passphrase}
	p, err := a.fill(o.Authorities, now)
	if err == nil {
		err = d.step("rename", dir)
	}
	if err == nil {
		err = os.Rename(building, dir)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(dir))
	}
	if err != nil {
		return fail(errors.Join(err, os.RemoveAll(building)))
	}
	a.dir = dir
	return a, p, nil
}

func (a *Authority) fill(authorities []string, now time.Time) (Publication, error) {
	// keys/ is closed to others from its first moment on.
	if err := a.disk.mkdir(a.dir); err != nil {
		return Publication{}, err
	}
	if err := os.Mkdir(a.keysFolder(), 0o700); err != nil {
		return Publication{}, err
	}
	text, err := a.lifetimes.encode()
	if err != nil {
		return Publication{}, err
	}
	if err := a.disk.write(filepath.Join(a.dir, "authority.json"), text, 0o644); err != nil {
		return Publication{}, err
	}

	now = now.UTC().Truncate(time.Second)
	st := &state{
		keys:      map[string]key{},
		root:      metadata.Root(now.Add(a.lifetimes.Root)),
		timestamp: metadata.Timestamp(now),
		snapshot:  metadata.Snapshot(now),
		roles:     map[string]*targetsMeta{metadata.TARGETS: metadata.Targets(now)},
	}
	// commit counts every version up by one, to 1.
	st.timestamp.Signed.Version, st.snapshot.Signed.Version = 0, 0
	st.roles[metadata.TARGETS].Signed.Version = 0

	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		count := 1
		if role == metadata.ROOT {
			count = rootKeys
		}
		for range count {
			k, err := a.addKey(st, role)
			if err != nil {
				return Publication{}, err
			}
			if err := st.root.Signed.AddKey(k.public, role); err != nil {
				return Publication{}, err
			}
		}
	}
	st.root.Signed.Roles[metadata.ROOT].Threshold = rootThreshold
	dirty := []string{metadata.TARGETS}
	for _, name := range authorities {
		if err := a.delegate(st, name); err != nil {
			return Publication{}, err
		}
		dirty = append(dirty, roleOf(name))
	}
	if st.rootRaw, err = sign(st, metadata.ROOT, st.root, nil); err != nil {
		return Publication{}, err
	}
	if err := a.disk.write(filepath.Join(a.metadataFolder(), "1.root.json"), st.rootRaw, 0o644); err != nil {
		return Publication{}, err
	}
	signed, err := a.commit(st, now, dirty, true, nil)
	if err != nil {
		return Publication{}, err
	}
	signed[metadata.ROOT] = true
	return Publication{Roles: st.report(signed)}, nil
}

// addKey makes a key for role, durable before anything refers to it.
func (a *Authority) addKey(st *state, role string) (key, error) {
	k, err := newKey(role)
	if err != nil {
		return key{}, err
	}
	if role == metadata.ROOT && a.ask == nil && st.hasLocked(role) {
		return key{}, fmt.Errorf("make key for %s: %w: the others are encrypted, so it needs a passphrase too", role, ErrLocked)
	}
	if k.path, err = saveKey(a.disk, a.keysFolder(), k, a.ask); err != nil {
		return key{}, err
	}
	st.keys[k.id] = k
	return k, nil
}
