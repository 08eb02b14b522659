package seal

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// fuzzKey is a key for tests only: its seed is 32 bytes of 1.
var fuzzKey = encodeKey(privatePrefix, []byte(strings.Repeat("\x01", privateSize)))

func TestKeyText(t *testing.T) {
	key := newKey(t)
	again, err := ParseTraceKey(key.Text())
	if err != nil || again.Text() != key.Text() || !again.Public().Equal(key.Public()) {
		t.Fatalf("private: %v", err)
	}
	pub, err := ParseTracePublicKey(key.Public().String())
	if err != nil || !pub.Equal(key.Public()) || pub.ID() != key.Public().ID() || len(pub.ID()) != 16 {
		t.Fatalf("public: %v", err)
	}
	if newKey(t).Public().Equal(pub) || (TracePublicKey{}).Equal(TracePublicKey{}) {
		t.Error("different keys, and no keys, must not be equal")
	}
	if len(key.Text()) != 17+48 || len(key.Public().String()) != 17+1627 {
		t.Errorf("%d and %d characters", len(key.Text()), len(key.Public().String()))
	}
	text, err := json.Marshal(map[string]TracePublicKey{"trace": pub})
	if err != nil {
		t.Fatal(err)
	}
	var parsed map[string]TracePublicKey
	if err := json.Unmarshal(text, &parsed); err != nil || !parsed["trace"].Equal(pub) {
		t.Errorf("JSON: %v", err)
	}
	if _, err := json.Marshal(TracePublicKey{}); !errors.Is(err, ErrNoKey) {
		t.Errorf("JSON of no key: %v", err)
	}
	if !(TraceKey{}).IsZero() || !(TraceKey{}).Public().IsZero() || (TraceKey{}).Text() != "" || (TracePublicKey{}).String() != "" || (TracePublicKey{}).ID() != "" || key.IsZero() || pub.IsZero() {
		t.Error("the zero key must be no key")
	}
}

// TestSecretIsNotPrinted prints a key in every way that ends in logs.
func TestSecretIsNotPrinted(t *testing.T) {
	key := newKey(t)
	secret := strings.TrimPrefix(key.Text(), privatePrefix)
	seed, err := key.key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", key, "in", struct{ K TraceKey }{key})
	text, err := json.Marshal(struct{ K TraceKey }{key})
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{
		fmt.Sprint(key), fmt.Sprintf("%v %+v %#v %s %q %x", key, key, key, key, key, key), fmt.Sprintf("%+v %#v", struct{ K TraceKey }{key}, &key),
		log.String(), string(text),
	} {
		for _, form := range []string{secret[:16], fmt.Sprintf("%x", seed[:8]), fmt.Sprint(seed[:8])[1:20], fmt.Sprintf("%#v", seed[:8])[7:30]} {
			if strings.Contains(printed, form) {
				t.Errorf("printed: %s", printed)
			}
		}
	}
	if !strings.Contains(fmt.Sprint(key), key.Public().ID()) || !strings.Contains(fmt.Sprint(TraceKey{}), "none") {
		t.Error("a printed key must say which it is")
	}
}

func TestKeyTextRefuses(t *testing.T) {
	key := newKey(t)
	private, public := key.Text(), key.Public().String()
	swap := func(text string, at int) string {
		c := byte('A')
		if text[at] == c {
			c = 'B'
		}
		return text[:at] + string(c) + text[at+1:]
	}
	for name, text := range map[string]string{
		"empty": "", "prefix": privatePrefix, "public": public, "space": " " + private, "line break": private + "\n",
		"broken line": private[:40] + "\n" + private[40:], "line break for a character": private[:40] + "\n" + private[41:],
		"padding": private + "=", "cut": private[:len(private)-1], "longer": private + "A", "version 2": strings.Replace(private, "-1:", "-2:", 1),
		"typo": swap(private, 30), "typo in the check": swap(private, len(private)-2), "standard alphabet": private[:30] + "+" + private[31:],
		"upper-case prefix": strings.ToUpper(privatePrefix) + private[len(privatePrefix):],
		"public's prefix":   publicPrefix + private[len(privatePrefix):],
	} {
		if k, err := ParseTraceKey(text); !errors.Is(err, ErrKeyText) || !k.IsZero() {
			t.Errorf("private, %s: %v", name, err)
		} else if len(private) > 40 && strings.Contains(err.Error(), private[20:36]) {
			t.Errorf("private, %s: the message repeats the secret", name)
		}
	}
	outOfRange := make([]byte, publicSize) // coefficients of ML-KEM are below 3329 (FIPS 203 §7.2)
	for i := range outOfRange {
		outOfRange[i] = 0xff
	}
	for name, text := range map[string]string{
		"empty": "", "private": private, "cut": public[:1000], "typo": swap(public, 800), "line break": public + "\n",
		"broken line": public[:800] + "\n" + public[801:], "out of range": encodeKey(publicPrefix, outOfRange),
		"private's prefix": encodeKey(privatePrefix, outOfRange),
	} {
		if k, err := ParseTracePublicKey(text); !errors.Is(err, ErrKeyText) || !k.IsZero() {
			t.Errorf("public, %s: %v", name, err)
		}
	}
	var unmarshalled TracePublicKey
	if err := unmarshalled.UnmarshalText([]byte("x")); !errors.Is(err, ErrKeyText) || !unmarshalled.IsZero() {
		t.Errorf("unmarshal: %v", err)
	}
	// Strict base64: the same bytes have no second text. The last of the private
	// key's characters carries no stray bits, the public key's carries two.
	last := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", public[len(public)-1])
	stray := public[:len(public)-1] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last|1])
	loose, errLoose := base64.RawURLEncoding.DecodeString(stray[len(publicPrefix):])
	exact, errExact := base64.RawURLEncoding.DecodeString(public[len(publicPrefix):])
	if errLoose != nil || errExact != nil || string(loose) != string(exact) || stray == public {
		t.Fatal("control: the stray bits must not matter to a lax decoder")
	}
	if _, err := ParseTracePublicKey(stray); !errors.Is(err, ErrKeyText) {
		t.Errorf("stray bits: %v", err)
	}
}

// FuzzParseKey holds that whatever parses encodes to the same text.
func FuzzParseKey(f *testing.F) {
	key, err := ParseTraceKey(fuzzKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(fuzzKey)
	f.Add(key.Public().String())
	f.Add(publicPrefix)
	f.Fuzz(func(t *testing.T, text string) {
		if key, err := ParseTraceKey(text); err == nil && key.Text() != text {
			t.Fatalf("private: %q is %q", text, key.Text())
		}
		if pub, err := ParseTracePublicKey(text); err == nil && pub.String() != text {
			t.Fatalf("public: %q is %q", text, pub)
		}
	})
}
