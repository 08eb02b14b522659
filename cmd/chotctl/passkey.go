package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"chot/scanner/credential"
)

// passKeyID is what passes call a key: the first 8 bytes of its SHA-256.
func passKeyID(key ed25519.PublicKey) []byte {
	sum := sha256.Sum256(key)
	return sum[:8]
}

// makePassKey writes a new signing key (PKCS #8, PEM) and adds its public half to
// the trust file, which it makes when there is none.
func makePassKey(keyFile, trustFile string, issuer credential.Issuer) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	issuer.Key = key.Public()
	issuer.KeyID = passKeyID(key.Public().(ed25519.PublicKey))
	var issuers []credential.Issuer
	var lists []credential.StatusList
	switch text, err := os.ReadFile(trustFile); {
	case err == nil:
		if issuers, lists, err = takeApart(text); err != nil {
			return fmt.Errorf("read %s: %w", trustFile, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	trust, err := credential.NewTrust(append(issuers, issuer), lists)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(keyFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: a key is not overwritten, choose another name with --key", keyFile)
	}
	if err != nil {
		return err
	}
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := writeTrust(trustFile, trust); err != nil {
		return err
	}
	fmt.Printf("wrote %s: keep it where only the pass office has it\nwrote %s: %s signs with key %s; publish it with: chotctl authority trust --file %s\n",
		keyFile, trustFile, issuer.Name, hex.EncodeToString(issuer.KeyID), trustFile)
	return nil
}

func readPassKey(file string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w; chotctl pass key makes one", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("%s holds no private key (PKCS #8, PEM); chotctl pass key makes one", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s holds no Ed25519 private key; chotctl pass key makes one", file)
	}
	return key, nil
}

// takeApart is the issuers and the status lists of a trust file.
func takeApart(text []byte) ([]credential.Issuer, []credential.StatusList, error) {
	trust, err := credential.ParseTrust(text)
	if err != nil {
		return nil, nil, err
	}
	var parts struct {
		StatusLists []credential.StatusList `json:"status_lists"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, nil, err
	}
	return trust.Issuers(), parts.StatusLists, nil
}

func writeTrust(file string, trust *credential.Trust) error {
	text, err := json.MarshalIndent(trust, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(file, append(text, '\n'), 0o644)
}

// replaceFile leaves the old file or the new one, whatever happens.
func replaceFile(file string, b []byte, mode os.FileMode) error {
	next := file + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	defer os.Remove(next)
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(next, file)
}

// setStatus revokes, suspends or reinstates a pass in the trust file's status list,
// which it makes when it is not there.
func setStatus(trustFile, uri string, index, size int, value uint8) error {
	text, err := os.ReadFile(trustFile)
	if err != nil {
		return err
	}
	issuers, lists, err := takeApart(text)
	if err != nil {
		return fmt.Errorf("read %s: %w", trustFile, err)
	}
	at := -1
	for i := range lists {
		if lists[i].URI == uri {
			at = i
		}
	}
	if at < 0 {
		lists = append(lists, credential.NewStatusList(uri, size))
		at = len(lists) - 1
	}
	if err := lists[at].Set(index, value); err != nil {
		return fmt.Errorf("%w; the list is as long as --status-size said when it was made", err)
	}
	trust, err := credential.NewTrust(issuers, lists)
	if err != nil {
		return err
	}
	if err := writeTrust(trustFile, trust); err != nil {
		return err
	}
	fmt.Printf("wrote %s: pass %d of %s is %s; publish it with: chotctl authority trust --file %s\n",
		trustFile, index, uri, [...]string{"valid", "revoked", "suspended"}[value], trustFile)
	return nil
}
