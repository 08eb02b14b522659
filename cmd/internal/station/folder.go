package station

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

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

const (
	enrolmentFile = "enrolment.json"
	grantFile     = "grant.json"
	keyFile       = "device.key"
)

// Enrol joins the hub that an enrolment names: it makes the device's key if
// there is none yet, presents it, and keeps what the hub grants. Doing it
// again with the same folder keeps the key. client is uplink.Client(e.Pin).
func Enrol(ctx context.Context, client *http.Client, dir string, e wire.Enrolment) (wire.Grant, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return wire.Grant{}, err
	}
	key, err := deviceKey(dir, true)
	if err != nil {
		return wire.Grant{}, err
	}
	g, err := uplink.Enrol(ctx, client, e, key)
	if err != nil {
		return wire.Grant{}, fmt.Errorf("enrol with %s: %w", e.Hub, err)
	}
	if _, err := rulesOf(g); err != nil {
		return wire.Grant{}, err
	}
	// The grant's copies complete an enrolment that was read from a QR code.
	e.Root, e.Trace = g.Root, g.Trace
	file, err := e.File()
	if err != nil {
		return wire.Grant{}, err
	}
	granted, err := wire.MarshalGrant(g)
	if err != nil {
		return wire.Grant{}, err
	}
	if err := writeFile(filepath.Join(dir, grantFile), granted, 0o600); err != nil {
		return wire.Grant{}, err
	}
	if err := writeFile(filepath.Join(dir, enrolmentFile), file, 0o600); err != nil {
		return wire.Grant{}, err
	}
	return g, giveToOwner(dir)
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
	g, err := Enrol(ctx, client, dir, e)
	if err != nil {
		return g, err
	}
	s, err := Open(dir, Options{Dial: o.Dial, Wall: o.Wall, Log: o.Log})
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

// deviceKey reads the device's key, or makes it.
func deviceKey(dir string, create bool) (wire.DeviceKey, error) {
	path := filepath.Join(dir, keyFile)
	b, err := os.ReadFile(path)
	if create && errors.Is(err, fs.ErrNotExist) {
		key, err := wire.GenerateDeviceKey()
		if err != nil {
			return wire.DeviceKey{}, err
		}
		return key, writeFile(path, []byte(key.Private()+"\n"), 0o600)
	}
	if err != nil {
		return wire.DeviceKey{}, fmt.Errorf("read the device's key: %w; put the file back, or move the folder aside and enrol again", err)
	}
	key, err := wire.ParseDeviceKey(strings.TrimSpace(string(b)))
	if err != nil {
		return wire.DeviceKey{}, fmt.Errorf("read %s: %w; put the file back from a copy, or move the folder aside and enrol again", path, err)
	}
	return key, nil
}

// identity is what a folder says the device is.
type identity struct {
	key       wire.DeviceKey
	enrolment wire.Enrolment
	grant     wire.Grant
	policy    scanner.Policy
}

func loadIdentity(dir string) (identity, error) {
	id, err := readIdentity(dir)
	if err != nil && !errors.Is(err, ErrNotEnrolled) {
		err = fmt.Errorf("%w: %w", ErrEnrolment, err)
	}
	return id, err
}

func readIdentity(dir string) (identity, error) {
	var id identity
	b, err := os.ReadFile(filepath.Join(dir, enrolmentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return id, fmt.Errorf("open %s: %w", dir, ErrNotEnrolled)
	}
	if err != nil {
		return id, err
	}
	if id.enrolment, err = wire.ParseEnrolment(b); err != nil {
		return id, fmt.Errorf("read %s: %w", filepath.Join(dir, enrolmentFile), err)
	}
	if b, err = os.ReadFile(filepath.Join(dir, grantFile)); err != nil {
		return id, fmt.Errorf("%w; enrol again", err)
	}
	if id.grant, err = wire.ParseGrant(b); err != nil {
		return id, fmt.Errorf("read %s: %w; enrol again", filepath.Join(dir, grantFile), err)
	}
	if id.key, err = deviceKey(dir, false); err != nil {
		return id, err
	}
	if id.grant.Device != id.key.ID() {
		return id, fmt.Errorf("open %s: the grant is for device %s but the key is device %s's: put the right device.key back, or enrol again", dir, id.grant.Device, id.key.ID())
	}
	id.policy, err = rulesOf(id.grant)
	return id, err
}

// rulesOf is what the grant asks for, if this version understands all of it.
func rulesOf(g wire.Grant) (scanner.Policy, error) {
	_, p, err := rules.Of(g)
	if err != nil {
		return p, fmt.Errorf("read the grant: %w; update Chốt or have the hub grant another policy", err)
	}
	return p, nil
}
