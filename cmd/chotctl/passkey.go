package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"chot/scanner/credential"
	"chot/sync/publish"
)

// passKeyID is what passes call a key: the first 8 bytes of its SHA-256.
func passKeyID(key ed25519.PublicKey) []byte {
	sum := sha256.Sum256(key)
	return sum[:8]
}

// makePassKey writes a new signing key (PKCS #8, PEM; encrypted where there is
// somebody to ask for a passphrase) and adds its public half to the trust file, which
// it makes when there is none.
func makePassKey(keyFile, trustFile string, ask publish.Passphrase, issuer credential.Issuer) error {
	if err := publish.CheckReference(keyFile); err != nil {
		return err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	issuer.Key = key.Public()
	issuer.KeyID = passKeyID(key.Public().(ed25519.PublicKey))
	issuers, lists, err := readTrust(trustFile)
	if err != nil {
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
	text, kept := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), "keep it where only the pass office has it"
	if ask != nil {
		if _, err := os.Lstat(keyFile); err == nil {
			return keyIsThere(keyFile) // before anybody thinks of a passphrase
		}
		words, err := ask(filepath.Base(keyFile), true)
		if err != nil {
			return err
		}
		if text, err = publish.LockKey(filepath.Base(keyFile), text, words); err != nil {
			return err
		}
		kept = "encrypted with the passphrase, without which nobody can issue"
	}
	f, err := os.OpenFile(keyFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return keyIsThere(keyFile)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := writeTrust(trustFile, trust); err != nil {
		return err
	}
	fmt.Printf("wrote %s: %s\nwrote %s: %s signs with key %s; publish it with: chotctl authority trust --file %s\n",
		keyFile, kept, trustFile, issuer.Name, hex.EncodeToString(issuer.KeyID), trustFile)
	return nil
}

func keyIsThere(file string) error {
	return fmt.Errorf("%s is there already: a key is not overwritten, choose another name with --key", file)
}

func readPassKey(file string, ask publish.Passphrase) (ed25519.PrivateKey, error) {
	if err := publish.CheckReference(file); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w; chotctl pass key makes one", err)
	}
	if publish.IsLocked(text) {
		words, err := ask(filepath.Base(file), false)
		if err != nil {
			return nil, err
		}
		if text, err = publish.UnlockKey(filepath.Base(file), text, words); err != nil {
			return nil, err
		}
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
