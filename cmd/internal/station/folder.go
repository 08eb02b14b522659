package station

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"chot/cmd/internal/keystore"
	"chot/cmd/internal/rules"
	"chot/scanner"
	"chot/sync/uplink"
	"chot/sync/wire"
)

// ErrNotEnrolled is wrapped when a station's folder has no enrolment yet.
var ErrNotEnrolled = errors.New("this device is not enrolled yet: have the hub make an enrolment (chot-hub enrol) and run chotctl enrol")

// ErrEnrolment is wrapped when what the hub handed over cannot be used.
var ErrEnrolment = errors.New("the device's enrolment cannot be used")

// ErrNoList is wrapped when a device was enrolled but got no list.
var ErrNoList = errors.New("enrolled, but there is no list yet")

// ErrNothing is wrapped when a device has no journal.
var ErrNothing = errors.New("nothing was scanned here yet")

const (
	enrolmentFile = "enrolment.json"
	grantFile     = "grant.json"
	keyFile       = "device.key"
)

// Enrol joins the hub that an enrolment names: it makes the device's key if
// there is none yet, presents it, and keeps what the hub grants, sealed. Doing
// it again with the same folder keeps the key; a device that has destroyed its
// keys, or lost them, begins anew with another once the hub has granted it, and
// its journal waits in past/ to be exported.
// client is uplink.Client(e.Pin).
func Enrol(ctx context.Context, client *http.Client, dir string, e wire.Enrolment, o Options) (wire.Grant, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return wire.Grant{}, err
	}
	f := o.folder(dir)
	if err := o.goOn(dir); err != nil && !errors.Is(err, ErrDestroyed) {
		return wire.Grant{}, err
	}
	if err := o.conclude(dir); err != nil {
		return wire.Grant{}, err
	}
	s, v, err := o.deviceSecrets(dir)
	if err != nil {
		return wire.Grant{}, err
	}
	g, at, err := uplink.Enrol(ctx, client, e, s.key)
	if err != nil {
		return wire.Grant{}, fmt.Errorf("enrol with %s: %w", e.Hub, err)
	}
	if _, err := rulesOf(g); err != nil {
		return wire.Grant{}, err
	}
	// The grant's copies complete an enrolment that was read from a QR code.
	e.Root, e.Trace = g.Root, g.Trace
	if s.enrolment, err = e.File(); err != nil {
		return wire.Grant{}, err
	}
	if s.grant, err = wire.MarshalGrant(g); err != nil {
		return wire.Grant{}, err
	}
	s.joined = at
	// Not before: until then the device that has ended hands its scans over.
	if err := archive(f); err != nil {
		return wire.Grant{}, fmt.Errorf("put the old journal aside: %w", err)
	}
	// At once: after a power cut no hub gets what another's grant asks for.
	if err := v.Put(s.items()); err != nil {
		return wire.Grant{}, err
	}
	if err := tidy(f, s); err != nil {
		return wire.Grant{}, err
	}
	return g, giveToOwner(dir)
}

// deviceSecrets returns the secrets of a folder that is to be enrolled, with a
// new key where there is none.
func (o Options) deviceSecrets(dir string) (s secrets, v *keystore.Vault, err error) {
	f := o.folder(dir)
	if Destroyed(dir) {
		// What is public here is still the device's before.
		err = fs.ErrNotExist
		if keystore.Present(f) {
			s, v, err = o.open(f)
		}
	} else {
		s, v, err = o.takeSecrets(dir)
	}
	if err == nil || keystore.Present(f) || !errors.Is(err, fs.ErrNotExist) {
		return s, v, err
	}
	if s.key, err = wire.GenerateDeviceKey(); err != nil {
		return s, nil, err
	}
	k, err := o.keeper(f)
	if err != nil {
		return s, nil, err
	}
	v, err = keystore.Create(f, k, s.items())
	return s, v, err
}

// Join enrols and fetches the first list at once, so that the first person in
// the queue is not referred for want of one. A list that does not come is an
// error that wraps ErrNoList: the device is enrolled all the same, and asks
// again. No station may run in the folder.
func Join(ctx context.Context, dir string, e wire.Enrolment, o Options) (wire.Grant, error) {
	client := uplink.Client(e.Pin)
	defer client.CloseIdleConnections()
	if t, ok := client.Transport.(*http.Transport); ok && o.Dial != nil {
		t.DialContext = o.Dial
	}
	g, err := Enrol(ctx, client, dir, e, o)
	if err != nil {
		return g, err
	}
	s, err := Open(dir, Options{Dial: o.Dial, Wall: o.Wall, Log: o.Log, Keeper: o.Keeper})
	if err != nil {
		return g, err
	}
	if err = s.FetchLists(ctx, ""); err != nil {
		err = fmt.Errorf("%w: %w", ErrNoList, err)
	}
	return g, errors.Join(err, s.Close())
}

// Enrolled reports whether a folder holds an enrolment.
func Enrolled(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, enrolmentFile))
	return err == nil
}

// identity is what a folder says the device is.
type identity struct {
	key       wire.DeviceKey
	enrolment wire.Enrolment
	grant     wire.Grant
	policy    scanner.Policy
	joined    time.Time // by the hub's clock, zero where an earlier version enrolled
	vault     *keystore.Vault
}

// loadIdentity opens a device's identity, once nothing says that it has ended.
func loadIdentity(dir string, o Options) (identity, error) {
	if err := o.goOn(dir); err != nil {
		return identity{}, fmt.Errorf("open %s: %w", dir, err)
	}
	id, err := readIdentity(dir, o)
	switch {
	case errors.Is(err, ErrKeeper), errors.Is(err, ErrDestroyed):
		err = fmt.Errorf("open %s: %w", dir, err)
	case err != nil && !errors.Is(err, ErrNotEnrolled):
		err = fmt.Errorf("%w: %w", ErrEnrolment, err)
	}
	return id, err
}

func readIdentity(dir string, o Options) (identity, error) {
	id := identity{}
	if !Enrolled(dir) {
		return id, fmt.Errorf("open %s: %w", dir, ErrNotEnrolled)
	}
	s, v, err := o.takeSecrets(dir)
	if err != nil {
		return id, err
	}
	if id.enrolment, err = readEnrolment(dir); err != nil {
		return id, err
	}
	id.key, id.joined, id.vault = s.key, s.joined, v
	if s.grant == nil {
		return id, fmt.Errorf("read %s: %w; enrol again", grantFile, fs.ErrNotExist)
	}
	if id.grant, err = wire.ParseGrant(s.grant); err != nil {
		return id, fmt.Errorf("read %s: %w; enrol again", filepath.Join(dir, grantFile), err)
	}
	if id.grant.Device != id.key.ID() {
		return id, fmt.Errorf("open %s: the grant is for device %s but the key is device %s's: put the right device.key back, or enrol again", dir, id.grant.Device, id.key.ID())
	}
	id.policy, err = rulesOf(id.grant)
	return id, err
}

func readEnrolment(dir string) (wire.Enrolment, error) {
	b, err := os.ReadFile(filepath.Join(dir, enrolmentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return wire.Enrolment{}, fmt.Errorf("open %s: %w", dir, ErrNotEnrolled)
	}
	if err != nil {
		return wire.Enrolment{}, err
	}
	e, err := wire.ParseEnrolment(b)
	if err != nil {
		return e, fmt.Errorf("read %s: %w", filepath.Join(dir, enrolmentFile), err)
	}
	return e, nil
}

// rulesOf is what the grant asks for, if this version understands all of it.
func rulesOf(g wire.Grant) (scanner.Policy, error) {
	_, p, err := rules.Of(g)
	if err != nil {
		return p, fmt.Errorf("read the grant: %w; update Chốt or have the hub grant another policy", err)
	}
	return p, nil
}
