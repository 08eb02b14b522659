package station

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"chot/cmd/internal/keystore"
	"chot/sync/wire"
)

// ErrDestroyed is wrapped when a device has destroyed its keys.
var ErrDestroyed = keystore.ErrDestroyed

// ErrKeeper is wrapped when what guards the keys cannot be asked now.
var ErrKeeper = keystore.ErrKeeper

// What a vault holds of a station, by purpose.
const (
	secretKey    = "device"    // the device's signing key, as its text
	secretGrant  = "grant"     // what the hub granted, with the lists' keys
	secretJoined = "joined"    // the hub's time of the enrolment, POSIX seconds
	secretPriors = "priors"    // the journal's key of prior use
	secretEnrol  = "enrolment" // enrolment.json: no secret, but changed with the grant at once
)

// publicFile is the device's public key: what exporting needs of it.
const publicFile = "device.pub"

func (o Options) folder(dir string) keystore.Folder {
	return keystore.Folder{Path: dir, Before: o.cut}
}

// keeper is what guards a folder's keys: the program's own, else the one they
// were sealed for, else the best the machine has.
func (o Options) keeper(f keystore.Folder) (keystore.Keeper, error) {
	if o.Keeper != nil {
		return o.Keeper, nil
	}
	if keystore.Present(f) {
		kind, err := keystore.Guard(f)
		if err != nil {
			return nil, err
		}
		return keystore.Local(f, kind)
	}
	k, why := keystore.Best(f)
	if why != nil && o.Log != nil {
		o.Log.Warn("the keys are kept in a file: the TPM cannot be used", "err", why)
	}
	return k, nil
}

// secrets are what a device must not give away.
type secrets struct {
	key    wire.DeviceKey
	grant  []byte // as MarshalGrant wrote it, nil before there is one
	joined time.Time
	priors []byte // nil before there is a journal

	enrolment []byte // as File wrote it, nil where an earlier version enrolled
}

func (s secrets) items() map[string][]byte {
	all := map[string][]byte{secretKey: []byte(s.key.Private())}
	if s.grant != nil {
		all[secretGrant] = s.grant
	}
	if !s.joined.IsZero() {
		all[secretJoined] = strconv.AppendInt(nil, s.joined.Unix(), 10)
	}
	if s.priors != nil {
		all[secretPriors] = s.priors
	}
	if s.enrolment != nil {
		all[secretEnrol] = s.enrolment
	}
	return all
}

// priorsOf keeps a journal's key of prior use in a vault: see
// store.Options.Priors.
func priorsOf(v *keystore.Vault) func(old []byte) ([]byte, error) {
	return func(old []byte) ([]byte, error) {
		kept, err := v.Secret(secretPriors)
		if err != nil || kept != nil && (old == nil || bytes.Equal(old, kept)) {
			return kept, err
		}
		if old == nil {
			old = make([]byte, 32)
			rand.Read(old)
		}
		return old, v.Keep(secretPriors, old)
	}
}

// openSecrets opens what a folder's vault holds.
func openSecrets(f keystore.Folder, k keystore.Keeper) (s secrets, v *keystore.Vault, err error) {
	if v, err = keystore.Open(f, k); err != nil {
		return s, nil, err
	}
	text, err := v.Secret(secretKey)
	if err != nil {
		return s, nil, err
	}
	if s.key, err = wire.ParseDeviceKey(string(text)); err != nil {
		return s, nil, fmt.Errorf("read the device's key: %w", err)
	}
	if s.grant, err = v.Secret(secretGrant); err != nil {
		return s, nil, err
	}
	if s.priors, err = v.Secret(secretPriors); err != nil {
		return s, nil, err
	}
	if s.enrolment, err = v.Secret(secretEnrol); err != nil {
		return s, nil, err
	}
	joined, err := v.Secret(secretJoined)
	if err != nil || joined == nil {
		return s, v, err
	}
	seconds, err := strconv.ParseInt(string(joined), 10, 64)
	s.joined = time.Unix(seconds, 0)
	return s, v, err
}

// plainSecrets reads what an earlier version kept in the clear. It returns
// fs.ErrNotExist where there is no key.
func plainSecrets(f keystore.Folder) (s secrets, err error) {
	b, err := f.Read(keyFile)
	if err != nil {
		return s, fmt.Errorf("read the device's key: %w; put the file back, or move the folder aside and enrol again", err)
	}
	if s.key, err = wire.ParseDeviceKey(strings.TrimSpace(string(b))); err != nil {
		return s, fmt.Errorf("read %s: %w; put the file back from a copy, or move the folder aside and enrol again", keyFile, err)
	}
	if s.grant, err = f.Read(grantFile); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return s, err
}

// open opens a folder's secrets with their keeper.
func (o Options) open(f keystore.Folder) (s secrets, v *keystore.Vault, err error) {
	k, err := o.keeper(f)
	if err != nil {
		return s, nil, err
	}
	return openSecrets(f, k)
}

// takeSecrets returns a folder's secrets, and seals what still lies in the
// clear: first the envelope, read back from the disk, then the plain files.
func (o Options) takeSecrets(dir string) (s secrets, v *keystore.Vault, err error) {
	f := o.folder(dir)
	k, err := o.keeper(f)
	if err != nil {
		return s, nil, err
	}
	if !keystore.Present(f) {
		if s, err = plainSecrets(f); err != nil {
			return s, nil, err
		}
		if v, err = keystore.Create(f, k, s.items()); err != nil {
			return s, nil, err
		}
		if o.Log != nil {
			o.Log.Info("the device's keys are sealed now", "keeper", v.Kind())
		}
		return s, v, tidy(f, s)
	}
	if s, v, err = openSecrets(f, k); err != nil {
		return s, nil, err
	}
	if err := keystore.Forget(f, v.Kind()); err != nil && o.Log != nil {
		o.Log.Warn("the keeper before has not forgotten the keys yet", "err", err)
	}
	return s, v, tidy(f, s)
}

// tidy writes what is public of the secrets where an export finds it, and
// leaves none of them beside the envelope. It may be repeated.
func tidy(f keystore.Folder, s secrets) error {
	if left, err := plainSecrets(f); err == nil && left.key.ID() != s.key.ID() {
		return fmt.Errorf("%s is device %s's but the folder is device %s's: put the right device.key back, or remove it", keyFile, left.key.ID(), s.key.ID())
	}
	if err := rewrite(f, publicFile, []byte(s.key.Verifier().String()+"\n"), false); err != nil {
		return err
	}
	if s.enrolment != nil {
		if err := rewrite(f, enrolmentFile, s.enrolment, false); err != nil {
			return err
		}
	}
	if s.grant != nil {
		g, err := wire.ParseGrant(s.grant)
		if err != nil {
			return fmt.Errorf("read the grant: %w; enrol again", err)
		}
		g.Lists = nil
		public, err := wire.MarshalGrant(g)
		if err != nil {
			return err
		}
		if err := rewrite(f, grantFile, public, true); err != nil {
			return err
		}
	}
	return f.Shred(keyFile)
}

// rewrite gives a file new content, if it has another; what it held is
// overwritten first where that was a secret.
func rewrite(f keystore.Folder, name string, b []byte, secret bool) error {
	if old, err := f.Read(name); err == nil && bytes.Equal(old, b) {
		return nil
	}
	if secret {
		if err := f.Shred(name); err != nil {
			return err
		}
	}
	return f.Write(name, b)
}

// devicePublic reads the public key beside the envelope.
func devicePublic(f keystore.Folder) (wire.DeviceVerifier, error) {
	b, err := f.Read(publicFile)
	if err != nil {
		return wire.DeviceVerifier{}, fmt.Errorf("read the device's public key: %w; put it back from a copy", err)
	}
	d, err := wire.ParseDeviceVerifier(strings.TrimSpace(string(b)))
	if err != nil {
		return d, fmt.Errorf("read %s: %w; put it back from a copy", publicFile, err)
	}
	return d, nil
}
