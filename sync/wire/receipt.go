package wire

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
)

var (
	// ErrReceipt is wrapped by every error about a receipt.
	ErrReceipt = errors.New("not a receipt for this device")
	// ErrOtherHub: the note is whole and the device's own, but the hub this
	// device was enrolled with did not sign it.
	ErrOtherHub = fmt.Errorf("%w: another hub's key signed it", ErrReceipt)
)

// A Receipt is a head that the hub has cosigned: it has committed every entry
// under it. Only OpenReceipt makes one.
type Receipt struct {
	tree
	at   time.Time
	text string
}

// Time returns when the hub cosigned, by its own clock, to the second.
func (r Receipt) Time() time.Time { return r.at }

// Text returns the note with both signatures.
func (r Receipt) Text() []byte { return []byte(r.text) }

// Cosign makes a receipt for a head that was verified, at now. Only a head
// whose every entry is on disk may be cosigned.
func Cosign(key HubKey, head Head, now time.Time) ([]byte, error) {
	if now.Unix() < 0 || head.text == "" {
		return nil, errors.New("cosign head: the clock is before 1970 or there is no head")
	}
	_, err := note.Open([]byte(head.text), nil)
	var parsed *note.UnverifiedNoteError
	if !errors.As(err, &parsed) {
		return nil, fmt.Errorf("cosign head: %w", err)
	}
	// OpenHead has verified it; only the signature line is wanted here.
	text, err := note.Sign(parsed.Note, cosigner{key, uint64(now.Unix())})
	if err != nil {
		return nil, fmt.Errorf("cosign head: %w", err)
	}
	return text, nil
}

// OpenReceipt verifies both signatures of a receipt: the device's and the
// hub's.
func OpenReceipt(text []byte, hub HubVerifier, device DeviceVerifier) (Receipt, error) {
	n, err := openNote(text, device, hub)
	if err != nil {
		return Receipt{}, otherHub(text, hub, device)
	}
	if len(n.Sigs) != 2 || n.Sigs[0].Name != device.Name() || n.Sigs[1].Name != hub.Name() {
		return Receipt{}, fmt.Errorf("%w: want the device's signature, then the hub's", ErrReceipt)
	}
	t, ok := parseTree(n.Text)
	if !ok || t.origin != device.Name() {
		return Receipt{}, fmt.Errorf("%w: its lines are not origin, size and root", ErrReceipt)
	}
	raw, err := base64.StdEncoding.DecodeString(n.Sigs[1].Base64)
	if err != nil || len(raw) < 4 {
		return Receipt{}, fmt.Errorf("%w: its cosignature is malformed", ErrReceipt)
	}
	at, _, ok := cutTime(raw[4:])
	if !ok {
		return Receipt{}, fmt.Errorf("%w: its cosignature is malformed", ErrReceipt)
	}
	return Receipt{t, at, string(text)}, nil
}

// otherHub tells a receipt by another hub from a damaged one.
func otherHub(text []byte, hub HubVerifier, device DeviceVerifier) error {
	if len(text) > maxNote {
		return fmt.Errorf("%w: longer than %d bytes", ErrReceipt, maxNote)
	}
	n, err := note.Open(text, note.VerifierList(device))
	if err == nil && len(n.UnverifiedSigs) == 1 && n.UnverifiedSigs[0].Name != hub.Name() {
		return ErrOtherHub
	}
	return fmt.Errorf("%w: its signatures do not verify", ErrReceipt)
}
