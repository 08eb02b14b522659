package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"

	"github.com/veraison/go-cose"
)

// algorithm is the one algorithm a key is for, 0 for keys that are for none.
func algorithm(key crypto.PublicKey) cose.Algorithm {
	switch k := key.(type) {
	case ed25519.PublicKey:
		// All zeroes is a point of small order, for which signatures can be made
		// without a private key; it is also what a forgotten key looks like.
		if len(k) == ed25519.PublicKeySize && !bytes.Equal(k, make([]byte, ed25519.PublicKeySize)) {
			return cose.AlgorithmEdDSA
		}
	case *ecdsa.PublicKey:
		if k != nil && k.Curve == elliptic.P256() {
			return cose.AlgorithmES256
		}
	case *rsa.PublicKey:
		// Shorter is weak; longer, and with another exponent, costs the verifier
		// more than anybody's certificate has asked for.
		if k != nil && k.N != nil && k.N.BitLen() >= 2048 && k.N.BitLen() <= 4096 && k.E == 65537 {
			return cose.AlgorithmPS256
		}
	}
	return 0
}

// keyBytes is the key as RFC 8032, SEC 1 §2.3.3 (uncompressed) or RFC 8017 §A.1.1
// (RSAPublicKey, DER) writes it.
func keyBytes(key crypto.PublicKey) []byte {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return k
	case *ecdsa.PublicKey:
		if b, err := k.Bytes(); err == nil {
			return b
		}
	case *rsa.PublicKey:
		return x509.MarshalPKCS1PublicKey(k)
	}
	return nil
}

func parseKey(alg, text string) (crypto.PublicKey, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("key: %w", ErrTrust)
	}
	switch alg {
	case cose.AlgorithmEdDSA.String():
		return ed25519.PublicKey(b), nil
	case cose.AlgorithmES256.String():
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b)
		if err != nil {
			return nil, fmt.Errorf("key: %w", ErrTrust)
		}
		return key, nil
	case cose.AlgorithmPS256.String():
		key, err := x509.ParsePKCS1PublicKey(b)
		if err != nil || !bytes.Equal(x509.MarshalPKCS1PublicKey(key), b) {
			return nil, fmt.Errorf("key: %w", ErrTrust)
		}
		return key, nil
	}
	return nil, fmt.Errorf("algorithm is none of EdDSA, ES256 and PS256: %w", ErrTrust)
}
