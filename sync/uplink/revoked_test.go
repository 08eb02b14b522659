package uplink

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// revocations returns those the uplink has told of.
func (r *rig) revocations() (all []wire.Revocation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.states {
		if !s.Revocation.IsZero() {
			all = append(all, s.Revocation)
		}
	}
	return all
}

// Only the enrolled hub's own word about this very device is told as a
// revocation. Everything else stops the sending at most.
func TestOnlyTheHubRevokes(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	sign := func(key wire.HubKey, device string) string {
		text, err := wire.SignRevocation(key, device, at)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	generate := func() wire.HubKey {
		key, err := wire.GenerateHubKey()
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	stranger, err := wire.GenerateDeviceKey()
	if err != nil {
		t.Fatal(err)
	}
	answer := func(code wire.Code, notice string) func(http.ResponseWriter, wire.Bundle) {
		return func(w http.ResponseWriter, _ wire.Bundle) {
			p := wire.NewProblem(code)
			p.Notice = notice
			p.Answer(w)
		}
	}
	for name, c := range map[string]struct {
		answer func(*rig) func(http.ResponseWriter, wire.Bundle)
		want   int
	}{
		"the hub": {func(r *rig) func(http.ResponseWriter, wire.Bundle) {
			return answer(wire.RevokedDevice, sign(r.hub, r.log.Key.ID()))
		}, 1},
		"an old hub": {func(*rig) func(http.ResponseWriter, wire.Bundle) { return answer(wire.RevokedDevice, "") }, 0},
		"another hub": {func(r *rig) func(http.ResponseWriter, wire.Bundle) {
			return answer(wire.RevokedDevice, sign(generate(), r.log.Key.ID()))
		}, 0},
		"another device": {func(r *rig) func(http.ResponseWriter, wire.Bundle) {
			return answer(wire.RevokedDevice, sign(r.hub, stranger.ID()))
		}, 0},
		"cut": {func(r *rig) func(http.ResponseWriter, wire.Bundle) {
			text := sign(r.hub, r.log.Key.ID())
			return answer(wire.RevokedDevice, text[:len(text)-4])
		}, 0},
		"with another code": {func(r *rig) func(http.ResponseWriter, wire.Bundle) {
			return answer(wire.UnknownDevice, sign(r.hub, r.log.Key.ID()))
		}, 0},
		"a portal's page": {func(*rig) func(http.ResponseWriter, wire.Bundle) {
			return func(w http.ResponseWriter, _ wire.Bundle) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte("<html>revoked-device</html>"))
			}
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				defer r.listen(0)()
				r.set(c.answer(r))
				r.log.Add(5)
				_, stop := r.run()
				defer stop()
				synctest.Wait()
				got := r.revocations()
				if min(len(got), 1) != c.want {
					t.Fatalf("told of %d revocations", len(got))
				}
				if c.want > 0 && (got[0].Device() != r.log.Key.ID() || !got[0].Time().Equal(at)) {
					t.Errorf("revoked %s at %v", got[0].Device(), got[0].Time())
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				if fault := r.states[len(r.states)-1].Fault; fault == "" || c.want > 0 && fault != scanner.FaultRevoked {
					t.Errorf("the fault is %q", fault)
				}
			})
		})
	}
}
