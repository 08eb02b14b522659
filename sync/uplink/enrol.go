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
// answer may have been lost. client is Client(e.Pin). Every error is a
// *Trouble; its Err says what to do.
func Enrol(ctx context.Context, client *http.Client, e wire.Enrolment, key wire.DeviceKey) (wire.Grant, error) {
	body, err := wire.SignEnrol(key, e)
	if err != nil {
		return wire.Grant{}, &Trouble{Fault: scanner.FaultNotEnrolled, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	answer, err := post(ctx, client, e.Hub+wire.EnrolPath, "application/json", body, nil, wire.GrantType, 512<<10)
	if err != nil {
		return wire.Grant{}, err
	}
	g, err := wire.ParseGrant(answer)
	if err != nil {
		return wire.Grant{}, &Trouble{Fault: scanner.FaultHubNotOurs, Err: err}
	}
	if g.Device != key.ID() || !e.Admits(g) {
		return wire.Grant{}, &Trouble{Fault: scanner.FaultHubOther, Err: errors.New(
			"the hub's grant is for another device, or its TUF root or trace key is not the one the enrolment names: make a new enrolment")}
	}
	return g, nil
}
