package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

// wrap is the outer layers of a pass around any CBOR.
func wrap(message []byte) []byte { return []byte(encodeBase45(deflate(message))) }

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// signRaw signs headers and a payload just as they are, as a COSE library would
// refuse to: RFC 9052 §4.4 by hand.
func signRaw(t testing.TB, protected []byte, unprotected any, payload []byte, key crypto.Signer) []byte {
	t.Helper()
	toBeSigned := encode(t, []any{"Signature1", bytes.TrimPrefix(append([]byte{}, protected...), []byte{0xa0}), []byte{}, payload})
	var signature []byte
	switch k := key.(type) {
	case ed25519.PrivateKey:
		signature = ed25519.Sign(k, toBeSigned)
	case *ecdsa.PrivateKey:
		// Without randomness (RFC 6979), so that a fuzzer meets the same bytes again;
		// and as COSE has it, two numbers of 32 bytes (RFC 9053 §2.1).
		digest := sha256.Sum256(toBeSigned)
		der, err := k.Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		var pair struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &pair); err != nil {
			t.Fatal(err)
		}
		signature = append(pair.R.FillBytes(make([]byte, 32)), pair.S.FillBytes(make([]byte, 32))...)
	case *rsa.PrivateKey:
		signer, err := cose.NewSigner(cose.AlgorithmPS256, k)
		if err != nil {
			t.Fatal(err)
		}
		if signature, err = signer.Sign(rand.Reader, toBeSigned); err != nil {
			t.Fatal(err)
		}
	}
	return encode(t, []any{append([]byte{}, protected...), unprotected, payload, signature})
}

type m = map[any]any

func claimsWith(change func(m)) m {
	claims := m{4: 1800000000, 169: m{1: "001190123456", 4: viDu, 8: "19900115", 9: 2}}
	if change != nil {
		change(claims)
	}
	return claims
}

func TestHeaders(t *testing.T) {
	es256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	trust := mustTrust(t, []Issuer{authority(), {Name: "Curve", KeyID: []byte("curve"), Key: es256.Public()}})
	other := []byte("other")
	for _, row := range []struct {
		name                   string
		protected, unprotected m
		key                    crypto.Signer
		want                   Proof
		err                    error
	}{
		{"kid protected", m{1: -8, 4: authorityID}, m{}, authorityKey, Verified, nil},
		{"kid unprotected", m{1: -8}, m{4: authorityID}, authorityKey, Verified, nil},
		{"kid in neither", m{1: -8}, m{}, authorityKey, Verified, nil},
		{"kid protected counts, right", m{1: -8, 4: authorityID}, m{4: other}, authorityKey, Verified, nil},
		{"kid protected counts, wrong", m{1: -8, 4: other}, m{4: authorityID}, authorityKey, UnknownIssuer, nil},
		{"kid empty", m{1: -8, 4: []byte{}}, m{}, authorityKey, Verified, nil},
		{"kid as text", m{1: -8, 4: "other"}, m{}, authorityKey, Unproven, ErrMalformed},
		{"kid of a key of another kind", m{1: -8, 4: []byte("curve")}, m{}, authorityKey, Forged, nil},
		{"ES256", m{1: -7, 4: []byte("curve")}, m{}, es256, Verified, nil},
		{"ES256 without kid", m{1: -7}, m{}, es256, Verified, nil},
		{"alg changed to ES256", m{1: -7, 4: authorityID}, m{}, authorityKey, Forged, nil},
		{"alg changed to EdDSA", m{1: -8}, m{}, es256, UnknownIssuer, nil},
		{"alg missing", m{4: authorityID}, m{}, authorityKey, Unproven, nil},
		{"alg only unprotected", m{4: authorityID}, m{1: -8}, authorityKey, Unproven, nil},
		{"alg not supported", m{1: -37, 4: authorityID}, m{}, authorityKey, Unproven, ErrUnsupported},
		{"alg as text", m{1: "EdDSA"}, m{}, authorityKey, Unproven, ErrUnsupported},
		{"alg zero", m{1: 0}, m{}, authorityKey, Unproven, ErrUnsupported},
		{"crit understood", m{1: -8, 2: []any{1, 4}, 4: authorityID}, m{}, authorityKey, Verified, nil},
		{"crit not understood", m{1: -8, 2: []any{99}, 99: true}, m{}, authorityKey, Unproven, ErrUnsupported},
		{"crit not there", m{1: -8, 2: []any{99}}, m{}, authorityKey, Unproven, ErrMalformed},
		{"crit empty", m{1: -8, 2: []any{}}, m{}, authorityKey, Unproven, ErrMalformed},
		{"crit unprotected", m{1: -8}, m{2: []any{1}}, authorityKey, Unproven, ErrMalformed},
		{"unknown header", m{1: -8, 99: true}, m{"x": 1}, authorityKey, Verified, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			message := signRaw(t, encode(t, row.protected), row.unprotected, encode(t, claimsWith(nil)), row.key)
			c := Open(wrap(message), trust)
			if c.Proof() != row.want || !errors.Is(c.Err(), row.err) || c.Scheme() != Claim169 {
				t.Error(describe(c))
			}
		})
	}
}

func TestClaims(t *testing.T) {
	trust := testTrust(t)
	person := func(k, v any) func(m) { return func(c m) { c[169].(m)[k] = v } }
	claim := func(k, v any) func(m) { return func(c m) { c[k] = v } }
	none := time.Time{}
	exp := time.Unix(1800000000, 0)
	for _, row := range []struct {
		name    string
		change  func(m)
		from    time.Time
		to      time.Time
		birth   string
		subject string
		status  Status
		err     error
	}{
		{"as it is", nil, none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"exp missing", func(c m) { delete(c, 4) }, none, none, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"exp 0", claim(4, 0), none, time.Unix(0, 0), "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"exp a float", claim(4, 1800000000.9), none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"exp a short float", claim(4, cbor.RawMessage{0xf9, 0x3c, 0x00}), none, time.Unix(1, 0), "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"exp tagged", claim(4, cbor.Tag{Number: 1, Content: 1800000000}), none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"exp a tagged float", claim(4, cbor.Tag{Number: 1, Content: 1800000000.5}), none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"nbf a float", claim(5, 1700000000.1), time.Unix(1700000001, 0), exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"iat is no nbf", claim(6, 1700000000), none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"exp a date", claim(4, cbor.Tag{Number: 0, Content: "2027-01-01T00:00:00Z"}), none, none, "", "", NoStatus, ErrMalformed},
		{"exp of another tag", claim(4, cbor.Tag{Number: 5, Content: 1}), none, none, "", "", NoStatus, ErrMalformed},
		{"exp a bignum", claim(4, cbor.RawMessage{0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0}), none, none, "", "", NoStatus, ErrMalformed},
		{"exp text", claim(4, "1800000000"), none, none, "", "", NoStatus, ErrMalformed},
		{"exp null", claim(4, nil), none, none, "", "", NoStatus, ErrMalformed},
		{"exp undefined", claim(4, cbor.RawMessage{0xf7}), none, none, "", "", NoStatus, ErrMalformed},
		{"exp negative", claim(4, -1), none, none, "", "", NoStatus, ErrMalformed},
		{"exp huge", claim(4, uint64(math.MaxUint64)), none, none, "", "", NoStatus, ErrMalformed},
		{"exp infinite", claim(4, math.Inf(1)), none, none, "", "", NoStatus, ErrMalformed},
		{"exp not a number", claim(4, math.NaN()), none, none, "", "", NoStatus, ErrMalformed},
		{"iat text", claim(6, "now"), none, none, "", "", NoStatus, ErrMalformed},
		{"birth with hyphens", person(8, "1990-01-15"), none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"birth a year", person(8, "1990"), none, exp, "1990", "vn.id:001190123456", NoStatus, nil},
		{"birth on no day", person(8, "19900231"), none, none, "", "", NoStatus, ErrMalformed},
		{"birth a number", person(8, 19900115), none, none, "", "", NoStatus, ErrMalformed},
		{"gender others", person(9, 3), none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
		{"id a number", person(1, 1190123456), none, none, "", "", NoStatus, ErrMalformed},
		{"id null", person(1, nil), none, none, "", "", NoStatus, ErrMalformed},
		{"id bytes", person(1, []byte("001190123456")), none, none, "", "", NoStatus, ErrMalformed},
		{"id missing", func(c m) { delete(c[169].(m), 1) }, none, none, "", "", NoStatus, ErrMalformed},
		{"id with a line end", person(1, "1\n2"), none, none, "", "", NoStatus, ErrMalformed},
		{"claim 169 missing", func(c m) { delete(c, 169) }, none, none, "", "", NoStatus, ErrMalformed},
		{"claim 169 null", claim(169, nil), none, none, "", "", NoStatus, ErrMalformed},
		{"claim 169 an array", claim(169, []any{"001190123456"}), none, none, "", "", NoStatus, ErrMalformed},
		{"status valid", claim(65535, m{"status_list": m{"idx": 1, "uri": statusURI}}), none, exp, "1990-01-15", "vn.id:001190123456", StatusValid, nil},
		{"status revoked", claim(65535, m{"status_list": m{"idx": 7, "uri": statusURI}}), none, exp, "1990-01-15", "vn.id:001190123456", StatusRevoked, nil},
		{"status of another mechanism", claim(65535, m{"identifier_list": m{}}), none, exp, "1990-01-15", "vn.id:001190123456", StatusMissing, nil},
		{"status in other letters", claim(65535, m{"STATUS_LIST": m{"idx": 1, "uri": statusURI}}), none, exp, "1990-01-15", "vn.id:001190123456", StatusMissing, nil},
		{"status of a huge index", claim(65535, m{"status_list": m{"idx": uint64(1)<<32 + 1, "uri": statusURI}}), none, exp, "1990-01-15", "vn.id:001190123456", StatusMissing, nil},
		{"status without URI", claim(65535, m{"status_list": m{"idx": 1}}), none, none, "", "", NoStatus, ErrMalformed},
		{"status without index", claim(65535, m{"status_list": m{"uri": statusURI}}), none, none, "", "", NoStatus, ErrMalformed},
		{"status of a negative index", claim(65535, m{"status_list": m{"idx": -1, "uri": statusURI}}), none, none, "", "", NoStatus, ErrMalformed},
		{"status null", claim(65535, nil), none, none, "", "", NoStatus, ErrMalformed},
		{"status text", claim(65535, "valid"), none, none, "", "", NoStatus, ErrMalformed},
		{"unknown claims", func(c m) { c["x"] = 1; c[7] = []byte{1} }, none, exp, "1990-01-15", "vn.id:001190123456", NoStatus, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			payload := encode(t, claimsWith(row.change))
			c := Open(wrap(signRaw(t, encode(t, m{1: -8}), m{}, payload, authorityKey)), trust)
			if !errors.Is(c.Err(), row.err) || c.Birth().String() != row.birth || c.Subject().String() != row.subject || c.Status() != row.status {
				t.Error(describe(c))
			}
			if !c.NotBefore().Equal(row.from) || !c.NotAfter().Equal(row.to) || c.NotBefore().IsZero() != row.from.IsZero() {
				t.Errorf("valid from %v to %v", c.NotBefore(), c.NotAfter())
			}
			if want := Verified; (row.err == nil) != (c.Proof() == want) {
				t.Errorf("proof %v with error %v", c.Proof(), c.Err())
			}
		})
	}
}

func TestNameParts(t *testing.T) {
	payload := encode(t, m{169: m{1: "A1", 5: "Ví", 7: "Nguyễn"}})
	c := Open(wrap(signRaw(t, encode(t, m{1: -8}), m{}, payload, authorityKey)), testTrust(t))
	if c.Name() != "Ví Nguyễn" || c.Proof() != Verified {
		t.Error(describe(c))
	}
}

// TestStructure: whatever is odd about a signed pass, it is not Verified.
func TestStructure(t *testing.T) {
	trust := testTrust(t)
	payload := encode(t, claimsWith(nil))
	protected := encode(t, m{1: -8})
	good := signRaw(t, protected, m{}, payload, authorityKey)
	var parts []cbor.RawMessage
	if err := cbor.Unmarshal(good, &parts); err != nil {
		t.Fatal(err)
	}
	tag := func(number uint64, content []byte) []byte {
		return encode(t, cbor.RawTag{Number: number, Content: content})
	}
	list := func(items ...cbor.RawMessage) []byte { return encode(t, items) }
	twice := func(claims []byte) []byte { // a map of one entry more, which repeats exp
		grown := bytes.Clone(claims)
		grown[0]++
		return append(grown, 4, 0x1a, 0x6b, 0x49, 0xd2, 0x00)
	}
	numbers := make([]any, len(payload))
	for i, b := range payload {
		numbers[i] = int(b)
	}
	deep := bytes.Repeat([]byte{0x81}, 40)

	for _, row := range []struct {
		name string
		text []byte
		want Proof
		err  error
	}{
		{"untagged", wrap(good), Verified, nil},
		{"tagged 18", wrap(tag(18, good)), Verified, nil},
		{"tagged 61 and 18", wrap(tag(61, tag(18, good))), Verified, nil},
		{"tagged 61", wrap(tag(61, good)), Verified, nil},
		{"tagged 18 twice", wrap(tag(18, tag(18, good))), Unproven, ErrMalformed},
		{"tagged 18 and 61", wrap(tag(18, tag(61, good))), Unproven, ErrMalformed},
		{"tagged 61 twice", wrap(tag(61, tag(61, good))), Unproven, ErrMalformed},
		{"tagged with another number", wrap(tag(99, good)), Unproven, ErrMalformed},
		{"COSE_Encrypt0", wrap(tag(16, good)), Unproven, ErrUnsupported},
		{"COSE_Encrypt0 in a CWT", wrap(tag(61, tag(16, good))), Unproven, ErrUnsupported},
		{"COSE_Mac0", wrap(tag(17, good)), Unproven, ErrUnsupported},
		{"COSE_Sign", wrap(tag(98, good)), Unproven, ErrUnsupported},
		{"something after it", wrap(append(bytes.Clone(good), 0)), Unproven, ErrMalformed},
		{"cut short", wrap(good[:len(good)-1]), Unproven, ErrMalformed},
		{"nothing", wrap(nil), Unproven, ErrMalformed},
		{"three parts", wrap(list(parts[:3]...)), Unproven, ErrMalformed},
		{"five parts", wrap(list(append(slices.Clone(parts), parts[0])...)), Unproven, ErrMalformed},
		{"array longer than it says it needs", wrap(append([]byte{0x98, 4}, good[1:]...)), Unproven, ErrMalformed},
		{"array without length", wrap(append(append([]byte{0x9f}, good[1:]...), 0xff)), Unproven, ErrMalformed},
		{"payload detached", wrap(list(parts[0], parts[1], cbor.RawMessage{0xf6}, parts[3])), Unproven, ErrMalformed},
		{"payload as numbers", wrap(list(parts[0], parts[1], encode(t, numbers), parts[3])), Unproven, ErrMalformed},
		{"payload as text", wrap(list(parts[0], parts[1], encode(t, "x"), parts[3])), Unproven, ErrMalformed},
		{"signature missing", wrap(list(parts[0], parts[1], parts[2], cbor.RawMessage{0x40})), Unproven, nil},
		{"signature null", wrap(list(parts[0], parts[1], parts[2], cbor.RawMessage{0xf6})), Unproven, ErrMalformed},
		{"signature short", wrap(list(parts[0], parts[1], parts[2], encode(t, make([]byte, 63)))), UnknownIssuer, nil},
		{"headers a map", wrap(list(encode(t, m{1: -8}), parts[1], parts[2], parts[3])), Unproven, ErrMalformed},
		{"unprotected a list", wrap(list(parts[0], cbor.RawMessage{0x80}, parts[2], parts[3])), Unproven, ErrMalformed},
		{"payload no map", wrap(signRaw(t, protected, m{}, encode(t, []any{169}), authorityKey)), Unproven, ErrMalformed},
		{"payload null", wrap(signRaw(t, protected, m{}, []byte{0xf6}, authorityKey)), Unproven, ErrMalformed},
		{"payload empty", wrap(signRaw(t, protected, m{}, []byte{}, authorityKey)), Unproven, ErrMalformed},
		{"payload and more", wrap(signRaw(t, protected, m{}, append(bytes.Clone(payload), 0), authorityKey)), Unproven, ErrMalformed},
		{"claim twice", wrap(signRaw(t, protected, m{}, twice(payload), authorityKey)), Unproven, ErrMalformed},
		{"claims without length", wrap(signRaw(t, protected, m{}, append(append([]byte{0xbf}, payload[1:]...), 0xff), authorityKey)), Unproven, ErrMalformed},
		{"deep", wrap(append(deep, 0x80)), Unproven, ErrMalformed},
		{"header twice", wrap(signRaw(t, []byte{0xa2, 1, 0x27, 1, 0x27}, m{}, payload, authorityKey)), Unproven, ErrMalformed},
		{"header deep", wrap(signRaw(t, append([]byte{0xa2, 1, 0x27, 0x18, 99}, append(deep, 0x80)...), m{}, payload, authorityKey)), Unproven, ErrMalformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Open(row.text, trust)
			if c.Scheme() != Claim169 || c.Proof() != row.want || !errors.Is(c.Err(), row.err) {
				t.Error(describe(c))
			}
		})
	}
}
