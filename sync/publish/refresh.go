package publish

import (
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Refresh signs the timestamp anew, and with it every snapshot and list role
// whose lifetime is half over and whose keys are here. Run it from a timer,
// well within Lifetimes.Timestamp; it is also what tells devices that their
// lists are still current.
//
// Root is never signed here: its keys are offline. See RenewRoot.
func (a *Authority) Refresh(now time.Time) (Publication, error) {
	return a.within("refresh", func(st *state) (Publication, error) {
		due := func(role string, expires time.Time) bool {
			return expires.Sub(now) < a.lifetimes.of(role)/2
		}
		var dirty []string
		for role, m := range st.roles {
			if due(role, m.Signed.Expires) && st.canSign(role) {
				dirty = append(dirty, role)
			}
		}
		signed, err := a.commit(st, now, dirty, due(metadata.SNAPSHOT, st.snapshot.Signed.Expires), nil)
		if err != nil {
			return Publication{}, err
		}
		return Publication{Roles: st.report(signed)}, nil
	})
}
