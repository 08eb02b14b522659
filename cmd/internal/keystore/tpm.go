//go:build linux && !android

package keystore

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// TPMDevice is where Linux has the machine's TPM, with the kernel's resource
// manager before it.
const TPMDevice = "/dev/tpmrm0"

// tpmState is where TPM keeps what it needs besides the chip.
const tpmState = "keeper/tpm2"

// A TPM keeps the wrapping key in a TPM 2.0 of the machine.
//
// The wrapping key is a sealed object (TPM 2.0 Library Part 3 §12.1 TPM2_Create)
// under the storage primary key that the owner hierarchy derives from the
// standard ECC P-256 template each time; its blob lies in the folder. Its
// authorisation is a random secret in an NV index of this chip (§31). So it
// takes both: the folder's blob and this very TPM.
//
// That is what Destroy relies on. A blob may have been copied before, and a TPM
// would open it for ever; the NV index is nowhere but in the chip, and
// TPM2_NV_UndefineSpace ends it. What was unwrapped before, by whoever was root,
// it cannot call back.
//
// What the chip answers is encrypted on its bus under a salted session (Part 1
// §19.6.8, §21), so listening there gives nothing away; somebody with a
// laboratory who answers in the chip's place is another matter. No PCR policy
// binds the key to what was booted: a kernel's update would lock a kiosk out, on
// the day nobody is there to enrol it again. So whoever boots the machine with
// another system has the TPM open it; a password for the firmware, and Secure
// Boot, are against that.
type TPM struct {
	Folder Folder
	// Device is the chip's device node, or the socket of one in software; "" is
	// TPMDevice.
	Device string

	dial func() (transport.TPMCloser, error) // a test's
}

// Kind implements KindOf.
func (TPM) Kind() Kind { return KindTPM }

const (
	// NV indexes that belong to the machine's owner (TCG Registry of Reserved
	// TPM 2.0 Handles, §2.2).
	firstIndex, lastIndex = 0x01800000, 0x01BFFFFF

	stateMagic = "chot tpm2 1\n"
)

// A chipState is the file tpmState: the magic, the NV index (4 bytes), and the
// sealed object's public and private areas, each after its length (2 bytes) and
// both empty until it is made. The index is on disk before it is defined, so
// that none is left behind in the chip, where room for them is scarce.
type chipState struct {
	index           uint32
	public, private []byte
}

func (s chipState) bytes() []byte {
	b := binary.BigEndian.AppendUint32([]byte(stateMagic), s.index)
	for _, area := range [][]byte{s.public, s.private} {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(area))), area...)
	}
	return b
}

func parseState(b []byte) (s chipState, err error) {
	r := reader{b}
	ours := string(r.take(len(stateMagic))) == stateMagic
	s.index = uint32(r.length(4))
	s.public, s.private = r.take(r.length(2)), r.take(r.length(2))
	if !ours || r.b == nil || len(r.b) != 0 || s.index < firstIndex || s.index > lastIndex {
		return chipState{}, fmt.Errorf("%w (%s)", ErrEnvelope, tpmState)
	}
	return s, nil
}

// Probe says why the TPM cannot be used, nil if it can.
func (k TPM) Probe() error {
	c, err := k.connect()
	if err != nil {
		return err
	}
	return c.close()
}

// Wrap implements Keeper; the first one makes the key.
func (k TPM) Wrap(secret []byte) ([]byte, error) {
	s, err := k.state()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	c, err := k.connect()
	if err != nil {
		return nil, err
	}
	defer c.close()
	var key []byte
	if len(s.private) > 0 {
		key, err = c.unseal(s)
	} else {
		key, err = k.make(c, s)
	}
	if err != nil {
		return nil, err
	}
	w, err := under(key, KindTPM)
	if err != nil {
		return nil, err
	}
	return w.wrap(secret), nil
}

// Unwrap implements Keeper.
func (k TPM) Unwrap(wrapped []byte) ([]byte, error) {
	s, err := k.state()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w (%s is not there)", ErrDestroyed, tpmState)
	case err != nil:
		return nil, err
	case len(s.private) == 0:
		return nil, ErrDestroyed
	}
	c, err := k.connect()
	if err != nil {
		return nil, err
	}
	defer c.close()
	key, err := c.unseal(s)
	if err != nil {
		return nil, err
	}
	w, err := under(key, KindTPM)
	if err != nil {
		return nil, err
	}
	return w.unwrap(wrapped)
}

// Destroy implements Keeper: the chip forgets the NV index, then the folder its
// blob.
func (k TPM) Destroy() error {
	s, err := k.state()
	if errors.Is(err, fs.ErrNotExist) {
		return k.Folder.Shred(tpmState) // the chip has forgotten; perhaps not all of this yet
	}
	if err != nil {
		return err
	}
	c, err := k.connect()
	if err != nil {
		return err
	}
	defer c.close()
	if err := k.Folder.step("undefine", tpmState); err != nil {
		return err
	}
	if err := c.undefine(s.index); err != nil {
		return err
	}
	return k.Folder.Shred(tpmState)
}

// state reads the state's file. One that was overwritten is not there: that
// comes after the chip has forgotten.
func (k TPM) state() (chipState, error) {
	b, err := k.Folder.Read(tpmState)
	if errors.Is(err, fs.ErrNotExist) || err == nil && shredded(b) {
		return chipState{}, fs.ErrNotExist
	}
	if err != nil {
		return chipState{}, fmt.Errorf("%w: %w", ErrKeeper, err)
	}
	return parseState(b)
}

// make makes the wrapping key and what opens it.
func (k TPM) make(c *chip, s chipState) (key []byte, err error) {
	if s.index == 0 {
		if s.index, err = c.freeIndex(); err != nil {
			return nil, err
		}
		if err := k.Folder.Write(tpmState, s.bytes()); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKeeper, err)
		}
	}
	key = make([]byte, keySize)
	rand.Read(key)
	if s.public, s.private, err = c.seal(s.index, key); err != nil {
		return nil, err
	}
	if err := k.Folder.Write(tpmState, s.bytes()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeeper, err)
	}
	return key, nil
}

func (k TPM) connect() (*chip, error) {
	device := k.Device
	if device == "" {
		device = TPMDevice
	}
	dial := k.dial
	if dial == nil {
		dial = func() (transport.TPMCloser, error) {
			t, err := linuxtpm.Open(device)
			if errors.Is(err, linuxtpm.ErrFileIsNotDevice) {
				return linuxudstpm.Open(device)
			}
			return t, err
		}
	}
	t, err := dial()
	switch {
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%w: %w; this user must be in the group that may open it (on Debian: adduser USER tss, then start again)", ErrKeeper, err)
	case err != nil:
		return nil, fmt.Errorf("%w: there is no TPM that can be opened: %w", ErrKeeper, err)
	}
	c := &chip{tpm: t}
	primary, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}.Execute(t)
	if err != nil {
		return nil, errors.Join(chipError("make its storage key", err), t.Close())
	}
	c.storage = tpm2.NamedHandle{Handle: primary.ObjectHandle, Name: primary.Name}
	public, err := primary.OutPublic.Contents()
	if err != nil {
		return nil, errors.Join(chipError("read its storage key", err), c.close())
	}
	c.public = *public
	return c, nil
}

func chipError(what string, err error) error {
	if errors.Is(err, tpm2.TPMRCBadAuth) || errors.Is(err, tpm2.TPMRCAuthFail) {
		return fmt.Errorf("%w: the TPM has an owner's password, which this program does not know: clear the TPM in the machine's firmware, or keep the keys in a file", ErrKeeper)
	}
	return fmt.Errorf("%w: the TPM could not %s: %w", ErrKeeper, what, err)
}
