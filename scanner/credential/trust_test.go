package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

func TestNewTrustRefuses(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := authorityKey.Public()
	other := strangerKey.Public()
	list := NewStatusList("urn:a", 8)
	for _, row := range []struct {
		name    string
		issuers []Issuer
		lists   []StatusList
	}{
		{"no name", []Issuer{{Name: " ", Key: key}}, nil},
		{"no key", []Issuer{{Name: "A"}}, nil},
		{"key of zeroes", []Issuer{{Name: "A", Key: make(ed25519.PublicKey, 32)}}, nil},
		{"short key", []Issuer{{Name: "A", Key: ed25519.PublicKey{1}}}, nil},
		{"private key", []Issuer{{Name: "A", Key: authorityKey}}, nil},
		{"nil ECDSA key", []Issuer{{Name: "A", Key: (*ecdsa.PublicKey)(nil)}}, nil},
		{"empty ECDSA key", []Issuer{{Name: "A", Key: &ecdsa.PublicKey{}}}, nil},
		{"P-384", []Issuer{{Name: "A", Key: p384.Public()}}, nil},
		{"RSA", []Issuer{{Name: "A", Key: &rsa.PublicKey{N: big.NewInt(1), E: 3}}}, nil},
		{"ends first", []Issuer{{Name: "A", Key: key, NotBefore: at("2026-01-01T00:00:00Z"), NotAfter: at("2025-01-01T00:00:00Z")}}, nil},
		{"bad namespace", []Issuer{{Name: "A", Key: key, Namespace: "Vn Id"}}, nil},
		{"namespace with a colon", []Issuer{{Name: "A", Key: key, Namespace: "vn:id"}}, nil},
		{"empty word in the namespace", []Issuer{{Name: "A", Key: key, Namespace: "vn..id"}}, nil},
		{"namespace of the unproven", []Issuer{{Name: "A", Key: key, Namespace: "pass.unproven"}}, nil},
		{"name of the unproven", []Issuer{{Name: "Unproven", Key: key, Namespace: "vn.id"}}, nil},
		{"key twice", []Issuer{{Name: "A", Key: key}, {Name: "B", Key: key}}, nil},
		{"names alike", []Issuer{{Name: "Y tế Huế", Key: key}, {Name: "y te hue", Key: other}}, nil},
		{"too many", make([]Issuer, maxIssuers+1), nil},
		{"list without URI", nil, []StatusList{NewStatusList("", 8)}},
		{"list twice", nil, []StatusList{list, list}},
		{"list of three bits", nil, []StatusList{{URI: "urn:a", Bits: 3}}},
		{"zero list", nil, []StatusList{{}}},
	} {
		if trust, err := NewTrust(row.issuers, row.lists); !errors.Is(err, ErrTrust) || trust != nil {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	// Two keys of one issuer are how keys are changed.
	if _, err := NewTrust([]Issuer{{Name: "A", Key: key}, {Name: "A", Key: other}}, []StatusList{list}); err != nil {
		t.Error(err)
	}
}

// TestTrustCopies: what the caller does afterwards changes no trust.
func TestTrustCopies(t *testing.T) {
	issuer := authority()
	issuer.KeyID = bytes.Clone(authorityID)
	list := NewStatusList(statusURI, 10)
	trust := mustTrust(t, []Issuer{issuer}, list)
	issuer.KeyID[0] ^= 1
	if err := list.Set(3, 1); err != nil {
		t.Fatal(err)
	}
	trust.Issuers()[0].KeyID[0] ^= 1
	p := testPass()
	p.StatusURI, p.StatusIndex = statusURI, 3
	c := Open([]byte(mustIssue(t, p)), trust)
	if c.Proof() != Verified || c.Status() != StatusValid {
		t.Error(describe(c))
	}
	c.KeyID()[0] ^= 1
	if !bytes.Equal(c.KeyID(), authorityID) {
		t.Error("a credential can be changed from outside")
	}
}

func TestTrustJSON(t *testing.T) {
	es256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	revoked := NewStatusList(statusURI, 1000)
	if err := revoked.Set(7, 1); err != nil {
		t.Fatal(err)
	}
	bounded := authority()
	bounded.NotBefore, bounded.NotAfter = at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")
	trust := mustTrust(t, []Issuer{bounded, {Name: "Sở Y tế", Key: es256.Public()}}, revoked, NewStatusList("urn:b", 0))

	text, err := json.Marshal(trust)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseTrust(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("written and read, it is another trust: %v\n%s\n%s", err, text, again)
	}
	p := testPass()
	p.StatusURI, p.StatusIndex = statusURI, 7
	if c := Open([]byte(mustIssue(t, p)), back); c.Proof() != Verified || c.Status() != StatusRevoked || !c.NotBefore().Equal(p.NotBefore) {
		t.Error(describe(c))
	}
	if i := back.Issuers(); len(i) != 2 || i[1].Name != "Sở Y tế" || !i[1].Key.(interface{ Equal(crypto.PublicKey) bool }).Equal(es256.Public()) {
		t.Error("the second issuer is another")
	}

	var nobody *Trust
	if text, err := nobody.MarshalJSON(); err != nil || string(text) != `{"issuers":[],"status_lists":[]}` {
		t.Errorf("%s %v", text, err)
	}
	if nobody.Issuers() != nil || nobody.StatusURIs() != nil {
		t.Error("a nil trust trusts somebody")
	}
}

func TestParseTrustRefuses(t *testing.T) {
	text, err := json.Marshal(testTrust(t))
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	for name, change := range map[string]func(string) string{
		"nothing":            func(string) string { return "" },
		"cut":                func(s string) string { return s[:len(s)-1] },
		"two":                func(s string) string { return s + s },
		"an array":           func(s string) string { return "[" + s + "]" },
		"unknown field":      func(s string) string { return strings.Replace(s, `{"name"`, `{"revoked":true,"name"`, 1) },
		"unknown list field": func(s string) string { return strings.Replace(s, `"bits":2`, `"bits":2,"ttl":1`, 1) },
		"algorithm":          func(s string) string { return strings.Replace(s, "EdDSA", "none", 1) },
		"another algorithm":  func(s string) string { return strings.Replace(s, "EdDSA", "ES256", 1) },
		"key":                func(s string) string { return strings.Replace(s, `"key":"`, `"key":"AA`, 1) },
		"key no base64url":   func(s string) string { return strings.Replace(s, `"key":"`, `"key":"+`, 1) },
		"key id padded":      func(s string) string { return strings.Replace(s, `"key_id":"`, `"key_id":"=`, 1) },
		"bits":               func(s string) string { return strings.Replace(s, `"bits":2`, `"bits":3`, 1) },
		"list":               func(s string) string { return strings.Replace(s, `"lst":"`, `"lst":"AAAA`, 1) },
		"list no base64url":  func(s string) string { return strings.Replace(s, `"lst":"`, `"lst":"!`, 1) },
	} {
		changed := change(good)
		if changed == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if trust, err := ParseTrust([]byte(changed)); !errors.Is(err, ErrTrust) && !errors.Is(err, ErrStatusList) || trust != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseTrust(text); err != nil {
		t.Errorf("unchanged: %v", err)
	}
	// The example in the documentation of the format is one.
	const example = `{
	  "issuers": [{
	    "name": "Demo authority", "key_id": "q83vASNFZ4k", "algorithm": "EdDSA",
	    "key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
	    "not_before": "2026-01-01T00:00:00Z", "not_after": "2027-01-01T00:00:00Z",
	    "namespace": "vn.id"
	  }],
	  "status_lists": [{"uri": "urn:example:1", "bits": 2, "lst": "eNo76fITAAPfAgc"}]
	}`
	if trust, err := ParseTrust([]byte(example)); err != nil || len(trust.Issuers()) != 1 || trust.status("urn:example:1", 0) != StatusRevoked {
		t.Errorf("the documented example: %v", err)
	}
}

func TestDefaultNamespace(t *testing.T) {
	for name, want := range map[string]string{
		"Chốt demo authority":    "pass.chot-demo-authority",
		"Sở Y tế Đà Nẵng":        "pass.so-y-te-da-nang",
		"  A--B  7 ":             "pass.a-b-7",
		strings.Repeat("a", 100): "pass.2816597888e4a0d3",
		"وزارة":                  "",
	} {
		got := defaultNamespace(name)
		if !isNamespace(got) || want != "" && got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// TestStatusListVectors are draft-ietf-oauth-status-list §4.1 and §4.2.
func TestStatusListVectors(t *testing.T) {
	for _, row := range []struct {
		bits   int
		values []uint8
		bytes  []byte
		list   string
	}{
		{1, []uint8{1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1}, []byte{0xb9, 0xa3}, "eNrbuRgAAhcBXQ"},
		{2, []uint8{1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3}, []byte{0xc9, 0x44, 0xf9}, "eNo76fITAAPfAgc"},
	} {
		var read StatusList
		if err := json.Unmarshal(fmt.Appendf(nil, `{"uri":"urn:x","bits":%d,"lst":%q}`, row.bits, row.list), &read); err != nil {
			t.Fatal(err)
		}
		written := StatusList{URI: "urn:x", Bits: row.bits, packed: make([]byte, len(row.bytes))}
		for i, want := range row.values {
			if got, ok := read.Get(i); !ok || got != want {
				t.Errorf("%d bits: status %d is %d, want %d", row.bits, i, got, want)
			}
			if err := written.Set(i, want); err != nil {
				t.Error(err)
			}
		}
		if !bytes.Equal(read.packed, row.bytes) || !bytes.Equal(written.packed, row.bytes) {
			t.Errorf("%d bits: read %x, written %x, want %x", row.bits, read.packed, written.packed, row.bytes)
		}
		if read.Len() != len(row.values) {
			t.Errorf("%d bits: length %d", row.bits, read.Len())
		}
	}
}

func TestStatusList(t *testing.T) {
	for _, bits := range []int{1, 2, 4, 8} {
		list := StatusList{URI: "urn:x", Bits: bits, packed: make([]byte, 16)}
		model := make([]uint8, list.Len())
		if len(model) != 16*8/bits {
			t.Fatalf("%d bits: length %d", bits, len(model))
		}
		for round := range 3 {
			for i := range model {
				model[i] = uint8((i*7 + round*5) % (1 << bits))
				if err := list.Set(i, model[i]); err != nil {
					t.Fatal(err)
				}
			}
			for i, want := range model {
				if got, ok := list.Get(i); !ok || got != want {
					t.Errorf("%d bits: status %d is %d, want %d", bits, i, got, want)
				}
			}
		}
		if bits < 8 && list.Set(0, 1<<bits) == nil {
			t.Errorf("%d bits hold %d", bits, 1<<bits)
		}
		for _, outside := range []int{-1, len(model)} {
			if _, ok := list.Get(outside); ok || list.Set(outside, 0) == nil {
				t.Errorf("%d bits: there is a status %d", bits, outside)
			}
		}
	}
	if empty := NewStatusList("urn:x", -1); empty.Len() != 0 {
		t.Error("a list of negative size has entries")
	}
	var zero StatusList
	if _, err := json.Marshal(zero); zero.Len() != 0 || err == nil {
		t.Error("the zero list is one")
	}
	if _, ok := zero.Get(0); ok {
		t.Error("the zero list has a status")
	}
}

func TestStatusListBomb(t *testing.T) {
	list := encodeURL(deflate(make([]byte, maxStatusList+1)))
	var read StatusList
	if err := json.Unmarshal(fmt.Appendf(nil, `{"uri":"urn:x","bits":1,"lst":%q}`, list), &read); !errors.Is(err, ErrStatusList) {
		t.Errorf("a list of more than %d bytes: %v", maxStatusList, err)
	}
}
