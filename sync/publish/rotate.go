package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// RotateKey replaces one key of a role: "root", "targets", "snapshot",
// "timestamp" or "lists-<authority>". keyID, or its beginning, says which; it
// may be empty where the role has a single key. The old key's file is removed
// from keys/.
//
// Rotating any top-level key needs two of the three root keys in keys/, not
// the key being replaced: a lost key is rotated out the same way.
func (a *Authority) RotateKey(role, keyID string, now time.Time) (Publication, error) {
	return a.within("rotate key of "+role, func(st *state) (Publication, error) {
		ids, _ := st.signersOf(role)
		if len(ids) == 0 {
			return Publication{}, fmt.Errorf("%w: there is no role %q", ErrBadName, role)
		}
		old, err := pickKey(ids, keyID)
		if err != nil {
			return Publication{}, err
		}
		if _, top := st.root.Signed.Roles[role]; !top {
			return a.rotateDelegated(st, role, old, now)
		}
		return a.rotateTop(st, role, old, now)
	})
}

// RenewRoot signs a new root with the same keys and a new expiry.
func (a *Authority) RenewRoot(now time.Time) (Publication, error) {
	return a.within("renew root", func(st *state) (Publication, error) {
		next, err := st.nextRoot(now.UTC().Truncate(time.Second).Add(a.lifetimes.Root))
		if err != nil {
			return Publication{}, err
		}
		if err := a.writeRoot(st, next); err != nil {
			return Publication{}, err
		}
		return Publication{Roles: st.report(map[string]bool{metadata.ROOT: true})}, nil
	})
}

func pickKey(ids []string, keyID string) (string, error) {
	var found []string
	for _, id := range ids {
		if strings.HasPrefix(id, keyID) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%w: %d of the role's keys begin with %q; name one of %s", ErrBadName, len(found), keyID, strings.Join(ids, ", "))
	}
	return found[0], nil
}

// rotateTop replaces a key that the root names. The role is first signed by
// the old and the new key, so it is valid under the root before and after;
// only then does the root change. Where the old key is lost the order turns
// round, and load forgives the state in between.
func (a *Authority) rotateTop(st *state, role, old string, now time.Time) (Publication, error) {
	// Without two root keys nothing at all happens.
	ids, threshold := st.signersOf(metadata.ROOT)
	if _, err := st.collect(metadata.ROOT, ids, threshold); err != nil {
		return Publication{}, err
	}
	next, err := st.nextRoot(now.UTC().Truncate(time.Second).Add(a.lifetimes.Root))
	if err != nil {
		return Publication{}, err
	}
	k, err := a.addKey(st, role)
	if err != nil {
		return Publication{}, err
	}
	if err := next.Signed.RevokeKey(old, role); err != nil {
		return Publication{}, err
	}
	if err := next.Signed.AddKey(k.public, role); err != nil {
		return Publication{}, err
	}
	var dirty []string
	if role == metadata.TARGETS {
		dirty = []string{role}
	}
	sign := func(also map[string][]key) (map[string]bool, error) {
		if role == metadata.ROOT {
			return map[string]bool{}, nil
		}
		return a.commit(st, now, dirty, role == metadata.SNAPSHOT, also)
	}
	var signed map[string]bool
	if _, held := st.keys[old]; held {
		if signed, err = sign(map[string][]key{role: {k}}); err == nil {
			err = a.writeRoot(st, next)
		}
	} else {
		if err = a.writeRoot(st, next); err == nil {
			signed, err = sign(nil)
		}
	}
	if err != nil {
		return Publication{}, err
	}
	if err := a.retire(st, role, old); err != nil {
		return Publication{}, err
	}
	signed[metadata.ROOT] = true
	return Publication{Roles: st.report(signed)}, nil
}

// rotateDelegated replaces a list authority's key: targets names the new key,
// and both files become current together with the timestamp.
func (a *Authority) rotateDelegated(st *state, role, old string, now time.Time) (Publication, error) {
	if !st.canSign(metadata.TARGETS) {
		_, err := st.collect(metadata.TARGETS, st.root.Signed.Roles[metadata.TARGETS].KeyIDs, 1)
		return Publication{}, err
	}
	k, err := a.addKey(st, role)
	if err != nil {
		return Publication{}, err
	}
	m := st.roles[metadata.TARGETS]
	if err := m.Signed.RevokeKey(old, role); err != nil {
		return Publication{}, err
	}
	if err := m.Signed.AddKey(k.public, role); err != nil {
		return Publication{}, err
	}
	signed, err := a.commit(st, now, []string{metadata.TARGETS, role}, true, nil)
	if err != nil {
		return Publication{}, err
	}
	if err := a.retire(st, role, old); err != nil {
		return Publication{}, err
	}
	return Publication{Roles: st.report(signed)}, nil
}

// nextRoot is a copy of the root, one version up and not signed yet.
func (st *state) nextRoot(expires time.Time) (*rootMeta, error) {
	next, err := metadata.Root().FromBytes(st.rootRaw)
	if err != nil {
		return nil, fmt.Errorf("copy root: %w", err)
	}
	next.Signed.Version++
	next.Signed.Expires = expires
	return next, nil
}

// writeRoot signs the next root as both the one before and itself demand
// (TUF specification §5.3.4) and publishes it.
func (a *Authority) writeRoot(st *state, next *rootMeta) error {
	var signers []key
	for _, r := range []*rootMeta{st.root, next} {
		role := r.Signed.Roles[metadata.ROOT]
		found, err := st.collect(metadata.ROOT, role.KeyIDs, role.Threshold)
		if err != nil {
			return err
		}
		for _, k := range found {
			if !slices.ContainsFunc(signers, func(s key) bool { return s.id == k.id }) {
				signers = append(signers, k)
			}
		}
	}
	data, err := signWith(metadata.ROOT, next, signers)
	if err != nil {
		return err
	}
	for _, r := range []*rootMeta{st.root, next} {
		if err := r.VerifyDelegate(metadata.ROOT, next); err != nil {
			return fmt.Errorf("check root: %w", err)
		}
	}
	name := fmt.Sprintf("%d.root.json", next.Signed.Version)
	if err := a.disk.write(filepath.Join(a.metadataFolder(), name), data, 0o644); err != nil {
		return fmt.Errorf("write metadata/%s: %w", name, err)
	}
	st.root, st.rootRaw = next, data
	return nil
}

// retire removes a private key nothing trusts any more.
func (a *Authority) retire(st *state, role, id string) error {
	var path string
	if k, ok := st.keys[id]; ok {
		path = k.path
	} else if l, ok := st.findLocked(role, id); ok {
		path = l.path
	} else {
		return nil
	}
	delete(st.keys, id)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove the replaced key %s: %w: delete it yourself", filepath.Base(path), err)
	}
	return syncFolder(filepath.Dir(path))
}
