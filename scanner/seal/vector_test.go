package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var writeVector = flag.Bool("write-vector", false, "write testdata/segment.json anew, with a new encapsulation")

// A vector is a segment as it is stored: what a later version of this package must
// still open. Encapsulating is random, so only opening can be compared.
type vector struct {
	Key           string        `json:"key"`
	PublicKey     string        `json:"public_key"`
	KeyID         string        `json:"key_id"`
	Encapsulation string        `json:"encapsulation"`
	Entries       []vectorEntry `json:"entries"`
}

type vectorEntry struct {
	Sequence uint64 `json:"sequence"`
	Aad      string `json:"aad"`
	Plain    string `json:"plain"`
	Sealed   string `json:"sealed"`
}

const vectorFile = "testdata/segment.json"

func TestVector(t *testing.T) {
	if *writeVector {
		writeNewVector(t)
	}
	v, key, encapsulation := readVector(t)
	if key.Public().String() != v.PublicKey || key.Public().ID() != v.KeyID {
		t.Error("the public key of the vector's private key is another")
	}
	opener := newOpener(t, key, encapsulation)
	if len(v.Entries) != 4 {
		t.Fatalf("%d entries, want 4", len(v.Entries))
	}
	for _, e := range v.Entries {
		sealed := unhex(t, e.Sealed)
		got, err := opener.Open(e.Sequence, sealed, []byte(e.Aad))
		if err != nil || string(got) != e.Plain {
			t.Errorf("entry %d: %q, %v", e.Sequence, got, err)
		}
		// Sealing is deterministic once the segment's key is known.
		nonce := entryNonce(e.Sequence)
		if !bytes.Equal(opener.aead.Seal(nil, nonce[:], []byte(e.Plain), []byte(e.Aad)), sealed) {
			t.Errorf("entry %d seals to other bytes", e.Sequence)
		}
	}
}

func readVector(t testing.TB) (v vector, key TraceKey, encapsulation []byte) {
	t.Helper()
	text, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if key, err = ParseTraceKey(v.Key); err != nil {
		t.Fatal(err)
	}
	return v, key, unhex(t, v.Encapsulation)
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeNewVector(t *testing.T) {
	key, err := ParseTraceKey(fuzzKey)
	if err != nil {
		t.Fatal(err)
	}
	segment, encapsulation := newSegment(t, key.Public())
	v := vector{Key: key.Text(), PublicKey: key.Public().String(), KeyID: key.Public().ID(), Encapsulation: hex.EncodeToString(encapsulation)}
	for _, e := range []vectorEntry{
		{Sequence: 0, Aad: "", Plain: ""},
		{Sequence: 1, Aad: "lane 1, in, admit", Plain: "vn.id:001190123456 Nguyễn Thị Ví Dụ 1990-01-15"},
		{Sequence: 1000, Aad: "lane 1, out, refer", Plain: "vn.cmnd:012345678"},
		{Sequence: 1<<53 - 1, Aad: "lane 2, in, refuse", Plain: "vehicle.drvn:29A00000"},
	} {
		e.Sealed = hex.EncodeToString(seal(t, segment, e.Sequence, []byte(e.Plain), []byte(e.Aad)))
		v.Entries = append(v.Entries, e)
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vectorFile, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
