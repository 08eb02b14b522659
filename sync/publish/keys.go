package publish

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A key is one private key of the authority, found by its TUF key id: the
// file's name is for people.
type key struct {
	role    string
	id      string
	private ed25519.PrivateKey
	public  *metadata.Key
	path    string
}

func newKey(role string) (key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return key{}, fmt.Errorf("generate key for %s: %w", role, err)
	}
	return keyOf(role, private)
}

func keyOf(role string, private ed25519.PrivateKey) (key, error) {
	public, err := metadata.KeyFromPublicKey(private.Public())
	if err != nil {
		return key{}, fmt.Errorf("describe key of %s: %w", role, err)
	}
	id, err := public.ID()
	if err != nil {
		return key{}, fmt.Errorf("name key of %s: %w", role, err)
	}
	return key{role: role, id: id, private: private, public: public}, nil
}

// file is the key's name within keys/.
func (k key) file() string { return k.role + "-" + k.id[:8] + ".pem" }

func (k key) encode() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, fmt.Errorf("encode key of %s: %w", k.role, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func (k key) signer() (signature.Signer, error) {
	return signature.LoadSigner(k.private, crypto.Hash(0))
}

// saveKey writes a key before anything names it: a key the repository trusts
// and nobody holds would be a locked door. It returns where.
func saveKey(d disk, folder string, k key, ask Passphrase) (path string, err error) {
	path = filepath.Join(folder, k.file())
	data, err := k.encode()
	if err != nil {
		return "", err
	}
	if k.role == metadata.ROOT && ask != nil {
		path = strings.TrimSuffix(path, ".pem") + lockedSuffix
		passphrase, err := ask(filepath.Base(path), true)
		if err != nil {
			return "", fmt.Errorf("write key %s: %w", filepath.Base(path), err)
		}
		if data, err = lockKey(k, passphrase); err != nil {
			return "", err
		}
	}
	if err := d.write(path, data, 0o600); err != nil {
		return "", fmt.Errorf("write key %s: %w", filepath.Base(path), err)
	}
	return path, nil
}

// loadKeys reads every key that is there and not encrypted. Absent ones are normal
// (root keys are kept elsewhere); whoever needs one says which.
func loadKeys(folders []string) (keys map[string]key, locked []lockedKey, err error) {
	keys = map[string]key{}
	for i, folder := range folders {
		if err := CheckReference(folder); err != nil {
			return nil, nil, err
		}
		files, err := os.ReadDir(folder)
		if err != nil && (i > 0 || !errors.Is(err, os.ErrNotExist)) {
			return nil, nil, fmt.Errorf("read keys: %w", err)
		}
		for _, file := range files {
			path := filepath.Join(folder, file.Name())
			if strings.HasPrefix(file.Name(), ".") {
				continue
			}
			if l, ok := lockedKeyOf(path); ok {
				locked = append(locked, l)
				continue
			}
			if filepath.Ext(file.Name()) != ".pem" {
				continue
			}
			k, err := loadKey(path)
			if err != nil {
				return nil, nil, err
			}
			keys[k.id] = k
		}
	}
	return keys, locked, nil
}

func loadKey(path string) (key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return key{}, fmt.Errorf("read key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return key{}, fmt.Errorf("key %s: %w: run chmod 600 on it", filepath.Base(path), ErrExposedKey)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return key{}, fmt.Errorf("read key: %w", err)
	}
	role := strings.TrimSuffix(filepath.Base(path), ".pem")
	if i := strings.LastIndexByte(role, '-'); i > 0 {
		role = role[:i]
	}
	k, err := parseKey(filepath.Base(path), role, data)
	k.path = path
	return k, err
}

// parseKey reads a key's PEM; name is for messages.
func parseKey(name, role string, data []byte) (key, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "PRIVATE KEY" {
		return key{}, fmt.Errorf("key %s: %w: want a PEM block PRIVATE KEY", name, ErrBadKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return key{}, fmt.Errorf("key %s: %w: not PKCS #8", name, ErrBadKey)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return key{}, fmt.Errorf("key %s: %w: not an Ed25519 key", name, ErrBadKey)
	}
	return keyOf(role, private)
}
