package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

type claim169Vector struct {
	Name       string
	Category   string
	QR         string `json:"qr_data"`
	SigningKey *struct {
		Algorithm string
		Public    string `json:"public_key_hex"`
	} `json:"signing_key"`
	EncryptionKey *struct{ Algorithm string } `json:"encryption_key"`
	Claim         struct {
		ID, FullName, DateOfBirth string
		Gender                    int
	} `json:"expected_claim169"`
	Meta struct{ ExpiresAt, NotBefore int64 } `json:"expected_cwt_meta"`
}

func (v claim169Vector) key(t *testing.T) crypto.PublicKey {
	t.Helper()
	b, err := hex.DecodeString(v.SigningKey.Public)
	if err != nil {
		t.Fatal(err)
	}
	if v.SigningKey.Algorithm == "EdDSA" {
		return ed25519.PublicKey(b)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func claim169Vectors(t testing.TB) []claim169Vector {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sharedFile(t, "data", "claim169"), "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var vectors []claim169Vector
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v claim169Vector
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, v)
	}
	return vectors
}

// TestClaim169Vectors opens the published vectors: those with a key with it and
// with another, the encrypted, the unsigned and the invalid ones as what they are.
func TestClaim169Vectors(t *testing.T) {
	stranger := mustTrust(t, []Issuer{{Name: "Stranger", Key: strangerKey.Public()}})
	invalid := map[string]Credential{
		"bad-base45":  {scheme: Unrecognised, err: ErrUnrecognised},
		"bad-zlib":    {scheme: Unrecognised, err: ErrUnrecognised},
		"missing-169": {scheme: Claim169, err: ErrMalformed},
		"not-cose":    {scheme: Claim169, err: ErrMalformed},
	}
	counts := map[string]int{}
	for _, v := range claim169Vectors(t) {
		counts[v.Category]++
		t.Run(v.Category+"/"+v.Name, func(t *testing.T) {
			payload := []byte(v.QR)
			switch {
			case v.Category == "invalid":
				counts["refused"]++
				c, want := Open(payload, stranger), invalid[v.Name]
				if c.Scheme() != want.scheme || want.err == nil || !errors.Is(c.Err(), want.err) || c.Proof() != Unproven || !c.Subject().IsZero() {
					t.Error(describe(c))
				}
				return
			case v.EncryptionKey != nil:
				counts["encrypted"]++
				if c := Open(payload, stranger); c.Scheme() != Claim169 || !errors.Is(c.Err(), ErrUnsupported) || c.Proof() != Unproven {
					t.Error(describe(c))
				}
				return
			case v.SigningKey == nil:
				counts["unsigned"]++
				c := Open(payload, stranger)
				if c.Proof() != Unproven || !slices.Equal(c.Doubts(), []Doubt{DoubtNoSignature}) {
					t.Error(describe(c))
				}
				checkClaim169(t, c, v, namespaceUnproven)
				return
			}
			counts["verified"]++
			trust := mustTrust(t, []Issuer{{Name: "Mosip", Key: v.key(t)}})
			c := Open(payload, trust)
			if c.Proof() != Verified || c.Issuer() != "Mosip" || len(c.Doubts()) != 0 {
				t.Error(describe(c))
			}
			checkClaim169(t, c, v, "pass.mosip")
			for _, other := range []*Trust{nil, stranger} {
				if c := Open(payload, other); c.Proof() != UnknownIssuer || c.Issuer() != "" || c.Err() != nil {
					t.Error(describe(c))
				}
			}
			// The same pass when the key is trusted for its last day only.
			until := mustTrust(t, []Issuer{{Name: "Mosip", Key: v.key(t), NotAfter: at("2026-01-01T00:00:00Z")}})
			if c := Open(payload, until); c.Proof() != Verified || !c.NotAfter().Equal(at("2026-01-01T00:00:00Z")) {
				t.Error(describe(c))
			}
		})
	}
	t.Logf("claim 169: %v", counts)
	if counts["verified"] != 2 || counts["encrypted"] != 2 || counts["unsigned"] != 8 || counts["refused"] != 4 {
		t.Errorf("other vectors than the table knows: %v", counts)
	}
}

func checkClaim169(t *testing.T, c Credential, v claim169Vector, namespace string) {
	t.Helper()
	birth := v.Claim.DateOfBirth
	if len(birth) == 8 {
		birth = birth[:4] + "-" + birth[4:6] + "-" + birth[6:]
	}
	if c.Err() != nil || c.Scheme() != Claim169 || c.Name() != v.Claim.FullName || c.Birth().String() != birth ||
		c.Subject() != (Subject{namespace, v.Claim.ID}) || int(c.Sex()) != v.Claim.Gender {
		t.Error(describe(c))
	}
	if c.NotAfter().Unix() != v.Meta.ExpiresAt || v.Meta.NotBefore != 0 && c.NotBefore().Unix() != v.Meta.NotBefore || v.Meta.NotBefore == 0 && !c.NotBefore().IsZero() {
		t.Error(describe(c))
	}
}

// TestClaim169Bitflips: no published pass stays Verified with any bit changed.
func TestClaim169Bitflips(t *testing.T) {
	for _, v := range claim169Vectors(t) {
		if v.SigningKey == nil || v.EncryptionKey != nil {
			continue
		}
		trust := mustTrust(t, []Issuer{{Name: "Mosip", Key: v.key(t)}})
		packed, err := decodeBase45(v.QR)
		if err != nil {
			t.Fatal(err)
		}
		content, err := inflate(packed, maxPass)
		if err != nil {
			t.Fatal(err)
		}
		for i := range content {
			for bit := range 8 {
				changed := bytes.Clone(content)
				changed[i] ^= 1 << bit
				if c := Open([]byte(encodeBase45(deflate(changed))), trust); c.Proof() == Verified {
					t.Errorf("%s: byte %d bit %d changed: verified", v.Name, i, bit)
				}
			}
		}
		if c := Open([]byte(encodeBase45(deflate(content))), trust); c.Proof() != Verified {
			t.Errorf("%s: unchanged but packed anew: %v", v.Name, c.Proof())
		}
	}
}
