package credential

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// FuzzCertificate goes where random text never gets, behind Base45 and zlib and
// behind the signature: once content is the COSE message, once the CWT claims that
// a trusted key has signed; of a pass (Claim 169) and of a health certificate
// (HC1).
func FuzzCertificate(f *testing.F) {
	trust := fuzzTrust(f)
	passHead, healthHead := encode(f, m{1: -8, 4: authorityID}), encode(f, m{1: -7, 4: healthID})
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 4096 {
			return
		}
		for name, payload := range map[string][]byte{
			"pass": wrapFast(content), "certificate": append([]byte(certificateMark), wrapFast(content)...),
		} {
			c := Open(payload, trust)
			if err := sound(c); err != nil {
				t.Fatalf("%s, message: %v: %s", name, err, describe(c))
			}
			if Open(payload, nil).Proof() == Verified {
				t.Fatalf("%s: verified by nobody's key", name)
			}
		}
		for name, payload := range map[string][]byte{
			"pass":        wrapFast(signRaw(t, passHead, m{}, content, authorityKey)),
			"certificate": append([]byte(certificateMark), wrapFast(signRaw(t, healthHead, m{}, content, healthKey))...),
		} {
			c := Open(payload, trust)
			if err := sound(c); err != nil {
				t.Fatalf("%s, claims: %v: %s", name, err, describe(c))
			}
			if (c.Err() == nil) != (c.Proof() == Verified) {
				t.Fatalf("%s, claims that the key has signed: %s", name, describe(c))
			}
		}
	})
}

// signedSeeds are what FuzzCertificate starts from.
func signedSeeds(t *testing.T) map[string][]byte {
	claims := encode(t, claimsWith(func(c m) { c[65535] = m{"status_list": m{"idx": 7, "uri": statusURI}} }))
	certificate := func(change func(content m)) []byte {
		return encode(t, certificateWith(func(_, c m) {
			if change != nil {
				change(c)
			}
		}))
	}
	return map[string][]byte{
		"pass":         claims,
		"pass-message": signRaw(t, encode(t, m{1: -8, 4: authorityID}), m{}, claims, authorityKey),
		"pass-headers": signRaw(t, encode(t, m{1: -8, 2: []any{1}, 99: []any{m{"a": 1.5}}}), m{4: authorityID}, claims, authorityKey),
		"pass-numbers": encode(t, claimsWith(func(c m) {
			c[4], c[5] = 1800000000.5, cbor.Tag{Number: 1, Content: 1}
			c[169].(m)[62] = []any{m{0: []byte{1}}}
		})),
		"tags-empty":       encode(t, cbor.Tag{Number: 61, Content: cbor.Tag{Number: 16, Content: []any{[]byte{}, m{}, []byte{}}}}),
		"hcert":            certificate(nil),
		"hcert-test":       certificate(func(c m) { delete(c, "v"); c["t"] = []any{covidTest(notDetected)} }),
		"hcert-recovery":   certificate(func(c m) { delete(c, "v"); c["r"] = []any{recovery()}; c["dob"] = "1990-01" }),
		"hcert-two-kinds":  certificate(func(c m) { c["v"] = []any{vaccination(), vaccination()}; c["t"] = nil }),
		"hcert-message":    signRaw(t, encode(t, m{1: -7, 4: healthID}), m{}, certificate(nil), healthKey),
		"hcert-kid-beside": signRaw(t, encode(t, m{1: -7}), m{4: healthID}, certificate(nil), healthKey),
		"nothing":          {},
	}
}

// TestSignedSeeds holds that they are there and open as what is made today does. The
// bytes differ: maps are written in any order.
func TestSignedSeeds(t *testing.T) {
	const folder = "testdata/fuzz/FuzzCertificate"
	if *writeSeeds {
		if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	trust := fuzzTrust(t)
	verified := 0
	outline := func(content []byte) (all string) {
		for _, payload := range [][]byte{
			wrapFast(content), append([]byte(certificateMark), wrapFast(content)...),
			wrapFast(signRaw(t, encode(t, m{1: -8, 4: authorityID}), m{}, content, authorityKey)),
			append([]byte(certificateMark), wrapFast(signRaw(t, encode(t, m{1: -7, 4: healthID}), m{}, content, healthKey))...),
		} {
			c := Open(payload, trust)
			if c.Proof() == Verified {
				verified++
			}
			all += fmt.Sprintln(c.Scheme(), c.Proof(), c.Statement(), c.Err(), c.Name(), c.Birth(), c.Status())
		}
		return all
	}
	for name, seed := range signedSeeds(t) {
		path := filepath.Join(folder, name)
		if *writeSeeds {
			if err := os.WriteFile(path, []byte("go test fuzz v1\n[]byte("+strconv.Quote(string(seed))+")\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(path)
		quoted, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "go test fuzz v1\n[]byte(")
		content, wrong := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
		if err != nil || !ok || wrong != nil || outline([]byte(content)) != outline(seed) {
			t.Errorf("seed %s is missing or not as made today (%v): run go test ./scanner/credential -run TestSignedSeeds -write-seeds", path, err)
		}
	}
	// Ten get past the signature, as committed and as made today.
	if verified != 2*10 {
		t.Errorf("%d verified", verified)
	}
}
