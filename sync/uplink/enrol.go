package uplink

import (
	"context"
	"errors"
	"net/http"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// Enrol presents a device's key to the hub an enrolment names and returns
// what the hub grants it. Asking again with the same key is harmless: the
// answer may have been lost. at is the hub's time of the grant, to the second,
// zero where it did not say. client is Client(e.Pin). Every error is a *Trouble;
// its Err says what to do.
func Enrol(ctx context.Context, client *http.Client, e wire.Enrolment, key wire.DeviceKey) (g wire.Grant, at time.Time, err error) {
	body, err := wire.SignEnrol(key, e)
	if err != nil {
		return wire.Grant{}, at, &Trouble{Fault: scanner.FaultNotEnrolled, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	answer, at, err := post(ctx, client, e.Hub+wire.EnrolPath, "application/json", body, nil, wire.GrantType, 512<<10)
	if err != nil {
		return wire.Grant{}, at, err
	}
	g, err = wire.ParseGrant(answer)
	if err != nil {
		return wire.Grant{}, at, &Trouble{Fault: scanner.FaultHubNotOurs, Err: err}
	}
	if g.Device != key.ID() || !e.Admits(g) {
		return wire.Grant{}, at, &Trouble{Fault: scanner.FaultHubOther, Err: errors.New(
			"the hub's grant is for another device, or its TUF root or trace key is not the one the enrolment names: make a new enrolment")}
	}
	return g, at, nil
}
