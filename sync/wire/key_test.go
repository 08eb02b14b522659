package wire

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func deviceKey(t testing.TB) DeviceKey {
	t.Helper()
	k, err := GenerateDeviceKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func hubKey(t testing.TB) HubKey {
	t.Helper()
	k, err := GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyTexts(t *testing.T) {
	d, h := deviceKey(t), hubKey(t)
	if got, err := ParseDeviceKey(d.Private() + "\n"); err != nil || got.Private() != d.Private() || got.Verifier() != d.Verifier() {
		t.Errorf("device key does not survive its text: %v", err)
	}
	if got, err := ParseHubKey(h.Private()); err != nil || got.Private() != h.Private() || got.Verifier() != h.Verifier() {
		t.Errorf("hub key does not survive its text: %v", err)
	}
	if got, err := ParseDeviceVerifier(d.String()); err != nil || got != d.Verifier() {
		t.Errorf("device verifier does not survive its text: %v", err)
	}
	if got, err := ParseHubVerifier(h.String()); err != nil || got != h.Verifier() {
		t.Errorf("hub verifier does not survive its text: %v", err)
	}
	if !ValidID(d.ID()) || !ValidID(h.ID()) || d.Name() != "chot/device/"+d.ID() || h.Verifier().Name() != "chot/hub/"+h.ID() {
		t.Errorf("ids %q and %q, names %q and %q", d.ID(), h.ID(), d.Name(), h.Verifier().Name())
	}
	for _, s := range []string{fmt.Sprint(d), fmt.Sprintf("%v %+v %#v %s", d, d, d, d), fmt.Sprintf("%#v", h)} {
		if strings.Contains(s, "PRIVATE") {
			t.Errorf("printing a key shows its private half")
		}
	}
}

// The sumdb implementation reads a device's keys as its own.
func TestDeviceKeysAreNoteKeys(t *testing.T) {
	d := deviceKey(t)
	signer, err := note.NewSigner(d.Private())
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(d.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []note.Signer{signer, d} {
		text, err := note.Sign(&note.Note{Text: "some text\n"}, s)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []note.Verifier{verifier, d.Verifier()} {
			if _, err := note.Open(text, note.VerifierList(v)); err != nil {
				t.Errorf("%T signed, %T: %v", s, v, err)
			}
		}
	}
}

// A cosigner key in public use: its key id follows from its name and key
// (C2SP tlog-cosignature "Format").
func TestCosignerKeyID(t *testing.T) {
	const vkey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
	if _, err := ParseHubVerifier(vkey); !errors.Is(err, ErrKey) {
		t.Errorf("a foreign cosigner's name passes for a hub's: %v", err)
	}
	raw, err := base64.StdEncoding.DecodeString(afterName(vkey))
	if err != nil {
		t.Fatal(err)
	}
	i := role{alg: 0x04}.named("remora.n621.de", [32]byte(raw[1:]))
	if i.text(0x04) != vkey {
		t.Errorf("got %s, want %s", i.text(0x04), vkey)
	}
}

func TestKeyTextsRefused(t *testing.T) {
	d, h := deviceKey(t), hubKey(t)
	other := deviceKey(t)
	_, rest, _ := strings.Cut(d.String(), "+")
	for name, text := range map[string]string{
		"empty": "", "nonsense": "a+b+c", "a hub's": h.String(), "cut": d.String()[:len(d.String())-1], "longer": d.String() + "=",
		"private": d.Private(), "another's name": other.Name() + "+" + rest, "newline": d.String() + "\n",
		"key id changed": strings.Replace(d.String(), "+", "+0", 1), "bare name": "+" + rest,
	} {
		if _, err := ParseDeviceVerifier(text); !errors.Is(err, ErrKey) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "public": d.String(), "a hub's": h.Private(), "cut": d.Private()[:len(d.Private())-2],
		"renamed": strings.Replace(d.Private(), d.ID(), other.ID(), 1),
	} {
		_, err := ParseDeviceKey(text)
		if !errors.Is(err, ErrKey) {
			t.Errorf("private, %s: got %v", name, err)
		} else if len(text) > 60 && strings.Contains(err.Error(), text[60:]) {
			t.Errorf("private, %s: the error shows the key", name)
		}
	}
}

func TestZeroKeysDoNothing(t *testing.T) {
	if _, err := (DeviceKey{}).Sign([]byte("x")); !errors.Is(err, ErrKey) {
		t.Errorf("zero device key signs: %v", err)
	}
	if _, err := SignHead(DeviceKey{}, 0, [32]byte{}); err == nil {
		t.Error("zero device key signs a head")
	}
	if (DeviceVerifier{}).Verify([]byte("x"), make([]byte, 64)) || (HubVerifier{}).Verify([]byte("x"), make([]byte, 72)) {
		t.Error("a zero verifier accepts")
	}
	if (DeviceKey{}).Private() != "" || (HubKey{}).Private() != "" || (DeviceVerifier{}).String() != "" || (DeviceVerifier{}).ID() != "" {
		t.Error("a zero key has a text")
	}
}

// TestKeysWithEverySign reads back enough keys that their base64 holds every
// sign of its alphabet, "+" among them, which also separates a key's parts.
func TestKeysWithEverySign(t *testing.T) {
	pluses := 0
	for range 200 {
		hub, err := GenerateHubKey()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ParseHubKey(hub.Private() + "\n"); err != nil || back.ID() != hub.ID() {
			t.Fatalf("a private key does not read back: %v", err)
		}
		if back, err := ParseHubVerifier(hub.Verifier().String()); err != nil || back != hub.Verifier() {
			t.Fatalf("a public key does not read back: %v", err)
		}
		if strings.Count(hub.Private(), "+") > 4 {
			pluses++
		}
	}
	if pluses == 0 {
		t.Error("no key of 200 had a plus sign in its base64: the test shows nothing")
	}
}
