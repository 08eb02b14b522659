package hub

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"chot/sync/wire"
)

// Files of a hub's data folder.
const (
	databaseFile = "hub.db"
	hubKeyFile   = "hub.key"
	tlsKeyFile   = "tls.key"
	tlsCertFile  = "tls.crt"
	pinFile      = "tls.pin"
)

// An identity is what devices know a hub by.
type identity struct {
	key         wire.HubKey
	certificate tls.Certificate
	pin         wire.Digest // what devices are told; the certificate's, or serving is refused
}

// openIdentity reads a hub's keys and certificate, or makes them while no
// database is in use. It never replaces a key behind a used database:
// every device would then refuse the hub.
func openIdentity(dir string, used bool, o Options) (identity, error) {
	text, err := keep(dir, hubKeyFile, used, func() ([]byte, error) {
		k, err := wire.GenerateHubKey()
		return []byte(k.Private() + "\n"), err
	})
	if err != nil {
		return identity{}, err
	}
	var id identity
	if id.key, err = wire.ParseHubKey(string(text)); err != nil {
		return identity{}, fmt.Errorf("read %s: %w; restore it from a backup", hubKeyFile, err)
	}
	keyPEM, err := keep(dir, tlsKeyFile, used, makeTLSKey)
	if err != nil {
		return identity{}, err
	}
	certPEM, err := keep(dir, tlsCertFile, false, func() ([]byte, error) { return makeCertificate(keyPEM, o.Hosts, o.Now()) })
	if err != nil {
		return identity{}, err
	}
	id.certificate, err = tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return identity{}, fmt.Errorf("read %s and %s: %w; restore the key from a backup, or remove the certificate to have it made again", tlsKeyFile, tlsCertFile, err)
	}
	id.pin = pinOf(id.certificate)
	return id, id.own(dir, used, o)
}

func pinOf(c tls.Certificate) wire.Digest { return wire.Sum(c.Leaf.RawSubjectPublicKeyInfo) }

var errPinned = fmt.Errorf("devices were told another key than this certificate's: renew the certificate with the key it had, or empty the file %s in the hub's folder (make it if it is not there) and enrol every device anew", pinFile)

// own takes the hub's own certificate in place of the self-made one. Its pin
// stays in the folder, so that enrolments made by another program that was
// not given the certificate say the same.
func (id *identity) own(dir string, used bool, o Options) error {
	path := filepath.Join(dir, pinFile)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	renounced := err == nil && len(bytes.TrimSpace(text)) == 0
	if err == nil && !renounced {
		if err := id.pin.UnmarshalText(bytes.TrimSpace(text)); err != nil {
			return fmt.Errorf("read %s: %w; restore it from a backup", pinFile, err)
		}
	}
	switch {
	case o.Cert == "" && o.Key == "":
		return nil
	case o.Cert == "" || o.Key == "":
		return errors.New("a certificate needs its key, and a key its certificate: name both files")
	}
	if id.certificate, err = tls.LoadX509KeyPair(o.Cert, o.Key); err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}
	pin := pinOf(id.certificate)
	if pin != id.pin && (used || len(text) > 0) && !renounced {
		return errPinned
	}
	id.pin = pin
	if renounced {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	_, err = keep(dir, pinFile, false, func() ([]byte, error) { return []byte(pin.String() + "\n"), nil })
	return err
}

// keep returns a file's content, making the file when it is missing, unless a
// key that is missing must have been there.
func keep(dir, name string, used bool, make func() ([]byte, error)) ([]byte, error) {
	path := filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if used {
		return nil, fmt.Errorf("%s is missing beside a database in use: restore it from a backup; a new key would be another hub to every device", name)
	}
	if b, err = make(); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	err = writeOnce(dir, path, b)
	if errors.Is(err, fs.ErrExist) { // another program was faster; its file counts
		return os.ReadFile(path)
	}
	return b, err
}

// writeOnce writes a new file so that after a power cut it is whole or absent.
func writeOnce(dir, path string, b []byte) error {
	f, err := os.CreateTemp(dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	// Link, not rename: of two programs that start at once one must lose.
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func makeTLSKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// makeCertificate makes a certificate that signs itself. Devices look only at
// its key; names and dates are for people's browsers.
func makeCertificate(keyPEM []byte, hosts []string, now time.Time) ([]byte, error) {
	block, _ := pem.Decode(keyPEM)
	if block == nil {
		return nil, fmt.Errorf("%s is not PEM: restore it from a backup", tlsKeyFile)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tlsKeyFile, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is not an ECDSA key: restore it from a backup", tlsKeyFile)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "Chot hub"},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.AddDate(10, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if name, err := os.Hostname(); err == nil {
		hosts = append(slices.Clone(hosts), name)
	}
	for _, h := range hosts {
		switch ip := net.ParseIP(h); {
		case ip != nil:
			template.IPAddresses = append(template.IPAddresses, ip)
		case h != "" && !slices.Contains(template.DNSNames, h):
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
