package publish

import (
	"fmt"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// AddAuthority lets another authority sign lists, under lists/<name>/* only,
// with a key of its own.
func (a *Authority) AddAuthority(name string, now time.Time) (Publication, error) {
	return a.within("add authority "+name, func(st *state) (Publication, error) {
		if err := checkName("authority", authorityForm, name); err != nil {
			return Publication{}, err
		}
		if err := a.delegate(st, name); err != nil {
			return Publication{}, err
		}
		signed, err := a.commit(st, now, []string{metadata.TARGETS, roleOf(name)}, true, nil)
		if err != nil {
			return Publication{}, err
		}
		return Publication{Roles: st.report(signed)}, nil
	})
}

// RemoveAuthority withdraws an authority: devices take no further list from
// it. The snapshot keeps naming its last metadata, because a snapshot that
// forgets a role is what a rollback looks like (TUF specification §5.5.5).
func (a *Authority) RemoveAuthority(name string, now time.Time) (Publication, error) {
	return a.within("remove authority "+name, func(st *state) (Publication, error) {
		d := st.delegations()
		i := slices.IndexFunc(d.Roles, func(r metadata.DelegatedRole) bool { return r.Name == roleOf(name) })
		if i < 0 {
			return Publication{}, fmt.Errorf("%w: there is no authority %q", ErrBadName, name)
		}
		ids := d.Roles[i].KeyIDs
		d.Roles = slices.Delete(d.Roles, i, i+1)
		for _, id := range ids {
			if !slices.ContainsFunc(d.Roles, func(r metadata.DelegatedRole) bool { return slices.Contains(r.KeyIDs, id) }) {
				delete(d.Keys, id)
			}
		}
		delete(st.roles, roleOf(name))
		signed, err := a.commit(st, now, []string{metadata.TARGETS}, true, nil)
		if err != nil {
			return Publication{}, err
		}
		return Publication{Roles: st.report(signed)}, nil
	})
}

// delegate gives lists/<name>/* to a new role with a new key.
func (a *Authority) delegate(st *state, name string) error {
	role, d := roleOf(name), st.delegations()
	if slices.ContainsFunc(d.Roles, func(r metadata.DelegatedRole) bool { return r.Name == role }) {
		return fmt.Errorf("%w: authority %q is named twice", ErrBadName, name)
	}
	k, err := a.addKey(st, role)
	if err != nil {
		return err
	}
	d.Keys[k.id] = k.public
	d.Roles = append(d.Roles, metadata.DelegatedRole{
		Name: role, KeyIDs: []string{k.id}, Threshold: 1, Terminating: true,
		Paths: []string{"lists/" + name + "/*"},
	})
	st.roles[role] = metadata.Targets()
	st.roles[role].Signed.Version = 0
	// One who returns goes on counting where they left off.
	if old := st.snapshot.Signed.Meta[role+".json"]; old != nil {
		st.roles[role].Signed.Version = old.Version
	}
	return nil
}
