package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

type (
	rootMeta      = metadata.Metadata[metadata.RootType]
	timestampMeta = metadata.Metadata[metadata.TimestampType]
	snapshotMeta  = metadata.Metadata[metadata.SnapshotType]
	targetsMeta   = metadata.Metadata[metadata.TargetsType]
)

// A state is what the repository publishes: the newest root, and what
// timestamp.json leads to from there. Files beyond that are leavings of an
// interrupted run and do not count.
type state struct {
	keys      map[string]key
	locked    []lockedKey // decrypted into keys when they are needed
	ask       Passphrase
	root      *rootMeta
	rootRaw   []byte
	timestamp *timestampMeta
	snapshot  *snapshotMeta
	roles     map[string]*targetsMeta // "targets" and every delegated role

	// before is the root before the newest, if any. overdue names the roles
	// only it vouches for: a rotation of a lost key was interrupted, and the
	// next commit signs them.
	before  *rootMeta
	overdue map[string]bool
}

// load reads the state and verifies every signature and hash on the way:
// signing on top of damage would publish it.
func (a *Authority) load() (*state, error) {
	keys, locked, err := loadKeys(append([]string{a.keysFolder()}, a.folders...))
	if err != nil {
		return nil, err
	}
	st := &state{keys: keys, locked: locked, ask: a.ask, roles: map[string]*targetsMeta{}, overdue: map[string]bool{}}
	if err := st.loadRoots(a.metadataFolder()); err != nil {
		return nil, err
	}
	read := func(name string) ([]byte, error) {
		data, err := os.ReadFile(filepath.Join(a.metadataFolder(), name))
		if err != nil {
			return nil, fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
		}
		return data, nil
	}
	data, err := read("timestamp.json")
	if err != nil {
		return nil, err
	}
	if st.timestamp, err = metadata.Timestamp().FromBytes(data); err != nil {
		return nil, fmt.Errorf("%w: metadata/timestamp.json: %w", ErrDamaged, err)
	}
	if err := st.verifyTop(metadata.TIMESTAMP, st.timestamp); err != nil {
		return nil, fmt.Errorf("%w: metadata/timestamp.json: %w", ErrDamaged, err)
	}

	name, data, err := st.named(read, st.timestamp.Signed.Meta, metadata.SNAPSHOT)
	if err != nil {
		return nil, err
	}
	if st.snapshot, err = metadata.Snapshot().FromBytes(data); err != nil {
		return nil, fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
	}
	if err := st.verifyTop(metadata.SNAPSHOT, st.snapshot); err != nil {
		return nil, fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
	}

	if err := st.loadTargets(read, metadata.TARGETS, func(m *targetsMeta) error {
		return st.verifyTop(metadata.TARGETS, m)
	}); err != nil {
		return nil, err
	}
	targets := st.roles[metadata.TARGETS]
	for _, role := range st.delegations().Roles {
		if err := st.loadTargets(read, role.Name, func(m *targetsMeta) error {
			return targets.VerifyDelegate(role.Name, m)
		}); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// loadRoots walks the chain of roots from the first one on, as a device does
// (TUF specification §5.3).
func (st *state) loadRoots(folder string) error {
	for version := int64(1); ; version++ {
		name := fmt.Sprintf("%d.root.json", version)
		data, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
		}
		next, err := metadata.Root().FromBytes(data)
		if err != nil {
			return fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
		}
		for _, signer := range []*rootMeta{st.root, next} {
			if signer == nil {
				continue
			}
			if err := signer.VerifyDelegate(metadata.ROOT, next); err != nil {
				return fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
			}
		}
		if next.Signed.Version != version {
			return fmt.Errorf("%w: metadata/%s says it is version %d", ErrDamaged, name, next.Signed.Version)
		}
		st.before, st.root, st.rootRaw = st.root, next, data
	}
	if st.root == nil {
		return fmt.Errorf("%w: metadata/1.root.json is missing", ErrNotFolder)
	}
	return nil
}

// verifyTop checks a top-level role under the newest root, or notes that only
// the root before it vouches.
func (st *state) verifyTop(role string, m any) error {
	err := st.root.VerifyDelegate(role, m)
	if err != nil && st.before != nil && st.before.VerifyDelegate(role, m) == nil {
		st.overdue[role] = true
		return nil
	}
	return err
}

func (st *state) loadTargets(read func(string) ([]byte, error), role string, verify func(*targetsMeta) error) error {
	name, data, err := st.named(read, st.snapshot.Signed.Meta, role)
	if err != nil {
		return err
	}
	m, err := metadata.Targets().FromBytes(data)
	if err != nil {
		return fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
	}
	if err := verify(m); err != nil {
		return fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
	}
	st.roles[role] = m
	return nil
}

// named reads the version of a role that a signed parent names, and checks it
// against the parent's hash.
func (st *state) named(read func(string) ([]byte, error), meta map[string]*metadata.MetaFiles, role string) (string, []byte, error) {
	info := meta[role+".json"]
	if info == nil {
		return "", nil, fmt.Errorf("%w: nothing signed names %s.json", ErrDamaged, role)
	}
	name := fmt.Sprintf("%d.%s.json", info.Version, role)
	data, err := read(name)
	if err != nil {
		return name, nil, err
	}
	if err := info.VerifyLengthHashes(data); err != nil {
		return name, nil, fmt.Errorf("%w: metadata/%s: %w", ErrDamaged, name, err)
	}
	return name, data, nil
}

func (st *state) delegations() *metadata.Delegations {
	d := st.roles[metadata.TARGETS].Signed.Delegations
	if d == nil {
		d = &metadata.Delegations{Keys: map[string]*metadata.Key{}, Roles: []metadata.DelegatedRole{}}
		st.roles[metadata.TARGETS].Signed.Delegations = d
	}
	return d
}

// signersOf says which keys may sign a role, and how many must.
func (st *state) signersOf(role string) (ids []string, threshold int) {
	if r, ok := st.root.Signed.Roles[role]; ok {
		return r.KeyIDs, r.Threshold
	}
	for _, r := range st.delegations().Roles {
		if r.Name == role {
			return r.KeyIDs, r.Threshold
		}
	}
	return nil, 0
}

// canSign tells whether enough of a role's keys are in keys/.
func (st *state) canSign(role string) bool {
	ids, threshold := st.signersOf(role)
	have := 0
	for _, id := range ids {
		if _, ok := st.keys[id]; ok {
			have++
		} else if _, ok := st.findLocked(role, id); ok {
			have++
		}
	}
	return threshold > 0 && have >= threshold
}

// A Role is one line of what an operation reports: who signed what, and when
// it expires.
type Role struct {
	Name    string
	Version int64
	Expires time.Time
	Signed  bool     // by this operation
	KeyIDs  []string // of the signatures it carries
}

// A Publication is what one operation did: the target it placed, if any, and
// every role as it now stands.
type Publication struct {
	Target  string // target path, "" when no target was placed
	Version uint64 // of the list, 0 otherwise
	SHA256  string // of the target
	Length  int64  // of the target, in bytes

	DeltaFrom   uint64 // the list's version from which there is a delta, 0 for none
	DeltaLength int64  // in bytes

	Roles []Role
}

func (st *state) report(signed map[string]bool) []Role {
	line := func(name string, version int64, expires time.Time, signatures []metadata.Signature) Role {
		r := Role{Name: name, Version: version, Expires: expires, Signed: signed[name]}
		for _, s := range signatures {
			r.KeyIDs = append(r.KeyIDs, s.KeyID)
		}
		return r
	}
	root, ts, sn := st.root, st.timestamp, st.snapshot
	roles := []Role{
		line(metadata.ROOT, root.Signed.Version, root.Signed.Expires, root.Signatures),
		line(metadata.TIMESTAMP, ts.Signed.Version, ts.Signed.Expires, ts.Signatures),
		line(metadata.SNAPSHOT, sn.Signed.Version, sn.Signed.Expires, sn.Signatures),
	}
	for name, m := range st.roles {
		roles = append(roles, line(name, m.Signed.Version, m.Signed.Expires, m.Signatures))
	}
	// targets before the lists it delegates to, those by name.
	slices.SortFunc(roles[3:], func(a, b Role) int {
		return strings.Compare(order(a.Name), order(b.Name))
	})
	return roles
}

func order(role string) string {
	if role == metadata.TARGETS {
		return ""
	}
	return role
}
