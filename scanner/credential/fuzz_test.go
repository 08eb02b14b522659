package credential

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var writeSeeds = flag.Bool("write-seeds", false, "write testdata/fuzz/FuzzCertificate anew")

const seedFolder = "testdata/fuzz/FuzzOpen"

// mosipKey is the key of the published Ed25519 vector, RFC 8032 §7.1 test 1.
const mosipKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

func fuzzTrust(t testing.TB) *Trust {
	t.Helper()
	key, err := hex.DecodeString(mosipKey)
	if err != nil {
		t.Fatal(err)
	}
	list := NewStatusList(statusURI, 100)
	if err := list.Set(7, 1); err != nil {
		t.Fatal(err)
	}
	return mustTrust(t, []Issuer{authority(), healthOffice(), {Name: "Mosip", Key: ed25519.PublicKey(key)}}, list)
}

func FuzzOpen(f *testing.F) {
	trust := fuzzTrust(f)
	stranger := mustTrust(f, []Issuer{{Name: "Stranger", KeyID: authorityID, Key: testKey("nobody's").Public()}})
	f.Fuzz(func(t *testing.T, payload []byte) {
		before := bytes.Clone(payload)
		c := Open(payload, trust)
		if !bytes.Equal(payload, before) {
			t.Fatal("the payload was changed")
		}
		if err := sound(c); err != nil {
			t.Fatalf("%v: %s", err, describe(c))
		}
		if describe(Open(payload, trust)) != describe(c) {
			t.Fatal("opened twice, two credentials")
		}
		cleaned := clean(payload)
		if c.Digest() != sha256.Sum256(cleaned) {
			t.Fatal("the digest is not the cleaned payload's")
		}
		if describe(Open(cleaned, trust)) != describe(c) {
			t.Fatal("the cleaned payload opens as something else")
		}
		for _, other := range []*Trust{nil, stranger} {
			o := Open(payload, other)
			if o.Proof() == Verified || o.Issuer() != "" || o.Status() != NoStatus {
				t.Fatalf("verified without the issuer's key: %s", describe(o))
			}
			if o.Scheme() != c.Scheme() || (o.Err() == nil) != (c.Err() == nil) {
				t.Fatalf("trust changes what it is: %s", describe(o))
			}
			if err := sound(o); err != nil {
				t.Fatalf("%v: %s", err, describe(o))
			}
		}
		typed := OpenTyped(string(payload))
		if err := sound(typed); err != nil {
			t.Fatalf("typed: %v: %s", err, describe(typed))
		}
		if typed.Scheme() != Typed && typed.Err() == nil {
			t.Fatalf("typed: %s", describe(typed))
		}
	})
}

// wrapFast is wrap without trying to be short.
func wrapFast(message []byte) []byte {
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.HuffmanOnly)
	if err == nil {
		_, err = w.Write(message)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return []byte(encodeBase45(packed.Bytes()))
}

// sound is what holds of every Credential.
func sound(c Credential) error {
	if c.Err() != nil {
		if describe(c) != describe(Credential{scheme: c.scheme, err: c.err, digest: c.digest}) {
			return fmt.Errorf("something is kept of what could not be read")
		}
		return nil
	}
	signed := c.Scheme() == Claim169 || c.Scheme() == HCERT
	if signed != c.Statement().known() {
		return fmt.Errorf("a signed scheme that states nothing, or a statement that nobody signs")
	}
	switch c.Proof() {
	case Verified:
		if !signed || c.Issuer() == "" || c.Subject().Namespace == namespaceUnproven {
			return fmt.Errorf("verified, by whom?")
		}
		if (c.Scheme() == HCERT) != (c.Subject().Namespace == NamespaceHCERT) {
			return fmt.Errorf("verified, as a subject of another scheme")
		}
	case Unsigned:
		if signed {
			return fmt.Errorf("a pass of a scheme without signatures")
		}
	default:
		if !signed || c.Status() != NoStatus || c.Issuer() != "" || c.Subject().Namespace != namespaceUnproven {
			return fmt.Errorf("not verified, yet believed")
		}
	}
	if c.Subject().IsZero() != (c.Scheme() == Place) {
		return fmt.Errorf("no subject, or a place with one")
	}
	for _, s := range append(c.Aliases(), c.Subject()) {
		if s.IsZero() {
			continue
		}
		if back, err := ParseSubject(s.String()); err != nil || back != s {
			return fmt.Errorf("the subject does not parse back")
		}
		if err := masked(s); err != nil {
			return err
		}
	}
	if !norm.NFC.IsNormalString(c.Name()) || strings.ContainsFunc(c.Name(), func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("the name is not fit to show")
	}
	if !c.Birth().IsZero() && !c.Birth().valid() {
		return fmt.Errorf("born on no day")
	}
	return nil
}

// masked checks that no more than what follows the first six characters shows.
func masked(s Subject) error {
	number, shown := []rune(s.Number), []rune(s.Masked())
	if len(number) != len(shown) {
		return fmt.Errorf("the masked number has another length")
	}
	for i := range shown {
		if i < 6 && shown[i] != '•' || i >= 6 && shown[i] != number[i] {
			return fmt.Errorf("the masked number shows too much or too little")
		}
	}
	return nil
}

// TestSeeds: the fuzzer starts from every scheme, every proof and every error.
func TestSeeds(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(seedFolder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no seeds in %s: %v", seedFolder, err)
	}
	trust := fuzzTrust(t)
	schemes, proofs, statuses, failures := map[Scheme]int{}, map[Proof]int{}, map[Status]int{}, map[error]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		quoted, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "go test fuzz v1\n[]byte(")
		payload, err := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
		if !ok || err != nil {
			t.Fatalf("%s is no seed: %v", file, err)
		}
		c := Open([]byte(payload), trust)
		schemes[c.Scheme()]++
		proofs[c.Proof()]++
		statuses[c.Status()]++
		for _, failure := range []error{ErrEmpty, ErrUnrecognised, ErrMalformed, ErrUnsupported} {
			if strings.Contains(fmt.Sprint(c.Err()), failure.Error()) {
				failures[failure]++
			}
		}
	}
	if len(schemes) != len(schemeNames) || len(proofs) != len(proofNames) || len(statuses) != 4 || len(failures) != 4 {
		t.Errorf("seeds are missing: %v %v %v %v", schemes, proofs, statuses, failures)
	}
}
