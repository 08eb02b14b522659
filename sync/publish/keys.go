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
// and nobody holds would be a locked door.
func saveKey(d disk, folder string, k key) error {
	data, err := k.encode()
	if err != nil {
		return err
	}
	if err := d.write(filepath.Join(folder, k.file()), data, 0o600); err != nil {
		return fmt.Errorf("write key %s: %w", k.file(), err)
	}
	return nil
}

// loadKeys reads every key that is there. Absent ones are normal (root keys
// are kept elsewhere); whoever needs one says which.
func loadKeys(folder string) (map[string]key, error) {
	files, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	keys := map[string]key{}
	for _, file := range files {
		if filepath.Ext(file.Name()) != ".pem" || strings.HasPrefix(file.Name(), ".") {
			continue
		}
		path := filepath.Join(folder, file.Name())
		k, err := loadKey(path)
		if err != nil {
			return nil, err
		}
		keys[k.id] = k
	}
	return keys, nil
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
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "PRIVATE KEY" {
		return key{}, fmt.Errorf("key %s: %w: want a PEM block PRIVATE KEY", filepath.Base(path), ErrBadKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return key{}, fmt.Errorf("key %s: %w: not PKCS #8", filepath.Base(path), ErrBadKey)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return key{}, fmt.Errorf("key %s: %w: not an Ed25519 key", filepath.Base(path), ErrBadKey)
	}
	role := strings.TrimSuffix(filepath.Base(path), ".pem")
	if i := strings.LastIndexByte(role, '-'); i > 0 {
		role = role[:i]
	}
	k, err := keyOf(role, private)
	k.path = path
	return k, err
}
