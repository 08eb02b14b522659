//go:build linux && !android

package keystore

import (
	"crypto/rand"
	"encoding/binary"
	"errors"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
)

// A chip is an open TPM with its storage primary key loaded.
type chip struct {
	tpm     transport.TPMCloser
	storage tpm2.NamedHandle
	public  tpm2.TPMTPublic
}

func (c *chip) close() error {
	_, err := tpm2.FlushContext{FlushHandle: c.storage.Handle}.Execute(c.tpm)
	return errors.Join(err, c.tpm.Close())
}

// session authorises with a secret, and encrypts what goes over the bus in the
// given direction. Its salt is for the storage key (Part 1 §19.6.8).
func (c *chip) session(secret []byte, direction tpm2.AuthOption) tpm2.Session {
	return tpm2.HMAC(tpm2.TPMAlgSHA256, 16, tpm2.Auth(secret), tpm2.Salted(c.storage.Handle, c.public), direction)
}

var (
	inwards  = tpm2.AESEncryption(128, tpm2.EncryptIn)
	outwards = tpm2.AESEncryption(128, tpm2.EncryptOut)
)

// indexAttributes let whoever can open the TPM read the secret: alone, without
// the blob, it opens nothing. It does not count towards the lock-out.
var indexAttributes = tpm2.TPMANV{AuthRead: true, AuthWrite: true, NoDA: true, NT: tpm2.TPMNTOrdinary}

// freeIndex picks an NV index that is not in use.
func (c *chip) freeIndex() (uint32, error) {
	for range 16 {
		var b [4]byte
		rand.Read(b[:])
		index := firstIndex + binary.BigEndian.Uint32(b[:])%(lastIndex-firstIndex+1)
		_, err := tpm2.NVReadPublic{NVIndex: tpm2.TPMHandle(index)}.Execute(c.tpm)
		if errors.Is(err, tpm2.TPMRCHandle) {
			return index, nil
		}
		if err != nil {
			return 0, chipError("say which of its places are free", err)
		}
	}
	return 0, chipError("find a free place", errors.New("all that were tried are in use"))
}

// newSecret makes an authorisation value, of 255.8 random bits: without a zero
// byte, for zeros at its end do not count (Part 1 §19.6.5), and go-tpm 0.9.8
// stops at any.
func newSecret() []byte {
	secret := make([]byte, keySize)
	for i := range secret {
		for secret[i] == 0 {
			rand.Read(secret[i : i+1])
		}
	}
	return secret
}

// seal seals a key under a new secret in an NV index.
func (c *chip) seal(index uint32, key []byte) (public, private []byte, err error) {
	if err := c.undefine(index); err != nil { // of an attempt that was cut short
		return nil, nil, err
	}
	secret := newSecret()
	_, err = tpm2.NVDefineSpace{
		AuthHandle: tpm2.TPMRHOwner,
		PublicInfo: tpm2.New2B(tpm2.TPMSNVPublic{NVIndex: tpm2.TPMHandle(index), NameAlg: tpm2.TPMAlgSHA256, Attributes: indexAttributes, DataSize: keySize}),
	}.Execute(c.tpm)
	if err != nil {
		return nil, nil, chipError("make room for a secret", err)
	}
	place, err := c.place(index)
	if err != nil {
		return nil, nil, err
	}
	_, err = tpm2.NVWrite{
		AuthHandle: tpm2.AuthHandle{Handle: place.Handle, Name: place.Name, Auth: c.session(nil, inwards)},
		NVIndex:    place, Data: tpm2.TPM2BMaxNVBuffer{Buffer: secret},
	}.Execute(c.tpm)
	if err != nil {
		return nil, nil, chipError("keep a secret", err)
	}
	made, err := tpm2.Create{
		ParentHandle: tpm2.AuthHandle{Handle: c.storage.Handle, Name: c.storage.Name, Auth: c.session(nil, inwards)},
		InSensitive: tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{
			UserAuth: tpm2.TPM2BAuth{Buffer: secret},
			Data:     tpm2.NewTPMUSensitiveCreate(&tpm2.TPM2BSensitiveData{Buffer: key}),
		}},
		InPublic: tpm2.New2B(tpm2.TPMTPublic{
			Type: tpm2.TPMAlgKeyedHash, NameAlg: tpm2.TPMAlgSHA256,
			ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, UserWithAuth: true, NoDA: true},
		}),
	}.Execute(c.tpm)
	if err != nil {
		return nil, nil, chipError("seal a key", err)
	}
	return tpm2.Marshal(made.OutPublic), tpm2.Marshal(made.OutPrivate), nil
}

// unseal opens what seal made. Another TPM than that one, one that was cleared,
// and one whose NV index is gone will never open it.
func (c *chip) unseal(s chipState) ([]byte, error) {
	public, err := tpm2.Unmarshal[tpm2.TPM2BPublic](s.public)
	if err != nil {
		return nil, ErrEnvelope
	}
	private, err := tpm2.Unmarshal[tpm2.TPM2BPrivate](s.private)
	if err != nil {
		return nil, ErrEnvelope
	}
	place, err := c.place(s.index)
	if err != nil {
		return nil, err
	}
	secret, err := tpm2.NVRead{
		AuthHandle: tpm2.AuthHandle{Handle: place.Handle, Name: place.Name, Auth: c.session(nil, outwards)},
		NVIndex:    place, Size: keySize,
	}.Execute(c.tpm)
	if err != nil {
		return nil, chipError("read its secret", err)
	}
	object, err := tpm2.Load{
		ParentHandle: tpm2.AuthHandle{Handle: c.storage.Handle, Name: c.storage.Name, Auth: tpm2.PasswordAuth(nil)},
		InPrivate:    *private, InPublic: *public,
	}.Execute(c.tpm)
	switch {
	case errors.Is(err, tpm2.TPMRCIntegrity):
		return nil, ErrDestroyed // sealed by another TPM, or before this one was cleared
	case err != nil:
		return nil, chipError("load the sealed key", err)
	}
	defer tpm2.FlushContext{FlushHandle: object.ObjectHandle}.Execute(c.tpm)
	opened, err := tpm2.Unseal{
		ItemHandle: tpm2.AuthHandle{Handle: object.ObjectHandle, Name: object.Name, Auth: c.session(secret.Data.Buffer, outwards)},
	}.Execute(c.tpm)
	if err != nil {
		return nil, chipError("open the sealed key", err)
	}
	return opened.OutData.Buffer, nil
}

// place returns an NV index by name. One that is not there was undefined.
func (c *chip) place(index uint32) (tpm2.NamedHandle, error) {
	public, err := tpm2.NVReadPublic{NVIndex: tpm2.TPMHandle(index)}.Execute(c.tpm)
	if errors.Is(err, tpm2.TPMRCHandle) {
		return tpm2.NamedHandle{}, ErrDestroyed
	}
	if err != nil {
		return tpm2.NamedHandle{}, chipError("find its secret", err)
	}
	return tpm2.NamedHandle{Handle: tpm2.TPMHandle(index), Name: public.NVName}, nil
}

// undefine makes the chip forget an NV index, if it is one of ours.
func (c *chip) undefine(index uint32) error {
	public, err := tpm2.NVReadPublic{NVIndex: tpm2.TPMHandle(index)}.Execute(c.tpm)
	if errors.Is(err, tpm2.TPMRCHandle) {
		return nil
	}
	if err != nil {
		return chipError("find its secret", err)
	}
	is, err := public.NVPublic.Contents()
	if err != nil {
		return chipError("find its secret", err)
	}
	as := is.Attributes
	as.Written = false
	if as != indexAttributes || is.DataSize != keySize {
		return nil // the TPM was cleared, and somebody else's is there now
	}
	_, err = tpm2.NVUndefineSpace{AuthHandle: tpm2.TPMRHOwner, NVIndex: tpm2.NamedHandle{Handle: tpm2.TPMHandle(index), Name: public.NVName}}.Execute(c.tpm)
	if err != nil {
		return chipError("forget its secret", err)
	}
	return nil
}
