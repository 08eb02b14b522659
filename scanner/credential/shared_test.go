package credential

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sharedFile is a file of the vectors that lie beside the repository. Without
// them a test is skipped, in CI it fails.
func sharedFile(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("CHOT_SHARED")
	for up, err := filepath.Abs("."); dir == "" && err == nil && filepath.Dir(up) != up; up = filepath.Dir(up) {
		if info, err := os.Stat(filepath.Join(up, "shared")); err == nil && info.IsDir() {
			dir = filepath.Join(up, "shared")
		}
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); dir == "" || err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no vectors at %q: set CHOT_SHARED", path)
		}
		t.Skipf("no vectors at %q: set CHOT_SHARED to run this test", path)
	}
	return path
}

func testKey(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("chot credential test: " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

var (
	authorityKey = testKey("authority")
	strangerKey  = testKey("stranger")
	authorityID  = []byte{1, 2, 3, 4, 5, 6, 7, 8}
)

const statusURI = "urn:chot:test:status:1"

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func authority() Issuer {
	return Issuer{Name: "Authority", KeyID: authorityID, Key: authorityKey.Public(), Namespace: NamespaceID}
}

// testTrust trusts the authority, and knows that pass 7 is revoked, 8 suspended
// and 9 of a status that nobody defined.
func testTrust(t testing.TB) *Trust {
	t.Helper()
	list := NewStatusList(statusURI, 100)
	for index, value := range map[int]uint8{7: 1, 8: 2, 9: 3} {
		if err := list.Set(index, value); err != nil {
			t.Fatal(err)
		}
	}
	return mustTrust(t, []Issuer{authority()}, list)
}

func mustTrust(t testing.TB, issuers []Issuer, lists ...StatusList) *Trust {
	t.Helper()
	trust, err := NewTrust(issuers, lists)
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

func testPass() Pass {
	return Pass{
		ID: "001190123456", Name: "Nguyễn Thị Ví Dụ", Birth: Birth{1990, 1, 15}, Sex: Female, Issuer: "urn:chot:test",
		NotBefore: at("2026-01-01T00:00:00Z"), NotAfter: at("2027-01-01T00:00:00Z"), IssuedAt: at("2025-12-31T00:00:00Z"),
		StatusIndex: -1,
	}
}

func mustIssue(t testing.TB, p Pass) string {
	t.Helper()
	text, err := Issue(p, authorityKey, authorityID)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// describe is everything a Credential says, in one comparable line.
func describe(c Credential) string {
	var aliases []string
	for _, a := range c.Aliases() {
		aliases = append(aliases, a.String())
	}
	return fmt.Sprintf("%v|%v|%v|%v|%v|%v|%v|%v|%v|%v|%v|%x|%v|%v|%v|%v|%x",
		c.Scheme(), c.Err(), c.Proof(), c.Statement(), c.Status(), c.Subject(), strings.Join(aliases, ","), c.Name(), c.Birth(), c.Sex(),
		c.Issuer(), c.KeyID(), c.NotBefore(), c.NotAfter(), c.lapses, c.Doubts(), c.Digest())
}
