package credential

import (
	"bytes"
	"encoding/base64"
	"testing"
)

func encodeURL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// TestBase45 are the examples of RFC 9285 §4.3 and §4.4.
func TestBase45(t *testing.T) {
	for plain, text := range map[string]string{"": "", "AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0", "\xff\xff": "FGW", "\xff": "U5"} {
		if got := encodeBase45([]byte(plain)); got != text {
			t.Errorf("encode %q: %q, want %q", plain, got, text)
		}
		if got, err := decodeBase45(text); err != nil || string(got) != plain {
			t.Errorf("decode %q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"GGW", ":::", "::", "V5", "A", "AAAA", "aa", "bb8", "BB8\n", "BB\x00", "BB\xff", "Ａ"} {
		if got, err := decodeBase45(text); err == nil {
			t.Errorf("decode %q: %x, want an error", text, got)
		}
	}
}

// TestBase45Identity: every group of bytes has one text and every text that is
// read is the one that would be written.
func TestBase45Identity(t *testing.T) {
	for n := range 1 << 16 {
		b := []byte{byte(n >> 8), byte(n)}
		if back, err := decodeBase45(encodeBase45(b)); err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%x: %x, %v", b, back, err)
		}
	}
	groups := 0
	for i := range len(alphabet) {
		for j := range len(alphabet) {
			for k := range len(alphabet) {
				text := string([]byte{alphabet[i], alphabet[j], alphabet[k]})
				if b, err := decodeBase45(text); err == nil {
					groups++
					if encodeBase45(b) != text {
						t.Fatalf("%q reads as %x, which is written %q", text, b, encodeBase45(b))
					}
				}
			}
		}
	}
	if groups != 1<<16 {
		t.Errorf("%d groups of three are read, want %d", groups, 1<<16)
	}
}
