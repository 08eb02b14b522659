package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// healthKey is made from its name, so that the seeds can be made again.
var healthKey = func() *ecdsa.PrivateKey {
	seed := sha256.Sum256([]byte("chot credential test: health office"))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		panic(err)
	}
	return key
}()

var healthRSA = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

var (
	healthID    = []byte("health-1")
	healthRSAID = []byte("health-2")
)

var everyStatement = []Assertion{AssertVaccination, AssertTest, AssertRecovery}

func healthOffice() Issuer {
	return Issuer{Name: "Health office", KeyID: healthID, Key: healthKey.Public(), Asserts: everyStatement}
}

func healthTrust(t testing.TB) *Trust {
	t.Helper()
	return mustTrust(t, []Issuer{authority(), healthOffice(), {
		Name: "Health office of old", KeyID: healthRSAID, Key: healthRSA().Public(), Asserts: everyStatement,
		NotBefore: at("2026-02-01T00:00:00Z"), NotAfter: at("2026-10-01T00:00:00Z"),
	}})
}

const certificateID = "URN:UVCI:01:VN:187/37512422923"

func vaccination() m {
	return m{"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
		"dt": "2026-01-10", "co": "VN", "is": "Health office", "ci": certificateID}
}

func covidTest(result string) m {
	return m{"tg": "840539006", "tt": "LP6464-4", "sc": "2026-01-10T10:00:00Z", "tr": result, "tc": "Ward 1",
		"co": "VN", "is": "Health office", "ci": certificateID}
}

func recovery() m {
	return m{"tg": "840539006", "fr": "2026-01-01", "df": "2026-01-12", "du": "2026-06-30", "co": "VN", "is": "Health office", "ci": certificateID}
}

// certificateWith is the claims of a certificate, changed.
func certificateWith(change func(claims, content m)) m {
	content := m{
		"ver": "1.3.0", "dob": "1990-01-15", "v": []any{vaccination()},
		"nam": m{"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Ví Dụ", "gnt": "THI<VI<DU"},
	}
	claims := m{1: "VN", 4: 1800000000, 6: 1767225600, -260: m{1: content}}
	if change != nil {
		change(claims, content)
	}
	return claims
}

func certificateText(message []byte) []byte {
	return append([]byte(certificateMark), wrap(message)...)
}

func issueCertificate(t testing.TB, claims m) []byte {
	t.Helper()
	return certificateText(signRaw(t, encode(t, m{1: -7, 4: healthID}), m{}, encode(t, claims), healthKey))
}

func TestCertificate(t *testing.T) {
	trust := healthTrust(t)
	c := Open(issueCertificate(t, certificateWith(nil)), trust)
	if c.Err() != nil || c.Scheme() != HCERT || c.Proof() != Verified || c.Issuer() != "Health office" || !bytes.Equal(c.KeyID(), healthID) ||
		c.Statement() != AssertVaccination || c.Subject() != (Subject{NamespaceHCERT, certificateID}) || c.Name() != viDu ||
		c.Birth() != (Birth{1990, 1, 15}) || c.Status() != NoStatus || len(c.Doubts()) != 0 || len(c.Aliases()) != 0 {
		t.Error(describe(c))
	}
	// From iat on, and through exp's last second.
	if !c.NotBefore().Equal(time.Unix(1767225600, 0)) || !c.NotAfter().Equal(time.Unix(1800000001, 0)) || c.Lapsed(at("2036-01-01T00:00:00Z")) {
		t.Error(describe(c))
	}
}

func TestCertificateHeaders(t *testing.T) {
	trust := healthTrust(t)
	other := []byte("other")
	for _, row := range []struct {
		name                   string
		protected, unprotected m
		key                    crypto.Signer
		want                   Proof
		err                    error
	}{
		{"ES256", m{1: -7, 4: healthID}, m{}, healthKey, Verified, nil},
		{"PS256", m{1: -37, 4: healthRSAID}, m{}, healthRSA(), Verified, nil},
		{"kid unprotected", m{1: -7}, m{4: healthID}, healthKey, Verified, nil},
		{"kid protected counts, wrong", m{1: -7, 4: other}, m{4: healthID}, healthKey, UnknownIssuer, nil},
		{"kid protected counts, right", m{1: -7, 4: healthID}, m{4: other}, healthKey, Verified, nil},
		{"kid in neither, ES256", m{1: -7}, m{}, healthKey, Verified, nil},
		{"kid in neither, PS256", m{1: -37}, m{}, healthRSA(), Verified, nil},
		{"alg unprotected", m{4: healthID}, m{1: -7}, healthKey, Verified, nil},
		{"everything unprotected", m{}, m{1: -7, 4: healthID}, healthKey, Verified, nil},
		{"alg unprotected, of another key", m{}, m{1: -37, 4: healthID}, healthKey, Forged, nil},
		{"alg in neither", m{4: healthID}, m{}, healthKey, Unproven, nil},
		{"alg protected counts", m{1: -37, 4: healthID}, m{1: -7}, healthKey, Forged, nil},
		{"signed by somebody else", m{1: -37, 4: healthID}, m{}, healthRSA(), Forged, nil},
		{"EdDSA", m{1: -8, 4: authorityID}, m{}, authorityKey, Unproven, ErrUnsupported},
		{"crit not understood", m{1: -7, 2: []any{99}, 99: true}, m{}, healthKey, Unproven, ErrUnsupported},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Open(certificateText(signRaw(t, encode(t, row.protected), row.unprotected, encode(t, certificateWith(nil)), row.key)), trust)
			if c.Scheme() != HCERT || c.Proof() != row.want || !errors.Is(c.Err(), row.err) {
				t.Error(describe(c))
			}
		})
	}
	// A protected header of no bytes, and one that is an empty map, are signed alike.
	for _, protected := range [][]byte{{}, {0xa0}} {
		signed := signRaw(t, nil, m{1: -7, 4: healthID}, encode(t, certificateWith(nil)), healthKey)
		var parts []cbor.RawMessage
		if err := cbor.Unmarshal(signed, &parts); err != nil {
			t.Fatal(err)
		}
		parts[0] = encode(t, protected)
		if c := Open(certificateText(encode(t, parts)), trust); c.Proof() != Verified {
			t.Errorf("%x: %s", protected, describe(c))
		}
	}
}

func TestCertificateTags(t *testing.T) {
	trust := healthTrust(t)
	good := signRaw(t, encode(t, m{1: -7, 4: healthID}), m{}, encode(t, certificateWith(nil)), healthKey)
	tag := func(number uint64, content []byte) []byte {
		return encode(t, cbor.RawTag{Number: number, Content: content})
	}
	for name, row := range map[string]struct {
		message []byte
		want    Proof
	}{
		"none": {good, Verified}, "18": {tag(18, good), Verified}, "61 and 18": {tag(61, tag(18, good)), Verified},
		"98": {tag(98, good), Unproven}, "18 and 61": {tag(18, tag(61, good)), Unproven},
	} {
		if c := Open(certificateText(row.message), trust); c.Proof() != row.want || (c.Err() == nil) != (row.want == Verified) {
			t.Errorf("tags %s: %s", name, describe(c))
		}
	}
	// What has no stated length is taken in the claims, and nowhere else.
	claims := encode(t, certificateWith(nil))
	endless := append(append([]byte{0xbf}, claims[1:]...), 0xff)
	if c := Open(certificateText(signRaw(t, encode(t, m{1: -7, 4: healthID}), m{}, endless, healthKey)), trust); c.Proof() != Verified {
		t.Error(describe(c))
	}
	if c := Open(certificateText(append(append([]byte{0x9f}, good[1:]...), 0xff)), trust); !errors.Is(c.Err(), ErrMalformed) {
		t.Error(describe(c))
	}
}

func TestCertificateContent(t *testing.T) {
	trust := healthTrust(t)
	said := func(v, tests, r any) func(m, m) {
		return func(_, content m) {
			delete(content, "v")
			for k, what := range map[string]any{"v": v, "t": tests, "r": r} {
				if what != nil {
					content[k] = what
				}
			}
		}
	}
	set := func(k string, v any) func(m, m) { return func(_, content m) { content[k] = v } }
	drop := func(k string) func(m, m) { return func(_, content m) { delete(content, k) } }
	entry := func(k string, v any) func(m, m) {
		return func(_, content m) { content["v"].([]any)[0].(m)[k] = v }
	}
	another := vaccination()
	another["ci"] = certificateID + "#2"
	for _, row := range []struct {
		name   string
		change func(claims, content m)
		want   Assertion
		doubts []Doubt
		err    error
	}{
		{"vaccination", nil, AssertVaccination, nil, nil},
		{"test", said(nil, []any{covidTest(notDetected)}, nil), AssertTest, nil, nil},
		{"recovery", said(nil, nil, []any{recovery()}), AssertRecovery, nil, nil},
		{"the others empty", said([]any{vaccination()}, []any{}, nil), AssertVaccination, nil, nil},
		{"the others null", func(_, content m) { content["t"], content["r"] = nil, nil }, AssertVaccination, nil, nil},
		{"two of a kind", said([]any{another, vaccination()}, nil, nil), AssertVaccination, []Doubt{DoubtLayout}, nil},
		{"two kinds", said([]any{vaccination()}, []any{covidTest(notDetected)}, nil), "", nil, ErrMalformed},
		{"no kind", said(nil, nil, nil), "", nil, ErrMalformed},
		{"test that found it", said(nil, []any{covidTest("260373001")}, nil), "", nil, ErrUnsupported},
		{"test without a result", said(nil, []any{covidTest("")}, nil), "", nil, ErrUnsupported},
		{"recovery without an end", said(nil, nil, []any{m{"tg": "1", "co": "VN", "is": "x", "ci": "1"}}), "", nil, ErrMalformed},
		{"identifier missing", entry("ci", ""), "", nil, ErrMalformed},
		{"identifier with a line end", entry("ci", "a\nb"), "", nil, ErrMalformed},
		{"identifier a number", entry("ci", 7), "", nil, ErrMalformed},
		{"country missing", entry("co", ""), "", nil, ErrMalformed},
		{"disease missing", entry("tg", ""), "", nil, ErrMalformed},
		{"version missing", drop("ver"), "", nil, ErrMalformed},
		{"name missing", drop("nam"), "", nil, ErrMalformed},
		{"name only in the zone's letters", set("nam", m{"fnt": "NGUYEN", "gnt": "THI<VI<DU"}), AssertVaccination, nil, nil},
		{"one name", set("nam", m{"fn": "Ví", "fnt": "VI"}), AssertVaccination, nil, nil},
		{"born in a month", set("dob", "1990-01"), AssertVaccination, nil, nil},
		{"born in a year", set("dob", "1990"), AssertVaccination, nil, nil},
		{"born at a time", set("dob", "1990-01-15T00:00:00"), AssertVaccination, nil, nil},
		{"birth not known", set("dob", ""), AssertVaccination, nil, nil},
		{"born in month 13", set("dob", "1990-13"), "", nil, ErrMalformed},
		{"born on no day", set("dob", "1990-02-30"), "", nil, ErrMalformed},
		{"certificate missing", func(claims, _ m) { claims[-260] = m{} }, "", nil, ErrMalformed},
		{"claim missing", func(claims, _ m) { delete(claims, -260) }, "", nil, ErrMalformed},
		{"claim null", func(claims, _ m) { claims[-260] = nil }, "", nil, ErrMalformed},
		{"an identity instead", func(claims, _ m) { delete(claims, -260); claims[169] = m{1: "001190123456"} }, "", nil, ErrMalformed},
		{"exp text", func(claims, _ m) { claims[4] = "1800000000" }, "", nil, ErrMalformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Open(issueCertificate(t, certificateWith(row.change)), trust)
			if !errors.Is(c.Err(), row.err) || c.Statement() != row.want || (row.err == nil) != (c.Proof() == Verified) || !slices.Equal(c.Doubts(), row.doubts) {
				t.Error(describe(c))
			}
			if err := sound(c); err != nil {
				t.Error(err)
			}
		})
	}
	c := Open(issueCertificate(t, certificateWith(said([]any{another, vaccination(), vaccination()}, nil, nil))), trust)
	if want := []Subject{{NamespaceHCERT, certificateID + "#2"}}; c.Subject().Number != certificateID || !slices.Equal(c.Aliases(), want) {
		t.Error(describe(c))
	}
	c = Open(issueCertificate(t, certificateWith(said(nil, nil, []any{recovery()}))), trust)
	if c.Lapsed(at("2026-06-30T23:59:59+07:00")) || !c.Lapsed(at("2026-07-01T00:00:00+07:00")) {
		t.Error("a recovery does not lapse with its last day")
	}
}

// TestAssertions: a key is believed only about what the trust lets it assert.
func TestAssertions(t *testing.T) {
	office := func(asserts ...Assertion) *Trust {
		i := healthOffice()
		i.Asserts = asserts
		return mustTrust(t, []Issuer{i})
	}
	pass := wrap(signRaw(t, encode(t, m{1: -7, 4: healthID}), m{}, encode(t, claimsWith(nil)), healthKey))
	vaccinated := issueCertificate(t, certificateWith(nil))
	for _, row := range []struct {
		name        string
		trust       *Trust
		pass, shots Proof
	}{
		{"nothing said", office(), Verified, UnknownIssuer},
		{"passes", office(AssertPass), Verified, UnknownIssuer},
		{"vaccinations", office(AssertVaccination), UnknownIssuer, Verified},
		{"tests", office(AssertTest, AssertRecovery), UnknownIssuer, UnknownIssuer},
		{"everything", office(AssertPass, AssertVaccination), Verified, Verified},
	} {
		for payload, want := range map[string]Proof{string(pass): row.pass, string(vaccinated): row.shots} {
			c := Open([]byte(payload), row.trust)
			if c.Proof() != want || slices.Contains(c.Doubts(), DoubtEntitlement) != (want != Verified) || (c.Issuer() == "") != (want != Verified) {
				t.Errorf("%s: %s", row.name, describe(c))
			}
		}
	}
	// The same key twice, with one entry that may: the other does not hide it.
	for name, asserts := range map[string][]Assertion{
		"unknown": {"hcert"}, "twice": {AssertPass, AssertPass}, "empty": {""},
	} {
		i := healthOffice()
		i.Asserts = asserts
		if _, err := NewTrust([]Issuer{i}, nil); !errors.Is(err, ErrTrust) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A key is for one algorithm, and what is signed with it is too.
	for name, i := range map[string]Issuer{
		"RSA for passes":          {Name: "A", Key: healthRSA().Public()},
		"EdDSA for certificates":  {Name: "A", Key: authorityKey.Public(), Asserts: []Assertion{AssertTest}},
		"the scheme's own prefix": {Name: "A", Key: healthKey.Public(), Namespace: NamespaceHCERT},
	} {
		if _, err := NewTrust([]Issuer{i}, nil); !errors.Is(err, ErrTrust) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeyOutlived: no certificate is valid longer than the trust in its key.
func TestKeyOutlived(t *testing.T) {
	c := Open(certificateText(signRaw(t, encode(t, m{1: -37, 4: healthRSAID}), m{}, encode(t, certificateWith(nil)), healthRSA())), healthTrust(t))
	if c.Proof() != Verified || !c.NotBefore().Equal(at("2026-02-01T00:00:00Z")) || !c.NotAfter().Equal(at("2026-10-01T00:00:00Z")) {
		t.Error(describe(c))
	}
}

// TestCertificateBitflips: none stays Verified with any bit changed.
func TestCertificateBitflips(t *testing.T) {
	trust := healthTrust(t)
	content := signRaw(t, encode(t, m{1: -7, 4: healthID}), m{}, encode(t, certificateWith(nil)), healthKey)
	if c := Open(certificateText(content), trust); c.Proof() != Verified {
		t.Fatal(describe(c))
	}
	for i := range content {
		for bit := range 8 {
			changed := bytes.Clone(content)
			changed[i] ^= 1 << bit
			if c := Open(append([]byte(certificateMark), wrapFast(changed)...), trust); c.Proof() == Verified {
				t.Errorf("byte %d bit %d changed: verified", i, bit)
			}
		}
	}
}

// TestCertificateSpaces: a SPACE is data wherever it stands.
func TestCertificateSpaces(t *testing.T) {
	trust := healthTrust(t)
	for i := range 50 { // until one has a SPACE
		text := string(issueCertificate(t, certificateWith(func(claims, _ m) { claims[4] = 1800000000 + i })))
		gap := strings.LastIndexByte(text, ' ')
		if gap < 0 {
			continue
		}
		if c := Open([]byte(text[:gap]+text[gap+1:]), trust); c.Err() == nil {
			t.Error("read without its space")
		}
		for _, other := range []string{text + " ", certificateMark + " " + text[len(certificateMark):], strings.ToLower(text), text[len(certificateMark):]} {
			if c := Open([]byte(other), trust); c.Proof() == Verified {
				t.Errorf("verified though changed: %s", describe(c))
			}
		}
		if c := Open([]byte("]Q1"+text+"\r\n"), trust); c.Proof() != Verified {
			t.Error(describe(c))
		}
		return
	}
	t.Fatal("fifty certificates without a space")
}

func TestTrustWithEveryKey(t *testing.T) {
	trust := healthTrust(t)
	text, err := json.Marshal(trust)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseTrust(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || !bytes.Equal(again, text) {
		t.Fatalf("%v: %s, was %s", err, again, text)
	}
	for i, issuer := range back.Issuers() {
		if want := trust.Issuers()[i]; !slices.Equal(issuer.Asserts, want.Asserts) || algorithm(issuer.Key) != algorithm(want.Key) {
			t.Errorf("issuer %d: %v", i+1, issuer.Asserts)
		}
	}
	if c := Open(issueCertificate(t, certificateWith(nil)), back); c.Proof() != Verified {
		t.Error(describe(c))
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err == nil {
		if _, err := NewTrust([]Issuer{{Name: "A", Key: small.Public(), Asserts: everyStatement}}, nil); !errors.Is(err, ErrTrust) {
			t.Errorf("an RSA key of 1024 bits: %v", err)
		}
	}
}

func BenchmarkOpenCertificate(b *testing.B) {
	trust := healthTrust(b)
	for name, text := range map[string][]byte{
		"ES256": issueCertificate(b, certificateWith(nil)),
		"PS256": certificateText(signRaw(b, encode(b, m{1: -37, 4: healthRSAID}), m{}, encode(b, certificateWith(nil)), healthRSA())),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c := Open(text, trust); c.Proof() != Verified {
					b.Fatal(describe(c))
				}
			}
		})
	}
}
