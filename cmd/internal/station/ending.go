package station

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"chot/cmd/internal/keystore"
	"chot/scanner"
	"chot/sync/wire"
)

// An ending is why a device destroys its keys. It is on disk from before the
// first step until the device is enrolled anew:
//
//	ending      decided, and under way: each start goes on with it
//	ended       done: the keeper has reported that nothing opens any more
//
// What was scanned stays in the journal under heads that were signed with each
// entry, so nothing needs the key any more to be exported.
type ending struct {
	Why    string `json:"why"` // whyRevoked, whyPINs or whyLost
	Device string `json:"device"`
	Notice string `json:"notice,omitempty"` // the hub's, with whyRevoked
}

const (
	whyRevoked = "revoked"
	whyPINs    = "pins"
	whyLost    = "lost" // found by whoever enrols the device anew: they open no more

	endingFile = "ending.json"
	endedFile  = "ended.json"
	pastFolder = "past"
)

// ErrEnding is wrapped while the keys cannot be destroyed though they must.
var ErrEnding = errors.New("the device is blocked, but its keys could not be destroyed yet; it is tried again")

func readEnding(f keystore.Folder, name string) (e ending, there bool, err error) {
	b, err := f.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return e, false, nil
	}
	if err != nil {
		return e, true, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(&e)
	if _, end := d.Token(); err != nil || end != io.EOF || because[e.Why] == "" || !wire.ValidID(e.Device) {
		return e, true, fmt.Errorf("%w: %s was changed: have the device examined", ErrEnrolment, name)
	}
	return e, true, nil
}

// carryOut destroys a device's keys, step by step: decided, what is public kept
// apart, unopenable, gone, done. Begun again after any of them it goes on. A full
// disk keeps it from saying so, not from doing it: what is left then says that the
// keys are lost.
func (e ending) carryOut(f keystore.Folder, k keystore.Keeper) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, there, err := readEnding(f, endingFile)
	if err != nil {
		return err
	}
	var unsaid error
	if !there {
		unsaid = f.Write(endingFile, b)
	}
	if s, _, err := openSecrets(f, k); err == nil {
		if err := tidy(f, s); err != nil {
			if _, public := devicePublic(f); public != nil { // without it no scan could be exported
				return fmt.Errorf("%w: %w", ErrEnding, errors.Join(err, unsaid))
			}
			// The grant in the clear, of an earlier version, exports nothing.
			if err := f.Shred(grantFile); err != nil {
				return fmt.Errorf("%w: %w", ErrEnding, err)
			}
		}
	}
	if err := errors.Join(k.Destroy(), keystore.Forget(f, keystore.KindOf(k))); err != nil {
		return fmt.Errorf("%w: %w", ErrEnding, errors.Join(err, unsaid))
	}
	if err := errors.Join(keystore.Wreck(f), f.Shred(keyFile), dropOld(f, configFile), f.Sweep()); err != nil {
		return fmt.Errorf("%w: %w", ErrEnding, err)
	}
	if err := f.Write(endedFile, b); err != nil {
		return fmt.Errorf("%w: %w", ErrEnding, errors.Join(err, unsaid))
	}
	return f.Remove(endingFile)
}

// goOn finishes what a start before has begun, and returns an error that wraps
// ErrDestroyed or ErrEnding where a device must not start again.
func (o Options) goOn(dir string) error {
	f := o.folder(dir)
	e, ended, err := readEnding(f, endedFile)
	if err != nil {
		return err
	}
	var begun ending
	there := false
	if !ended {
		if begun, there, err = readEnding(f, endingFile); err != nil {
			return err
		}
	}
	if there {
		k, err := o.keeper(f)
		if err == nil {
			err = begun.carryOut(f, k)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrEnding, err)
		}
		e, ended = begun, true
	}
	if !ended {
		return nil
	}
	return fmt.Errorf("%s: %w", because[e.Why], ErrDestroyed)
}

var because = map[string]string{
	whyRevoked: "the hub has revoked this device", whyPINs: "ten wrong PINs in a row",
	whyLost: "what guarded them is gone: another TPM, or one that was cleared, or a copy without the folder keeper; or their file was damaged",
}

// end destroys the station's keys. From its first moment nobody is admitted;
// Run returns, and the station does not open again.
func (s *Station) end(e ending) {
	if s.over.Swap(true) {
		return
	}
	e.Device = s.id.key.ID()
	s.log.Warn("the device destroys its keys", "why", because[e.Why])
	s.lists.close()
	f := s.options.folder(s.dir)
	k, err := s.options.keeper(f)
	if err == nil {
		err = e.carryOut(f, k)
	}
	if err == nil {
		// Where the disk was full its key still lies in the journal.
		if err := s.store.ForgetPriors(); err != nil {
			s.log.Warn("prior use not forgotten yet", "err", err)
		}
		if err := giveToOwner(s.dir); err != nil {
			s.log.Warn("the device's files are not all its owner's", "err", err)
		}
	}
	s.ending = ErrDestroyed
	fault := scanner.FaultKeysDestroyed
	if err != nil {
		s.log.Error("keys not destroyed", "err", err)
		s.ending, fault = err, scanner.FaultKeysStuck
		if !errors.Is(err, ErrEnding) {
			s.ending = fmt.Errorf("%w: %w", ErrEnding, err)
		}
	}
	s.fault("keys", fault)
	close(s.ended)
}

// revoked ends the station if a revocation is newer than all the hub has
// granted: what is older was undone since, and somebody kept it.
func (s *Station) revoked(r wire.Revocation) {
	if r.IsZero() || r.Device() != s.id.key.ID() {
		return
	}
	stats := s.store.Stats()
	if !standing(r, s.id, stats.Receipt) {
		s.log.Warn("a revocation from before the last receipt or enrolment is passed over", "of", r.Time())
		return
	}
	s.end(ending{Why: whyRevoked, Notice: string(r.Text())})
}

// standing reports whether a revocation is newer than an enrolment and the last
// receipt.
func standing(r wire.Revocation, id identity, receipt []byte) bool {
	if !r.Time().After(id.joined) {
		return false
	}
	last, err := wire.OpenReceipt(receipt, id.enrolment.HubKey, id.key.Verifier())
	return err != nil || r.Time().After(last.Time()) // none yet, or another hub's
}

// RevokeBy destroys a device's keys on a notice that came on a stick. No
// scanner may be running in its folder.
func RevokeBy(dir string, notice []byte, o Options) error {
	s, err := Open(dir, o)
	if err != nil {
		return err
	}
	r, err := wire.OpenRevocation(notice, s.id.enrolment.HubKey, s.id.key.Verifier())
	if err != nil {
		return errors.Join(s.noNotice(notice, err), s.Close())
	}
	s.revoked(r)
	over := s.over.Load()
	err = s.Close()
	switch {
	case err != nil:
		return err
	case !over:
		return errors.New("the notice is older than the device's last receipt or enrolment: it was taken back since; write a new one with chot-hub revoke")
	case errors.Is(s.ending, ErrDestroyed):
		return nil
	}
	return s.ending
}

// noNotice says what somebody brought in place of a notice, and what to bring.
func (s *Station) noNotice(b []byte, err error) error {
	other, named := wire.RevokedDeviceOf(b)
	switch kind := wire.KindOf(b); {
	case kind == wire.Unknown:
		return fmt.Errorf("%w; bring the file that chot-hub revoke --notice wrote", wire.ErrRevocation)
	case kind != wire.KindRevocation:
		return fmt.Errorf("%w; it is a file of the kind %s: bring the file that chot-hub revoke --notice wrote", wire.ErrRevocation, kind)
	case named && other != s.id.key.ID():
		return fmt.Errorf("%w; it is about device %s, this is device %s: take it there", wire.ErrRevocation, other, s.id.key.ID())
	}
	return fmt.Errorf("%w; it was cut short or changed, or another hub wrote it: write it again at the hub this device is enrolled with", err)
}

// Destroyed reports whether the device in a folder has destroyed its keys.
func Destroyed(dir string) bool {
	return keystore.Folder{Path: dir}.Has(endedFile)
}

// Over reports whether the device in a folder will never scan again, so that it
// is to hand over what it has and be enrolled anew: its keys are destroyed, or
// what guarded them is gone. A keeper that does not answer is neither.
func Over(dir string, o Options) bool {
	f := o.folder(dir)
	return Destroyed(dir) || Enrolled(dir) && !f.Has(endingFile) && o.lost(f)
}

// lost reports whether a folder's keys will never open though nobody has
// destroyed them. Nothing is destroyed on that alone: a copy may get its keeper
// back.
func (o Options) lost(f keystore.Folder) bool {
	if !keystore.Present(f) {
		return f.Has(publicFile) && !f.Has(keyFile)
	}
	_, _, err := o.open(f)
	return errors.Is(err, ErrDestroyed)
}

// conclude ends a device whose keys are lost, for another that is to begin in
// its folder. Whoever enrols has been told to put a damaged envelope back, or to
// enrol anew.
func (o Options) conclude(dir string) error {
	f := o.folder(dir)
	_, _, err := o.open(f)
	damaged := errors.Is(err, keystore.ErrEnvelope)
	if !damaged && !o.lost(f) {
		return nil
	}
	k := o.Keeper
	if damaged && k == nil {
		k, err = keystore.File{Folder: f}, keystore.Abandon(f) // whose it was can perhaps not be read
	} else {
		k, err = o.keeper(f)
	}
	if err != nil {
		return err
	}
	device, err := devicePublic(f)
	switch {
	case Destroyed(dir): // these were made for an enrolment that never came
	case err == nil:
		return ending{Why: whyLost, Device: device.ID()}.carryOut(f, k)
	case f.Has(journalFile):
		return fmt.Errorf("%s: %w, but to tell whose they are takes %s: put it back, or move the folder aside and enrol again", because[whyLost], ErrDestroyed, publicFile)
	}
	return errors.Join(k.Destroy(), keystore.Wreck(f)) // it never was a device
}

// archive moves what is left of a device that has ended out of the way of the
// one that begins: past/<device>/ holds its journal, and what is public of it.
// At any moment the journal has beside it what exporting takes; the mark that the
// device has ended goes last.
func archive(f keystore.Folder) error {
	e, there, err := readEnding(f, endedFile)
	if err != nil || !there {
		return err
	}
	if err := f.Remove(endingFile); err != nil { // a cut at the very end has left it
		return err
	}
	past := keystore.Folder{Path: filepath.Join(f.Path, pastFolder, e.Device), Before: f.Before}
	for _, name := range pastFiles {
		b, err := f.Read(name)
		if err == nil {
			err = past.Write(name, b)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if f.Before != nil {
		if err := f.Before("archive " + journalFile); err != nil {
			return err
		}
	}
	err = os.Rename(filepath.Join(f.Path, journalFile), filepath.Join(past.Path, journalFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, dir := range []string{past.Path, filepath.Dir(past.Path), f.Path} {
		if err := syncFolder(dir); err != nil {
			return err
		}
	}
	for _, name := range pastFiles {
		if err := f.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// pastFiles are what a device that has ended leaves besides its journal.
var pastFiles = []string{publicFile, enrolmentFile, grantFile, endedFile}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
