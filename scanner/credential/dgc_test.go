package credential

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

// dgcVector is a file of the certificates' published test data; its README says
// what each expectation means.
type dgcVector struct {
	file       string
	Prefix     string
	Base45     string
	Compressed string
	COSE       string
	CBOR       string
	JSON       *struct {
		Name    struct{ FN, FNT, GN, GNT string } `json:"nam"`
		Birth   string                            `json:"dob"`
		V, T, R []struct{ CI string }
	}
	Context struct {
		Certificate string
		Clock       string `json:"VALIDATIONCLOCK"`
	} `json:"TESTCTX"`
	Expected map[string]bool `json:"EXPECTEDRESULTS"`
}

func dgcVectors(t testing.TB) []dgcVector {
	t.Helper()
	root := sharedFile(t, "data", "dgc")
	var vectors []dgcVector
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v dgcVector
		if err := json.Unmarshal(text, &v); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		rel, err := filepath.Rel(root, path)
		v.file = strings.TrimSuffix(strings.ReplaceAll(filepath.ToSlash(rel), "2DCode/raw/", ""), ".json")
		vectors = append(vectors, v)
		return err
	})
	if err != nil || len(vectors) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	return vectors
}

// clock is when the vector is to be judged; the files write it in seven ways.
func (v dgcVector) clock(t *testing.T) time.Time {
	t.Helper()
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999"} {
		if clock, err := time.Parse(layout, v.Context.Clock); err == nil {
			return clock
		}
	}
	t.Fatalf("VALIDATIONCLOCK %q", v.Context.Clock)
	return time.Time{}
}

// issuer trusts the vector's signer: for what its certificate names, or for
// everything.
func (v dgcVector) issuer(t *testing.T, everything bool) Issuer {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(v.Context.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256(der)
	i := Issuer{Name: "Signer", KeyID: id[:8], Key: signer.PublicKey, NotBefore: signer.NotBefore, NotAfter: signer.NotAfter}
	usages := map[string]Assertion{}
	for n, a := range []Assertion{AssertTest, AssertVaccination, AssertRecovery} {
		usages[fmt.Sprintf("1.3.6.1.4.1.1847.2021.1.%d", n+1)] = a
		usages[fmt.Sprintf("1.3.6.1.4.1.0.1847.2021.1.%d", n+1)] = a // as first published
	}
	for _, oid := range signer.UnknownExtKeyUsage {
		if a, ok := usages[asn1.ObjectIdentifier(oid).String()]; ok && !everything {
			i.Asserts = append(i.Asserts, a)
		}
	}
	named := len(signer.ExtKeyUsage)+len(signer.UnknownExtKeyUsage) > 0
	if i.Asserts == nil && (everything || !named) {
		i.Asserts = []Assertion{AssertTest, AssertVaccination, AssertRecovery}
	}
	return i
}

func (v dgcVector) bytes(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDGCVectors holds every expectation of every published vector, at the time
// that the vector names.
func TestDGCVectors(t *testing.T) {
	counts := map[string]int{}
	for _, v := range dgcVectors(t) {
		counts["files"]++
		t.Run(v.file, func(t *testing.T) {
			clock := v.clock(t)
			payload := []byte(v.Prefix)
			all := v.issuer(t, true)
			c := Open(payload, mustTrust(t, []Issuer{all}))
			entitled := []Issuer{v.issuer(t, false)}
			if entitled[0].Asserts == nil { // for other uses only
				entitled = nil
			}
			limited := Open(payload, mustTrust(t, entitled))
			holds := map[string]func() bool{
				"EXPECTEDUNPREFIX": func() bool {
					return c.Scheme() == HCERT && (v.Base45 == "" || v.Prefix == certificateMark+v.Base45)
				},
				"EXPECTEDB45DECODE": func() bool {
					packed, err := decodeBase45(strings.TrimPrefix(v.Prefix, certificateMark))
					return err == nil && (v.Compressed == "" || bytes.Equal(packed, v.bytes(t, v.Compressed)))
				},
				"EXPECTEDCOMPRESSION": func() bool {
					packed := v.bytes(t, v.Compressed)
					if v.Compressed == "" {
						packed, _ = decodeBase45(strings.TrimPrefix(v.Prefix, certificateMark))
					}
					content, err := inflate(packed, maxPass)
					return err == nil && (v.COSE == "" || bytes.Equal(content, v.bytes(t, v.COSE)))
				},
				"EXPECTEDVERIFY":           func() bool { return c.Proof() == Verified },
				"EXPECTEDKEYUSAGE":         func() bool { return limited.Proof() == Verified },
				"EXPECTEDSCHEMAVALIDATION": func() bool { return c.Err() == nil },
				"EXPECTEDEXPIRATIONCHECK": func() bool {
					return c.Err() == nil && !clock.Before(c.NotBefore()) && clock.Before(c.NotAfter())
				},
				"EXPECTEDVALIDJSON": func() bool { return c.Err() == nil && v.says(c) },
				"EXPECTEDDECODE": func() bool {
					// Some files have the whole CWT there.
					read, raw := new(Credential), v.bytes(t, v.CBOR)
					if read.readCertificateClaims(raw) == nil {
						return v.says(*read)
					}
					return read.readCertificateContent(raw) == nil && v.says(*read)
				},
			}
			for _, name := range slices.Sorted(maps.Keys(v.Expected)) {
				check := holds[name]
				if check == nil {
					counts[name+" (not this package's)"]++
					continue
				}
				want := v.Expected[name]
				counts[fmt.Sprintf("%s %v", name, want)]++
				if got := check(); got != want {
					t.Errorf("%s is %v: %s", name, got, describe(c))
				}
			}
			if c.Proof() == Verified {
				counts["verified"]++
				counts["verified, "+all.algorithmName()]++
				// Whoever knows no key, or only another, believes nothing.
				other := mustTrust(t, []Issuer{{Name: "Stranger", KeyID: all.KeyID, Key: strangerKey.Public()}})
				for trust, want := range map[*Trust]Proof{nil: UnknownIssuer, other: Forged} {
					if o := Open(payload, trust); o.Proof() != want || o.Issuer() != "" || o.Subject().Namespace != namespaceUnproven {
						t.Error(describe(o))
					}
				}
				if o := Open(payload, mustTrust(t, []Issuer{{Name: "Pass office", KeyID: all.KeyID, Key: strangerKey.Public()}})); o.Proof() == Verified {
					t.Error(describe(o))
				}
			} else if c.Err() != nil {
				counts["unreadable"]++
				if !errors.Is(c.Err(), ErrMalformed) && !errors.Is(c.Err(), ErrUnrecognised) {
					t.Error(describe(c))
				}
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%4d %s", counts[name], name)
	}
	// Fewer would mean that something was not looked at.
	for name, want := range map[string]int{"files": 152, "verified": 139, "verified, ES256": 127, "verified, PS256": 12, "unreadable": 10} {
		if counts[name] != want {
			t.Errorf("%s: %d, want %d: other vectors than the table knows", name, counts[name], want)
		}
	}
}

func (i Issuer) algorithmName() string { return algorithm(i.Key).String() }

// says reports whether c says what the vector's JSON says.
func (v dgcVector) says(c Credential) bool {
	if v.JSON == nil {
		return true
	}
	statements := slices.Concat(v.JSON.V, v.JSON.T, v.JSON.R)
	names := v.JSON.Name
	if names.FN == "" {
		names.FN = strings.ReplaceAll(names.FNT, "<", " ")
	}
	if names.GN == "" {
		names.GN = strings.ReplaceAll(names.GNT, "<", " ")
	}
	name := norm.NFC.String(strings.Join(strings.Fields(names.FN+" "+names.GN), " "))
	return len(statements) > 0 && c.Subject().Number == statements[len(statements)-1].CI && c.Name() == name && strings.HasPrefix(v.JSON.Birth, c.Birth().String())
}
