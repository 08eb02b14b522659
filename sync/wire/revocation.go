package wire

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// ErrRevocation is wrapped by every error about a revocation.
var ErrRevocation = errors.New("not a revocation of this device by its hub")

// revocationOrigin begins a revocation's text, which therefore is no head's.
const revocationOrigin = "chot/revoked"

// A Revocation is a hub's signed word that it takes nothing more from a
// device. Only OpenRevocation makes one: whoever has it may destroy keys.
type Revocation struct {
	device string
	at     time.Time
	text   string
}

// Device returns the id of the device it is about.
func (r Revocation) Device() string { return r.device }

// Time returns when the hub revoked the device, by its own clock, to the
// second. A receipt it gave or an enrolment it granted then or later says that
// the device was taken back since.
func (r Revocation) Time() time.Time { return r.at }

// Text returns the signed note.
func (r Revocation) Text() []byte { return []byte(r.text) }

// IsZero reports whether r revokes nothing.
func (r Revocation) IsZero() bool { return r == Revocation{} }

func revocationText(device string) string {
	return revocationOrigin + "\n" + deviceRole.prefix + device + "\n"
}

// SignRevocation makes the notice that a device was revoked at a time. The same
// device and second give the same bytes (RFC 8032 §5.1.6).
func SignRevocation(key HubKey, device string, at time.Time) ([]byte, error) {
	if !ValidID(device) || at.Unix() < 0 {
		return nil, errors.New("sign revocation: the device's id is malformed, or the clock is before 1970")
	}
	text, err := note.Sign(&note.Note{Text: revocationText(device)}, cosigner{key, uint64(at.Unix())})
	if err != nil {
		return nil, fmt.Errorf("sign revocation: %w", err)
	}
	return text, nil
}

// OpenRevocation verifies that the hub a device was enrolled with has revoked
// this device and no other. Whether it was taken back since is the caller's to
// compare: see Revocation.Time.
func OpenRevocation(text []byte, hub HubVerifier, device DeviceVerifier) (Revocation, error) {
	if device == (DeviceVerifier{}) {
		return Revocation{}, fmt.Errorf("%w: there is no device", ErrRevocation)
	}
	n, err := openNote(text, hub)
	if err != nil || len(n.Sigs) != 1 {
		return Revocation{}, fmt.Errorf("%w: its signature does not verify", ErrRevocation)
	}
	if n.Text != revocationText(device.ID()) {
		return Revocation{}, fmt.Errorf("%w: it is about something else", ErrRevocation)
	}
	raw, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	if err != nil || len(raw) < 4 {
		return Revocation{}, fmt.Errorf("%w: its signature is malformed", ErrRevocation)
	}
	at, _, ok := cutTime(raw[4:])
	if !ok {
		return Revocation{}, fmt.Errorf("%w: its signature is malformed", ErrRevocation)
	}
	return Revocation{device.ID(), at, string(text)}, nil
}

// RevokedDeviceOf reads which device a revocation names, and proves nothing: it
// is for the names of files and for sentences about a mix-up.
func RevokedDeviceOf(text []byte) (string, bool) {
	rest, ok := strings.CutPrefix(string(text[:min(len(text), maxNote)]), revocationOrigin+"\n"+deviceRole.prefix)
	id, _, ok2 := strings.Cut(rest, "\n")
	return id, ok && ok2 && ValidID(id)
}
