package wire

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

func TestRevocation(t *testing.T) {
	hub, device := hubKey(t), deviceKey(t)
	text := must(SignRevocation(hub, device.ID(), someTime.Add(300*time.Millisecond)))
	r, err := OpenRevocation(text, hub.Verifier(), device.Verifier())
	if err != nil || r.Device() != device.ID() || !r.Time().Equal(someTime.Truncate(time.Second)) || !bytes.Equal(r.Text(), text) {
		t.Fatalf("got %+v %v", r, err)
	}
	if id, ok := RevokedDeviceOf(text); !ok || id != device.ID() || KindOf(text) != KindRevocation {
		t.Errorf("it claims %q, %v, %v", id, ok, KindOf(text))
	}
	if again := must(SignRevocation(hub, device.ID(), someTime)); !bytes.Equal(again, text) {
		t.Error("the same revocation has two texts")
	}
	plain := string(text[:bytes.Index(text, []byte("\n\n"))+1])
	other := hubKey(t)
	for name, b := range map[string][]byte{
		"nothing":             nil,
		"another device's":    must(SignRevocation(hub, deviceKey(t).ID(), someTime)),
		"another hub's":       must(SignRevocation(other, device.ID(), someTime)),
		"by the device":       must(note.Sign(&note.Note{Text: plain}, device)),
		"two signatures":      must(note.Sign(&note.Note{Text: plain}, cosigner{hub, 1}, cosigner{other, 1})),
		"a receipt":           must(Cosign(hub, must(OpenHead(must(SignHead(device, 3, someRoot)), device.Verifier())), someTime)),
		"a cosigned nothing":  must(note.Sign(&note.Note{Text: "chot/revoked\n"}, cosigner{hub, 1})),
		"a line more":         must(note.Sign(&note.Note{Text: plain + "x\n"}, cosigner{hub, 1})),
		"a portal's page":     []byte("<html>this device was revoked</html>"),
		"something after it":  append(bytes.Clone(text), '\n'),
		"something before it": append([]byte("\n"), text...),
	} {
		if r, err := OpenRevocation(b, hub.Verifier(), device.Verifier()); !errors.Is(err, ErrRevocation) || !r.IsZero() {
			t.Errorf("%s: got %v %v", name, r, err)
		}
	}
	for i := range text {
		if _, err := OpenRevocation(text[:i], hub.Verifier(), device.Verifier()); !errors.Is(err, ErrRevocation) {
			t.Errorf("cut after %d bytes it revokes", i)
		}
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if _, err := OpenRevocation(changed, hub.Verifier(), device.Verifier()); !errors.Is(err, ErrRevocation) {
			t.Errorf("changed at %d it revokes", i)
		}
	}
	if _, err := OpenRevocation(text, HubVerifier{}, device.Verifier()); !errors.Is(err, ErrRevocation) {
		t.Error("no hub revokes")
	}
	if _, err := OpenRevocation(text, hub.Verifier(), DeviceVerifier{}); !errors.Is(err, ErrRevocation) {
		t.Error("it revokes no device")
	}
	if _, err := SignRevocation(hub, "x", someTime); err == nil {
		t.Error("a malformed id is signed")
	}
	// A revocation is no receipt, whichever way round.
	if _, err := OpenReceipt(text, hub.Verifier(), device.Verifier()); !errors.Is(err, ErrReceipt) {
		t.Errorf("it is a receipt: %v", err)
	}
}
