package hub

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"chot/sync/wire"
)

// A Site is what a new device is to be told.
type Site struct {
	URL        string // "https://host:port", as devices reach this hub
	Checkpoint string
	Lane       string
	Zone       string
	Policy     json.RawMessage
	Lists      []wire.ListKey
	Root       []byte        // the TUF root's JSON, byte for byte
	Trace      string        // the trace key's text
	Valid      time.Duration // how long the enrolment may be used; 0 means 7 days
}

// NewEnrolment makes an enrolment that lets one device in. The database keeps
// the token's hash only, and the grant sealed under the token: neither the
// token nor the list keys can be had from a stolen database.
func (h *Hub) NewEnrolment(ctx context.Context, s Site) (wire.Enrolment, error) {
	token, err := wire.NewToken()
	if err != nil {
		return wire.Enrolment{}, err
	}
	if s.Valid <= 0 {
		s.Valid = 7 * 24 * time.Hour
	}
	now := h.now()
	e := wire.Enrolment{
		Hub: s.URL, Pin: h.Pin(), HubKey: h.Key(), Token: token, Expires: now.Add(s.Valid).UTC().Truncate(time.Second),
		Root: s.Root, RootDigest: wire.Sum(s.Root), Trace: s.Trace, TraceDigest: wire.Sum([]byte(s.Trace)),
	}
	if _, err := e.File(); err != nil {
		return wire.Enrolment{}, fmt.Errorf("make enrolment: %w", err)
	}
	g := wire.Grant{Checkpoint: s.Checkpoint, Lane: s.Lane, Zone: s.Zone, Policy: s.Policy, Lists: s.Lists, Root: s.Root, Trace: s.Trace}
	sealed, err := sealGrant(token, g)
	if err != nil {
		return wire.Enrolment{}, fmt.Errorf("make enrolment: %w", err)
	}
	err = h.store.Update(ctx, func(tx Tx) error {
		if err := tx.Forget(now); err != nil {
			return err
		}
		return tx.PutInvitation(Admission{Token: token.Hash(), Expires: e.Expires, Sealed: sealed})
	})
	if err != nil {
		return wire.Enrolment{}, fmt.Errorf("make enrolment: %w", err)
	}
	return e, nil
}

// Enrol lets a device in. The same device may ask again until the enrolment
// expires: the answer may have been lost. A refusal is a *wire.Problem.
func (h *Hub) Enrol(ctx context.Context, request []byte) (g wire.Grant, err error) {
	defer func() { h.metrics.enrolments.WithLabelValues(answer(err, "granted")).Inc() }()
	r, err := wire.OpenEnrol(request, h.Key())
	if err != nil {
		return wire.Grant{}, wire.NewProblem(wire.BadRequest)
	}
	err = h.store.Update(ctx, func(tx Tx) (err error) {
		g, err = admit(tx, r, h.now().UTC())
		return err
	})
	if err != nil {
		return wire.Grant{}, err
	}
	h.log.Info("enrolled", "device", g.Device, "checkpoint", g.Checkpoint)
	return g, nil
}

func admit(tx Tx, r wire.EnrolRequest, now time.Time) (wire.Grant, error) {
	a, err := tx.Invitation(r.Token.Hash())
	switch {
	case errors.Is(err, ErrNoInvitation):
		return wire.Grant{}, wire.NewProblem(wire.TokenUnknown)
	case err != nil:
		return wire.Grant{}, err
	case a.Device != "" && a.Device != r.Key.ID():
		return wire.Grant{}, wire.NewProblem(wire.TokenUsed)
	case !now.Before(a.Expires) || len(a.Sealed) == 0:
		return wire.Grant{}, wire.NewProblem(wire.TokenExpired)
	}
	g, err := openGrant(r.Token, a.Sealed)
	if err != nil {
		return wire.Grant{}, err
	}
	g.Device = r.Key.ID()
	if err := g.Check(); err != nil {
		return wire.Grant{}, err
	}
	d, err := tx.Device(g.Device)
	switch {
	case errors.Is(err, ErrNoDevice):
		d = Device{Key: r.Key}
	case err != nil:
		return wire.Grant{}, err
	case !d.Revoked.IsZero():
		return wire.Grant{}, wire.NewProblem(wire.RevokedDevice) // an old token must not undo a revocation
	}
	d.Checkpoint, d.Lane, d.Zone, d.Enrolled = g.Checkpoint, g.Lane, g.Zone, now
	if err := tx.PutDevice(d); err != nil {
		return wire.Grant{}, err
	}
	a.Device, a.Used = g.Device, now
	return g, tx.PutInvitation(a)
}

// Revoke refuses a device's bundles from now on; what was taken stands, and
// what it still sends is kept apart. Whatever it is answered then carries the
// signed notice on which it destroys its keys, and so does what is returned.
func (h *Hub) Revoke(ctx context.Context, device string) (notice []byte, err error) {
	err = h.change(ctx, device, func(d *Device) error {
		d.Revoked = h.revokedAt(*d)
		notice, err = wire.SignRevocation(h.identity.key, d.Key.ID(), d.Revoked)
		return err
	})
	return notice, err
}

// revokedAt is when a device is revoked that is revoked now. The notice must be
// newer than all that says the device is in order, also where this hub's clock
// was ahead when it said so.
func (h *Hub) revokedAt(d Device) time.Time {
	at := h.now().UTC().Truncate(time.Second)
	last := d.Enrolled
	if r, err := wire.OpenReceipt(d.Receipt, h.Key(), d.Key); err == nil && r.Time().After(last) {
		last = r.Time()
	}
	if !at.After(last) {
		at = last.UTC().Truncate(time.Second).Add(time.Second)
	}
	return at
}

// Reinstate undoes Revoke. The device sends what it holds by itself, unless it
// has heard of the revocation: then its keys are gone, and what it holds comes
// on a stick.
func (h *Hub) Reinstate(ctx context.Context, device string) error {
	return h.change(ctx, device, func(d *Device) error { d.Revoked = time.Time{}; return nil })
}

func (h *Hub) change(ctx context.Context, device string, fn func(*Device) error) error {
	var revoked bool
	err := h.store.Update(ctx, func(tx Tx) error {
		d, err := tx.Device(device)
		if err != nil {
			return err
		}
		if err := fn(&d); err != nil {
			return err
		}
		revoked = !d.Revoked.IsZero()
		return tx.PutDevice(d)
	})
	if err != nil {
		return fmt.Errorf("change device: %w", err)
	}
	h.log.Info("device changed", "device", device, "revoked", revoked)
	return nil
}

// revoked is the refusal of a revoked device, with the signed notice.
func revoked(key wire.HubKey, d Device) (*wire.Problem, error) {
	p := wire.NewProblem(wire.RevokedDevice)
	notice, err := wire.SignRevocation(key, d.Key.ID(), d.Revoked)
	p.Notice = string(notice)
	return p, err
}

// grantCipher derives a grant's key from its token (RFC 5869). A token seals
// one grant only, so the nonce may be fixed.
func grantCipher(t wire.Token) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, t[:], nil, "chot grant", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func sealGrant(t wire.Token, g wire.Grant) ([]byte, error) {
	trial := g
	trial.Device = "aaaaaaaaaaaaaaaa" // filled in at the device's request; the rest must be right now
	if err := trial.Check(); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(g)
	if err != nil {
		return nil, err
	}
	aead, err := grantCipher(t)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, make([]byte, aead.NonceSize()), plain, nil), nil
}

func openGrant(t wire.Token, sealed []byte) (g wire.Grant, err error) {
	aead, err := grantCipher(t)
	if err != nil {
		return g, err
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed, nil)
	if err != nil {
		return g, errors.New("open grant: it is damaged; restore the database from a backup, or make a new enrolment")
	}
	err = json.Unmarshal(plain, &g)
	return g, err
}
